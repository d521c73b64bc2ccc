/**
 * The whole filter as one constant condition on a row `i`: what is null is not asked for. One text for
 * all searches, so that their plans are few; it decides nothing about the plan, for the rows it looks at
 * were chosen before.
 */
import { HELD_SIGN } from '#saga';
import type { SagaFilter } from './filter.js';
import { numberOf } from './streams.js';

const asked = (parameter: string, condition: string): string =>
  `(${parameter} is null or ${condition})`;

/** @param at the parameter of a position in `conditionValues` */
export const conditionSql = (at: (own: number) => string): string =>
  [
    asked(`${at(0)}::text`, `i.business_key = ${at(0)}`),
    asked(`${at(1)}::text[]`, `i.state = any (${at(1)})`),
    asked(`${at(2)}::text`, `i.definition = ${at(2)}`),
    asked(`${at(3)}::int`, `i.version = ${at(3)}`),
    asked(`${at(4)}::boolean`, `(i.attention is not null) = ${at(4)}`),
    asked(`${at(5)}::boolean`, `coalesce(i.signs @> array['${HELD_SIGN}'], false) = ${at(5)}`),
    asked(`${at(6)}::text[]`, `i.signs @> ${at(6)}`),
    asked(`${at(7)}::float8`, `i.created_at >= to_timestamp(${at(7)} / 1000)`),
    asked(`${at(8)}::float8`, `i.created_at < to_timestamp(${at(8)} / 1000)`),
    asked(`${at(9)}::float8`, `i.updated_at <= to_timestamp(${at(9)} / 1000)`),
    asked(`${at(10)}::text`, `i.body::text ~ ${at(10)}`),
    // Scalar, so that they stay what they are: two look-ups by the saga's id.
    asked(
      `${at(11)}::text[]`,
      `(select count(*) from unnest(${at(11)}, ${at(12)}::text[], ${at(13)}::numeric[])
                 as wanted (name, text, number)
         where (select a.text is not distinct from wanted.text and a.text is not null
                       or a.number is not distinct from wanted.number and a.number is not null
                  from saga_attribute a where a.saga_id = i.id and a.name = wanted.name)
       ) = cardinality(${at(11)})`,
    ),
    asked(
      `${at(14)}::text`,
      `(select (${at(15)}::numeric is null or a.number >= ${at(15)})
               and (${at(16)}::numeric is null or a.number <= ${at(16)})
          from saga_attribute a
         where a.saga_id = i.id and a.name = ${at(14)} and a.number is not null)`,
    ),
  ].join('\n and ');

export const conditionValues = (filter: SagaFilter): readonly unknown[] => {
  const { attributes = [], amount, signs = [] } = filter;
  const some = <T>(list: readonly T[]): readonly T[] | null => (list.length > 0 ? list : null);
  return [
    filter.businessKey ?? null,
    filter.states ?? null,
    filter.definition ?? null,
    filter.version ?? null,
    filter.attention ?? null,
    filter.held ?? null,
    some(signs),
    filter.createdFromMs ?? null,
    filter.createdToMs ?? null,
    filter.idleSinceMs ?? null,
    filter.document?.pattern ?? null,
    some(attributes.map(({ name }) => name)),
    attributes.map(({ value }) => value),
    attributes.map(({ value }) => numberOf(value)),
    amount === undefined ? null : `amount.${amount.currency}`,
    amount?.from ?? null,
    amount?.to ?? null,
  ];
};
