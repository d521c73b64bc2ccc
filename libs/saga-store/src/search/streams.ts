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
  /** What of a filter all of it meets. */
  readonly meets: readonly (keyof SagaFilter)[];
}

const RANGE = (id: string): string => `${id} < $1::uuid and ${id} > $2::uuid`;

type Parts = Pick<Stream, 'sql'> & Partial<Stream>;

const stream = (name: string, parts: Parts): Stream => ({
  ...{ name, values: [], ordered: true, meets: [] },
  ...parts,
});

/** Whether a stream is the whole answer, so that no row need be looked at. */
export const isWhole = (filter: SagaFilter, { meets }: Stream): boolean =>
  Object.keys(filter).every((key) => meets.includes(key as keyof SagaFilter));

const EVERYTHING = stream('all', {
  sql: () => `select id from saga_instance where ${RANGE('id')} order by id desc limit $3`,
});

/** The most telling first: of two that are both long the first one is read. */
export const streamsOf = (filter: SagaFilter): readonly Stream[] => {
  const { businessKey, attention, states, definition, version = null, attributes = [] } = filter;
  const { amount } = filter;
  const signs = [...(filter.signs ?? []), ...(filter.held ? [HELD_SIGN] : [])];
  return [
    ...(businessKey === undefined ? [] : [byKey(businessKey)]),
    ...(attention ? [ATTENTION] : []),
    ...(signs.length > 0 ? [bySigns(signs)] : []),
    ...attributes.map(({ name, value }) => byAttribute(name, value, attributes.length === 1)),
    ...(amount ? [byAmount(amount.currency, amount.from, amount.to)] : []),
    ...(states ? [byStates(states)] : []),
    ...(signs.length > 0 ? [SIGNED] : []),
    ...(definition === undefined ? [] : [byDefinition(definition, version)]),
    EVERYTHING,
  ];
};

const byKey = (businessKey: string): Stream =>
  stream('business key', {
    sql: (at) => `
      select id from saga_instance where business_key = ${at(0)}::text and ${RANGE('id')} limit $3`,
    values: [businessKey],
    ordered: false,
    meets: ['businessKey'],
  });

const ATTENTION = stream('attention', {
  sql: () => `
    select id from saga_instance where attention is not null and ${RANGE('id')}
     order by id desc limit $3`,
  meets: ['attention'],
});

/** By itself, lest the planner take the limit for a hint that a scan of something else finds some soon. */
const bySigns = (signs: readonly string[]): Stream =>
  stream('signs', {
    sql: (at) => `
      with hits as materialized (select id from saga_instance where signs @> ${at(0)}::text[])
      select id from hits where ${RANGE('id')} limit $3`,
    values: [signs],
    ordered: false,
    meets: signs.includes(HELD_SIGN) ? ['signs', 'held'] : ['signs'],
  });

/** All that have any sign. */
const SIGNED = stream('signed', {
  sql: () => `
    select id from saga_instance where signs is not null and ${RANGE('id')}
     order by id desc limit $3`,
});

/** As a number; null for what is none. */
export const numberOf = (value: string): string | null =>
  /^-?\d{1,15}(\.\d{1,6})?$/.test(value) ? value : null;

const byAttribute = (name: string, value: string, isOnly: boolean): Stream =>
  stream(`attribute ${name}`, {
    sql: (at) => `
      select id from (
        (select saga_id as id from saga_attribute
          where name = ${at(0)}::text and text = ${at(1)}::text and ${RANGE('saga_id')}
          order by saga_id desc limit $3)
        union all
        (select saga_id from saga_attribute
          where name = ${at(0)}::text and number = ${at(2)}::numeric and ${RANGE('saga_id')}
          order by saga_id desc limit $3)) both_kinds
       order by id desc limit $3`,
    values: [name, value, numberOf(value)],
    meets: isOnly ? ['attributes'] : [],
  });

/** An open end is one that no amount reaches. */
const MOST_AMOUNT = Number.MAX_SAFE_INTEGER;

const byAmount = (currency: string, from = -MOST_AMOUNT, to = MOST_AMOUNT): Stream =>
  stream('amount', {
    sql: (at) => `
      select saga_id as id from saga_attribute
       where name = ${at(0)}::text and number between ${at(1)}::numeric and ${at(2)}::numeric
         and ${RANGE('saga_id')} limit $3`,
    values: [`amount.${currency}`, from, to],
    ordered: false,
    meets: ['amount'],
  });

const byStates = (states: readonly string[]): Stream =>
  stream('states', {
    sql: (at) => `
      select s.id from unnest(${at(0)}::text[]) as wanted (state)
       cross join lateral (
         select id from saga_instance where state = wanted.state and ${RANGE('id')}
          order by id desc limit $3) s
       order by s.id desc limit $3`,
    values: [states],
    meets: ['states'],
  });

const byDefinition = (definition: string, version: number | null): Stream =>
  stream('definition', {
    sql: (at) => `
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
    values: [definition, version],
    meets: ['definition', 'version'],
  });
