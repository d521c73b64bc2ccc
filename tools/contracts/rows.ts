/** A schema as rows for people: one a field. */
import { alternativesOf, nullLast, takesAnything, valuesOf, type Schema } from './judge/schema.js';

export interface Row {
  /** `data.items[].quantity` */
  readonly path: string;
  readonly type: string;
  /** `0 to 100`, `1 to 64 characters`, `"a", "b"`; empty where there are none. */
  readonly limits: string;
  readonly required: boolean;
}

/** The part itself first, then its fields, the required ones before the others. */
export function rowsOf(schema: Schema, path: string, required = true): readonly Row[] {
  const parts = alternativesOf(schema);
  const own = { path, type: kindOf(schema), limits: limitsOf(schema), required };
  const several = parts.filter(({ type }) => type === 'object' || type === 'array').length > 1;
  return [
    own,
    ...parts.flatMap((part, index) => inside(part, several ? `${path}(${index + 1})` : path)),
  ];
}

function inside(schema: Schema, path: string): readonly Row[] {
  const { items, properties = {}, required = [], additionalProperties: extra } = schema;
  const fields = Object.entries(properties).map(([name, field]) => ({
    ...{ name, field },
    needed: required.includes(name),
  }));
  return [
    ...(items === undefined ? [] : rowsOf(items, `${path}[]`)),
    ...fields
      .toSorted((one, other) => Number(other.needed) - Number(one.needed))
      .flatMap(({ name, field, needed }) => rowsOf(field, `${path}.${name}`, needed)),
    ...(typeof extra === 'object' ? rowsOf(extra, `${path}.*`, false) : []),
  ];
}

function kindOf(schema: Schema): string {
  if (takesAnything(schema)) return 'anything';
  const parts = alternativesOf(schema);
  if (parts.length > 1) return nullLast(parts.map(kindOf)).join(' or ');
  const [only = schema] = parts;
  if (only.type === 'array') return `array of ${kindOf(only.items ?? {})}`;
  if (only.format !== undefined) return only.format;
  const strict = only.additionalProperties === false;
  return strict
    ? 'object without other fields'
    : typeof only.type === 'string'
      ? only.type
      : 'value';
}

function limitsOf(schema: Schema): string {
  const parts = alternativesOf(schema);
  if (parts.length > 1)
    return parts
      .map(limitsOf)
      .filter((text) => text !== '')
      .join('; ');
  const [only = schema] = parts;
  const values = only.type === 'boolean' || only.type === 'null' ? undefined : valuesOf(only);
  if (values) return values.map((value) => JSON.stringify(value)).join(', ');
  const { minLength, maxLength, minItems, maxItems, multipleOf, pattern, format } = only;
  return [
    span(low(only), high(only), ''),
    span(textual(minLength), textual(maxLength), ' characters'),
    span(textual(minItems), textual(maxItems), ' items'),
    multipleOf === undefined ? '' : `multiple of ${multipleOf}`,
    pattern === undefined || format !== undefined ? '' : `/${pattern}/`,
  ]
    .filter((text) => text !== '')
    .join(', ');
}

const textual = (limit: number | undefined): string | undefined => limit?.toString();

/** The ends of a double's integers are said by the type. */
const low = ({ minimum, exclusiveMinimum: above }: Schema): string | undefined =>
  above !== undefined
    ? `above ${above}`
    : minimum === -Number.MAX_SAFE_INTEGER
      ? undefined
      : textual(minimum);

const high = ({ maximum, exclusiveMaximum: below }: Schema): string | undefined =>
  below !== undefined
    ? `below ${below}`
    : maximum === Number.MAX_SAFE_INTEGER
      ? undefined
      : textual(maximum);

function span(from: string | undefined, to: string | undefined, unit: string): string {
  if (from !== undefined && to !== undefined)
    return `${from === to ? from : `${from} to ${to}`}${unit}`;
  if (to !== undefined) return `at most ${to}${unit}`;
  return from === undefined ? '' : `at least ${from}${unit}`;
}

/** All fields of a message, those of its replies under the reply's name. */
export const rowsOfShape = ({
  data,
  replies = {},
}: {
  readonly data: Schema;
  readonly replies?: Readonly<Record<string, { readonly kind: string; readonly data: Schema }>>;
}): readonly Row[] => [
  ...rowsOf(data, 'data'),
  ...Object.entries(replies).flatMap(([name, reply]) => rowsOf(reply.data, `${name}: result`)),
];

export const rowText = ({ type, limits, required }: Row): string =>
  [type, limits, required ? 'required' : 'optional'].filter((text) => text !== '').join(', ');
