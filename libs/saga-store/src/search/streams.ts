/**
 * Where a search can begin: by each of its criteria that an index knows there is a stream of the ids
 * that meet it. The planner is not asked to choose. It knows neither the values (plans are generic) nor
 * how criteria go together, and what it guesses wrong reads a million rows; so a few rows of each stream
 * are counted, and the shortest is read, the others looked up row by row.
 */
import { HELD_SIGN } from '#saga';
import type { SagaFilter } from './filter.js';

/**
 * Ids below `$1` and above `$2`, at most `$3` of them. Own parameters begin with `$4` in a statement by
 * itself, with whatever else in another: `at` puts them there.
 */
export interface Stream {
  readonly name: string;
  readonly sql: (at: (own: number) => string) => string;
  readonly values: readonly unknown[];
  /** The newest come first; others have no order, and are read as a whole. */
  readonly ordered: boolean;
}

const RANGE = (id: string): string => `${id} < $1::uuid and ${id} > $2::uuid`;

const stream = (
  name: string,
  sql: Stream['sql'],
  values: readonly unknown[],
  ordered = true,
): Stream => ({ name, sql, values, ordered });

const EVERYTHING = stream(
  'all',
  () => `select id from saga_instance where ${RANGE('id')} order by id desc limit $3`,
  [],
);

/** The most telling first: of two that are both long the first one is read. */
export const streamsOf = (filter: SagaFilter): readonly Stream[] => {
  const { businessKey, attention, states, definition, version = null, attributes = [] } = filter;
  const { amount } = filter;
  const signs = [...(filter.signs ?? []), ...(filter.held ? [HELD_SIGN] : [])];
  return [
    ...(businessKey === undefined ? [] : [byKey(businessKey)]),
    ...(attention ? [ATTENTION] : []),
    ...(signs.length > 0 ? [bySigns(signs)] : []),
    ...attributes.map(({ name, value }) => byAttribute(name, value)),
    ...(amount ? [byAmount(amount.currency, amount.from, amount.to)] : []),
    ...(states ? [byStates(states)] : []),
    ...(signs.length > 0 ? [SIGNED] : []),
    ...(definition === undefined ? [] : [byDefinition(definition, version)]),
    EVERYTHING,
  ];
};

const byKey = (businessKey: string): Stream =>
  stream(
    'business key',
    (at) => `
      select id from saga_instance where business_key = ${at(0)}::text and ${RANGE('id')} limit $3`,
    [businessKey],
    false,
  );

const ATTENTION = stream(
  'attention',
  () => `
    select id from saga_instance where attention is not null and ${RANGE('id')}
     order by id desc limit $3`,
  [],
);

/** By itself, lest the planner take the limit for a hint that a scan of something else finds some soon. */
const bySigns = (signs: readonly string[]): Stream =>
  stream(
    'signs',
    (at) => `
      with hits as materialized (select id from saga_instance where signs @> ${at(0)}::text[])
      select id from hits where ${RANGE('id')} limit $3`,
    [signs],
    false,
  );

/** All that have any sign. */
const SIGNED = stream(
  'signed',
  () => `
    select id from saga_instance where signs is not null and ${RANGE('id')}
     order by id desc limit $3`,
  [],
);

/** As a number; null for what is none. */
export const numberOf = (value: string): string | null =>
  /^-?\d{1,15}(\.\d{1,6})?$/.test(value) ? value : null;

const byAttribute = (name: string, value: string): Stream =>
  stream(
    `attribute ${name}`,
    (at) => `
      select id from (
        (select saga_id as id from saga_attribute
          where name = ${at(0)}::text and text = ${at(1)}::text and ${RANGE('saga_id')}
          order by saga_id desc limit $3)
        union all
        (select saga_id from saga_attribute
          where name = ${at(0)}::text and number = ${at(2)}::numeric and ${RANGE('saga_id')}
          order by saga_id desc limit $3)) both_kinds
       order by id desc limit $3`,
    [name, value, numberOf(value)],
  );

/** An open end is one that no amount reaches. */
const MOST_AMOUNT = Number.MAX_SAFE_INTEGER;

const byAmount = (currency: string, from = -MOST_AMOUNT, to = MOST_AMOUNT): Stream =>
  stream(
    'amount',
    (at) => `
      select saga_id as id from saga_attribute
       where name = ${at(0)}::text and number between ${at(1)}::numeric and ${at(2)}::numeric
         and ${RANGE('saga_id')} limit $3`,
    [`amount.${currency}`, from, to],
    false,
  );

const byStates = (states: readonly string[]): Stream =>
  stream(
    'states',
    (at) => `
      select s.id from unnest(${at(0)}::text[]) as wanted (state)
       cross join lateral (
         select id from saga_instance where state = wanted.state and ${RANGE('id')}
          order by id desc limit $3) s
       order by s.id desc limit $3`,
    [states],
  );

const byDefinition = (definition: string, version: number | null): Stream =>
  stream(
    'definition',
    (at) => `
      select s.id from (
        with recursive known (version) as (
          (select version from saga_instance
            where definition = ${at(0)}::text
              and (${at(1)}::int is null or version = ${at(1)}::int)
            order by version limit 1)
          union all
          select (select version from saga_instance
                   where definition = ${at(0)}::text and version > known.version
                     and ${at(1)}::int is null
                   order by version limit 1)
            from known where known.version is not null)
        select version from known where version is not null) v
       cross join lateral (
         select id from saga_instance
          where definition = ${at(0)}::text and version = v.version and ${RANGE('id')}
          order by id desc limit $3) s
       order by s.id desc limit $3`,
    [definition, version],
  );
