/** Writes what a batch has decided: one statement for new instances, one for changed ones. */
import { allStatements, jsonListSql, jsonTexts, RetryableError, type Tx } from '#messaging';
import type { SagaInstance } from '#saga';
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
}

type Moved = InstanceChange & { readonly before: SagaInstance };

const INSERT = `
  insert into saga_instance
    (id, definition, version, business_key, revision, state, attention, partition, wake_at,
     outbox_epoch, outbox_seq, created_at, updated_at, input, body)
  select id, definition, version, business_key, revision, state, attention, partition,
         to_timestamp(wake_at / 1000), outbox_epoch, outbox_seq,
         to_timestamp(created_at / 1000), to_timestamp(updated_at / 1000),
         coalesce(input, 'null')::jsonb, body::json
    from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::int[], $6::text[], $7::text[],
                $8::int[], $9::float8[], $10::bigint[], $11::bigint[], $12::float8[],
                $13::float8[], ${jsonListSql('$14')}, ${jsonListSql('$15')})
      as n (id, definition, version, business_key, revision, state, attention, partition, wake_at,
            outbox_epoch, outbox_seq, created_at, updated_at, input, body)
  on conflict do nothing
  returning id`;

const UPDATE = `
  update saga_instance i
     set version = n.version, revision = n.revision, state = n.state, attention = n.attention,
         wake_at = to_timestamp(n.wake_at / 1000),
         outbox_epoch = coalesce(n.outbox_epoch, i.outbox_epoch),
         outbox_seq = coalesce(n.outbox_seq, i.outbox_seq),
         updated_at = to_timestamp(n.updated_at / 1000),
         input = coalesce(n.input, i.input), body = n.body::json
    from unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::text[], $6::text[], $7::float8[],
                $8::bigint[], $9::bigint[], $10::float8[], $11::jsonb[],
                ${jsonListSql('$12')})
      as n (id, read_at, version, revision, state, attention, wake_at, outbox_epoch, outbox_seq,
            updated_at, input, body)
   where i.id = n.id and i.revision = n.read_at
  returning i.id`;

/** @throws RetryableError when another replica has moved one of them; nothing is half-written. */
export const saveInstances = async (tx: Tx, changes: readonly InstanceChange[]): Promise<void> => {
  const fresh = changes.filter(({ before }) => before === undefined);
  const moved = changes.flatMap(({ before, ...change }) => (before ? [{ before, ...change }] : []));
  await allStatements([insert(tx, fresh), update(tx, moved)]);
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
    all((c) => c.instance.attention?.code ?? null),
    all((c) => c.partition),
    all((c) => c.instance.wakeAt),
    all((c) => c.position?.epoch ?? null),
    all((c) => c.position?.seq ?? null),
    all((c) => c.instance.createdAt),
    all((c) => c.instance.updatedAt),
    jsonTexts(all((c) => inputOf(c.instance))),
    jsonTexts(all((c) => writeBody(c.instance, c.trace))),
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
    all((c) => c.instance.attention?.code ?? null),
    all((c) => c.instance.wakeAt),
    all((c) => c.position?.epoch ?? null),
    all((c) => c.position?.seq ?? null),
    all((c) => c.instance.updatedAt),
    // It hardly ever changes, and what is not written need not be sent.
    all((c) => (c.instance.input === c.before.input ? null : inputOf(c.instance))),
    jsonTexts(all((c) => writeBody(c.instance, c.trace))),
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
