/**
 * Writes what a batch has decided: one statement for new instances, one for changed ones, and one for
 * the attributes of those that have begun.
 */
import { allStatements, jsonListSql, jsonTexts, RetryableError, type Tx } from '#messaging';
import { searchText, signsOf, type SagaAttributes, type SagaInstance } from '#saga';
import { dropAttributes, putAttributes } from './attributes.js';
import { writeBody } from './stored-body.js';
import { inputOf, type OutboxPosition } from './stored-instance.js';

export interface InstanceChange {
  readonly instance: SagaInstance;
  /** As it was read; nothing for a new instance. */
  readonly before?: SagaInstance;
  readonly partition: number;
  readonly position?: OutboxPosition;
  /** See `StoredInstance`. */
  readonly trace?: string;
  /** What it is found by from now on; absent where that stays as it was. */
  readonly attributes?: SagaAttributes;
}

type Moved = InstanceChange & { readonly before: SagaInstance };

const INSERT = `
  insert into saga_instance
    (id, definition, version, business_key, revision, state, attention, partition, wake_at,
     outbox_epoch, outbox_seq, created_at, updated_at, input, body, signs)
  select id, definition, version, business_key, revision, state, attention, partition,
         to_timestamp(wake_at / 1000), outbox_epoch, outbox_seq,
         to_timestamp(created_at / 1000), to_timestamp(updated_at / 1000),
         coalesce(input, 'null')::jsonb, body::json, string_to_array(signs, chr(31))
    from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::int[], $6::text[], $7::text[],
                $8::int[], $9::float8[], $10::bigint[], $11::bigint[], $12::float8[],
                $13::float8[], ${jsonListSql('$14')}, ${jsonListSql('$15')}, $16::text[])
      as n (id, definition, version, business_key, revision, state, attention, partition, wake_at,
            outbox_epoch, outbox_seq, created_at, updated_at, input, body, signs)
  on conflict do nothing
  returning id`;

const UPDATE = `
  update saga_instance i
     set version = n.version, revision = n.revision, state = n.state, attention = n.attention,
         wake_at = to_timestamp(n.wake_at / 1000),
         outbox_epoch = coalesce(n.outbox_epoch, i.outbox_epoch),
         outbox_seq = coalesce(n.outbox_seq, i.outbox_seq),
         updated_at = to_timestamp(n.updated_at / 1000),
         input = coalesce(n.input, i.input), body = n.body::json,
         signs = string_to_array(n.signs, chr(31))
    from unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::text[], $6::text[], $7::float8[],
                $8::bigint[], $9::bigint[], $10::float8[], $11::jsonb[],
                ${jsonListSql('$12')}, $13::text[])
      as n (id, read_at, version, revision, state, attention, wake_at, outbox_epoch, outbox_seq,
            updated_at, input, body, signs)
   where i.id = n.id and i.revision = n.read_at
  returning i.id`;

/** @throws RetryableError when another replica has moved one of them; nothing is half-written. */
export const saveInstances = async (tx: Tx, changes: readonly InstanceChange[]): Promise<void> => {
  const fresh = changes.filter(({ before }) => before === undefined);
  const moved = changes.flatMap(({ before, ...change }) => (before ? [{ before, ...change }] : []));
  await allStatements([
    insert(tx, fresh),
    update(tx, moved),
    putAttributes(tx, changes),
    dropAttributes(tx, changes),
  ]);
};

/** Codes come from outside, and no column of text takes all that JSON does. */
const attentionText = ({ attention }: SagaInstance): string | null =>
  attention ? searchText(attention.code) : null;

/** Signs hold no control character; null for those who have none, which are nearly all. */
const signsText = (instance: SagaInstance): string | null => {
  const signs = signsOf(instance);
  return signs.length > 0 ? signs.join('\u001f') : null;
};

const insert = async (tx: Tx, changes: readonly InstanceChange[]): Promise<void> => {
  if (changes.length === 0) return;
  const all = <T>(column: (change: InstanceChange) => T): T[] => changes.map(column);
  const written = await tx.query(INSERT, [
    all((c) => c.instance.id),
    all((c) => c.instance.definition),
    all((c) => c.instance.version),
    all((c) => c.instance.businessKey),
    all((c) => c.instance.revision),
    all((c) => c.instance.state),
    all((c) => attentionText(c.instance)),
    all((c) => c.partition),
    all((c) => c.instance.wakeAt),
    all((c) => c.position?.epoch ?? null),
    all((c) => c.position?.seq ?? null),
    all((c) => c.instance.createdAt),
    all((c) => c.instance.updatedAt),
    jsonTexts(all((c) => inputOf(c.instance))),
    jsonTexts(all((c) => writeBody(c.instance, c.trace))),
    all((c) => signsText(c.instance)),
  ]);
  assertAll(written.length, changes.length);
};

const update = async (tx: Tx, changes: readonly Moved[]): Promise<void> => {
  if (changes.length === 0) return;
  const all = <T>(column: (change: Moved) => T): T[] => changes.map(column);
  const written = await tx.query(UPDATE, [
    all((c) => c.instance.id),
    all((c) => c.before.revision),
    all((c) => c.instance.version),
    all((c) => c.instance.revision),
    all((c) => c.instance.state),
    all((c) => attentionText(c.instance)),
    all((c) => c.instance.wakeAt),
    all((c) => c.position?.epoch ?? null),
    all((c) => c.position?.seq ?? null),
    all((c) => c.instance.updatedAt),
    // It hardly ever changes, and what is not written need not be sent.
    all((c) => (c.instance.input === c.before.input ? null : inputOf(c.instance))),
    jsonTexts(all((c) => writeBody(c.instance, c.trace))),
    all((c) => signsText(c.instance)),
  ]);
  assertAll(written.length, changes.length);
};

const assertAll = (written: number, expected: number): void => {
  if (written !== expected) {
    throw new RetryableError(
      `${expected - written} of ${expected} instances were moved by another replica`,
    );
  }
};
