/**
 * The part of JSON Schema that contracts are written in, in one canonical form: what means the same
 * looks the same, so that released snapshots can be compared as text.
 */

export type Scalar = string | number | boolean | null;

export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** Absent: fields that are not declared are ignored. `false`: they are refused. */
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly enum?: readonly Scalar[];
  readonly const?: Scalar;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** They say something to people and change nothing of what is taken. */
const ANNOTATIONS = new Set([
  '$schema',
  'title',
  'description',
  'examples',
  'deprecated',
  '$comment',
]);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Without annotations, names in order, and sets (required fields, values, types) sorted. */
export function canonical(schema: unknown): Schema {
  if (!isObject(schema)) return schema as Schema;
  const entries = Object.entries(schema)
    .filter(([keyword]) => !ANNOTATIONS.has(keyword))
    .map(([keyword, value]) => [keyword, canonicalValue(keyword, value)] as const);
  return sortedByName(entries);
}

function canonicalValue(keyword: string, value: unknown): unknown {
  switch (keyword) {
    case 'properties':
      return isObject(value)
        ? sortedByName(Object.entries(value).map(([name, inner]) => [name, canonical(inner)]))
        : value;
    case 'required':
    case 'enum':
    case 'type':
      return Array.isArray(value) ? value.toSorted(byText) : value;
    case 'anyOf':
    case 'oneOf':
      return Array.isArray(value) ? value.map(canonical).toSorted(byText) : value;
    default:
      return isObject(value) ? canonical(value) : value;
  }
}

const byText = (one: unknown, other: unknown): number => {
  const [left, right] = [JSON.stringify(one), JSON.stringify(other)];
  return left < right ? -1 : Number(left > right);
};

const sortedByName = (entries: readonly (readonly [string, unknown])[]): object =>
  Object.fromEntries(entries.toSorted(([one], [other]) => byText(one, other)));

export const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** The values that are taken, where they can be counted; undefined where there are too many. */
export function valuesOf(schema: Schema): readonly Scalar[] | undefined {
  if (schema.enum !== undefined) return schema.enum;
  if (schema.const !== undefined) return [schema.const];
  if (schema.type === 'null') return [null];
  return schema.type === 'boolean' ? [false, true] : undefined;
}

/** Whether it takes whatever there is. */
export const takesAnything = (schema: Schema): boolean => Object.keys(schema).length === 0;

const TYPED = new Set(['type', 'enum', 'const']);

/**
 * One by one what a schema takes: the branches of a union, and each type of several. A value is taken
 * when one of them takes it.
 */
export function alternativesOf(schema: Schema): readonly Schema[] {
  const union = schema.anyOf ?? schema.oneOf;
  if (union !== undefined) return union.flatMap(alternativesOf);
  if (typeof schema.type !== 'object') return [schema];
  const rest = Object.fromEntries(Object.entries(schema).filter(([name]) => !TYPED.has(name)));
  const values = valuesOf({ ...schema, type: 'any' });
  return schema.type.flatMap((type) => {
    if (values === undefined) return [{ ...rest, type }];
    const own = values.filter((value) => isOfType(value, { type }));
    return own.length > 0 ? [{ ...rest, type, enum: own }] : [];
  });
}

/** Without a type it is one of counted values, of whatever type. */
export function isOfType(value: Scalar, { type }: Schema): boolean {
  if (value === null) return type === undefined || type === 'null';
  if (type === 'integer') return Number.isInteger(value);
  return type === undefined || typeof value === type;
}

/** A declared field; names that every object inherits are none. */
export const fieldOf = ({ properties }: Schema, name: string): Schema | undefined =>
  properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;

/** However it was written: `string or null`. */
export const nullLast = (names: readonly string[]): readonly string[] =>
  names.toSorted((one, other) => Number(one === 'null') - Number(other === 'null'));

/** For people: `integer`, `array of string`, `one of "a", "b"`. */
export function typeName(schema: Schema): string {
  if (takesAnything(schema)) return 'anything';
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 1) return nullLast(alternatives.map(typeName)).join(' or ');
  const [only = schema] = alternatives;
  if (only.enum !== undefined || only.const !== undefined) {
    return `one of ${(valuesOf(only) ?? []).map((value) => JSON.stringify(value)).join(', ')}`;
  }
  if (only.type === 'array') return `array of ${typeName(only.items ?? {})}`;
  return typeof only.type === 'string' ? only.type : 'values';
}
