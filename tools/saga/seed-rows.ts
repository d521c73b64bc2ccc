/** Rows as many as are wanted of each scenario, in one statement: only ids, keys and values differ. */
import { attributesOf, signsOf, type HistoryEntry, type SagaInstance } from '#saga';
import { documentOf } from '#saga-store';
import { Run, STAND_INS, type Scenario } from './seed-scenarios.js';

export interface SeedChunk {
  /** They begin from this moment on, and for so long. */
  readonly fromMs: number;
  readonly spanMs: number;
  readonly rows: readonly { readonly scenario: Scenario; readonly count: number }[];
}

/** A text with what stands in for the values of a row replaced by them. */
const filled = (text: string): string => {
  const values: Readonly<Record<keyof typeof STAND_INS, string>> = {
    ...{ saga: 'm.id::text', key: 'm.key::text', customer: 'm.customer', merchant: 'm.merchant' },
    ...{ channel: 'm.channel', currency: 'm.currency', amount: 'm.amount::text' },
  };
  return Object.entries(STAND_INS).reduce(
    (sql, [name, standIn]) =>
      `replace(${sql}, '${standIn}', ${values[name as keyof typeof values]})`,
    text,
  );
};

export const SEED_ROWS = `
  with template as (
    select * from unnest($3::int[], $4::text[], $5::int[], $6::int[], $7::text[], $8::text[],
                         $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
                         $14::float8[])
      as t (count, definition, version, revision, state, attention, signs, input, body, attributes,
            history, updated_ms)),
  made as materialized (
    select t.*, v.customer, v.merchant, v.channel, v.currency, v.amount,
           $1::float8 + v.later as created_ms,
           (lpad(to_hex(($1::float8 + v.later)::bigint), 12, '0') || '7' || substr(v.hash, 1, 3)
             || '8' || substr(v.hash, 4, 15))::uuid as id,
           (lpad(to_hex(($1::float8 + v.later)::bigint), 12, '0') || '7' || substr(v.hash, 20, 3)
             || '9' || substr(v.other, 1, 15))::uuid as key
      from template t
     cross join lateral generate_series(1, t.count) as n
     cross join lateral (
       select md5(random()::text || n) as hash, md5(random()::text || n) as other,
              case when t.history is null then floor(random() * $2::float8) else 0 end as later,
              'c-' || floor(random() * 100000)::int as customer,
              'm-' || floor(500 * random() * random())::int as merchant,
              (array['web', 'app', 'phone', 'shop'])[1 + floor(4 * random() * random())::int]
                as channel,
              (array['GBP', 'JPY', 'USD'])[1 + floor(3 * random() * random())::int] as currency,
              (100 + floor(200000 * random() ^ 3))::int as amount) v),
  instances as (
    insert into saga_instance
      (id, definition, version, business_key, revision, state, attention, partition, wake_at,
       created_at, updated_at, input, body, signs)
    select id, definition, version, key, revision, state, attention, abs(hashtext(key::text)) % 12,
           case when state in ('running', 'compensating')
             then now() + make_interval(secs => 86400 * (1 + 29 * random())) end,
           to_timestamp(created_ms / 1000), to_timestamp((created_ms + updated_ms) / 1000),
           ${filled('input')}::jsonb, ${filled('body')}::json, string_to_array(signs, chr(31))
      from made m),
  attributes as (
    insert into saga_attribute (saga_id, name, text, number)
    select m.id, a.key, case when jsonb_typeof(a.value) = 'string' then a.value #>> '{}' end,
           case when jsonb_typeof(a.value) = 'number' then (a.value #>> '{}')::numeric end
      from made m cross join lateral jsonb_each(${filled('m.attributes')}::jsonb) a)
  insert into saga_history (started_on, saga_id, revision, at, entry)
  select (to_timestamp(m.created_ms / 1000) at time zone 'utc')::date, m.id,
         (e.entry ->> 'revision')::int, to_timestamp((e.entry ->> 'at')::float8 / 1000), e.entry
    from made m cross join lateral jsonb_array_elements(${filled('m.history')}::jsonb) as e (entry)
   where m.history is not null`;

/** Only sagas that go on have a history: nothing of the others is decided again. */
const historyOf = ({ ending }: Scenario, history: readonly HistoryEntry[]): string | null =>
  ending === 'live' || ending === 'attention' ? JSON.stringify(history) : null;

const signsText = (instance: SagaInstance): string | null => {
  const signs = signsOf(instance);
  return signs.length > 0 ? signs.join('\u001f') : null;
};

export const seedValues = ({ fromMs, spanMs, rows }: SeedChunk): unknown[] => {
  const wanted = rows.filter(({ count }) => count > 0);
  const runs = wanted.map(({ scenario, count }) => {
    const run = new Run(scenario.definition, fromMs);
    scenario.play(run);
    return { scenario, count, instance: run.instance, history: run.history };
  });
  const all = <T>(column: (run: (typeof runs)[number]) => T): T[] => runs.map(column);
  return [
    ...[fromMs, spanMs],
    all(({ count }) => count),
    all(({ instance }) => instance.definition),
    all(({ instance }) => instance.version),
    all(({ instance }) => instance.revision),
    all(({ instance }) => instance.state),
    all(({ instance }) => instance.attention?.code ?? null),
    all(({ instance }) => signsText(instance)),
    all(({ instance }) => JSON.stringify(instance.input)),
    all(({ instance }) => documentOf(instance)),
    all(({ scenario, instance }) =>
      JSON.stringify(attributesOf(scenario.definition, instance.input)),
    ),
    all(({ scenario, history }) => historyOf(scenario, history)),
    all(({ instance }) => instance.updatedAt - fromMs),
  ];
};
