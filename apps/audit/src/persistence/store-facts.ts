/** Adds facts to the event store, each once. */
import { jsonList, jsonListSql, jsonTexts, type Tx } from '#messaging';
import { storable, type Fact } from '../domain/fact.js';

export interface Stored {
  readonly added: readonly Fact[];
  /** Said something else under an id that was there, for the first time. */
  readonly conflicting: readonly Fact[];
}

/** In their order; those that are there change nothing. */
export async function storeFacts(tx: Tx, facts: readonly Fact[]): Promise<Stored> {
  const first = new Map<string, Fact>();
  for (const fact of facts) if (!first.has(fact.key)) first.set(fact.key, fact);
  const fresh = await claimKeys(tx, [...first.values()]);
  const added = [...first.values()].filter(({ key }) => fresh.has(key));
  if (added.length > 0) await insert(tx, added);
  const others = facts.filter((fact) => !(fresh.has(fact.key) && first.get(fact.key) === fact));
  return { added, conflicting: others.length === 0 ? [] : await addConflicts(tx, others) };
}

/** Sorted: whoever adds the same ones at the same moment waits, and for nobody who waits for him. */
async function claimKeys(tx: Tx, facts: readonly Fact[]): Promise<Set<string>> {
  const sorted = facts.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const rows = await tx.query<{ key: string }>(
    `insert into event_key (key, digest)
     select decode(key, 'hex'), decode(digest, 'hex')
       from unnest($1::text[], $2::text[]) as row (key, digest)
     on conflict do nothing
     returning encode(key, 'hex') as key`,
    [sorted.map(({ key }) => key), sorted.map(({ digest }) => digest)],
  );
  return new Set(rows.map(({ key }) => key));
}

const INSERT = `
  insert into event (month, source, event_id, type, name, subject, time, at, topic, key,
                     aggregate_type, aggregate_id, revision, data, correlation_id, causation_id,
                     traceparent, extensions, partition, kafka_offset, bytes, digest)
  select month, source, event_id, type, name, subject, time, at, topic, key, aggregate_type,
         aggregate_id, revision, coalesce(data, 'null')::json, correlation_id, causation_id,
         traceparent, extensions::json, partition, kafka_offset, bytes, decode(digest, 'hex')
    from unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[],
                ${jsonListSql('$14')}, $15::text[], $16::text[], $17::text[], ${jsonListSql('$18')},
                $19::int[], $20::bigint[], $21::int[], $22::text[])
      with ordinality as row (month, source, event_id, type, name, subject, time, at, topic, key,
        aggregate_type, aggregate_id, revision, data, correlation_id, causation_id, traceparent,
        extensions, partition, kafka_offset, bytes, digest, nth)
   order by nth`;

function insert(tx: Tx, facts: readonly Fact[]): Promise<unknown> {
  const texts = (of: (fact: Fact) => string | undefined) =>
    facts.map((fact) => textOrNull(of(fact)));
  return tx.query(INSERT, [
    facts.map(({ month }) => month),
    texts(({ event }) => event.source),
    texts(({ event }) => event.id),
    texts(({ event }) => event.type),
    texts(({ name }) => name),
    texts(({ event }) => event.subject),
    texts(({ event }) => event.time),
    facts.map(({ at }) => at),
    texts(({ event }) => event.topic),
    texts(({ event }) => event.key),
    texts(({ aggregate }) => aggregate.type),
    texts(({ aggregate }) => aggregate.id),
    facts.map(({ aggregate }) => aggregate.revision ?? null),
    jsonTexts(facts.map(({ data }) => data)),
    texts(({ event }) => event.correlationid),
    texts(({ event }) => event.causationid),
    texts(({ event }) => event.traceparent),
    jsonList(facts.map(({ event }) => filled(event.extensions))),
    facts.map(({ event }) => event.partition),
    facts.map(({ event }) => event.offset),
    facts.map(({ data }) => Buffer.byteLength(data)),
    facts.map(({ digest }) => digest),
  ]);
}

const textOrNull = (text: string | undefined): string | null =>
  text === undefined ? null : storable(text);

const filled = (extensions: Readonly<Record<string, string>> | undefined) =>
  extensions === undefined || Object.keys(extensions).length === 0 ? undefined : extensions;

const ADD_CONFLICTS = `
  insert into event_conflict (key, digest, source, event_id, type, subject, time, topic, partition,
                              kafka_offset, data)
  select known.key, decode(row.digest, 'hex'), source, event_id, type, subject, time, topic,
         partition, kafka_offset, coalesce(data, 'null')::json
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                $8::text[], $9::int[], $10::bigint[], ${jsonListSql('$11')})
           as row (key, digest, source, event_id, type, subject, time, topic, partition,
                   kafka_offset, data)
    join event_key as known on known.key = decode(row.key, 'hex')
   where known.digest <> decode(row.digest, 'hex')
   order by known.key, decode(row.digest, 'hex')
  on conflict do nothing
  returning encode(key, 'hex') as key, encode(digest, 'hex') as digest`;

/** A statement of its own: by now it sees what others have added meanwhile. */
async function addConflicts(tx: Tx, facts: readonly Fact[]): Promise<Fact[]> {
  const texts = (of: (fact: Fact) => string) => facts.map((fact) => storable(of(fact)));
  const rows = await tx.query<{ key: string; digest: string }>(ADD_CONFLICTS, [
    texts(({ key }) => key),
    texts(({ digest }) => digest),
    texts(({ event }) => event.source),
    texts(({ event }) => event.id),
    texts(({ event }) => event.type),
    texts(({ event }) => event.subject),
    texts(({ event }) => event.time),
    texts(({ event }) => event.topic),
    facts.map(({ event }) => event.partition),
    facts.map(({ event }) => event.offset),
    jsonTexts(facts.map(({ data }) => data)),
  ]);
  return rows.flatMap(
    (row) => facts.find(({ key, digest }) => key === row.key && digest === row.digest) ?? [],
  );
}
