/** What the judgement does not understand it refuses: a guess would let a break through. */
import { alternativesOf, fieldOf, takesAnything, valuesOf, type Schema } from './schema.js';

/** Keywords by the type that they say something about. */
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties', 'propertyNames'],
  array: ['items', 'minItems', 'maxItems'],
  string: ['minLength', 'maxLength', 'pattern', 'format', 'enum', 'const'],
  integer: numeric(),
  number: numeric(),
  boolean: ['enum', 'const'],
  null: ['enum', 'const'],
};

function numeric(): readonly string[] {
  const bounds = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];
  return [...bounds, 'multipleOf', 'enum', 'const'];
}

/** Formats that zod checks by their pattern and by nothing else. */
const FORMATS = new Set(['uuid', 'date', 'date-time', 'time', 'email']);

/** @returns a sentence for each thing in it that cannot be judged, with its path */
export function notUnderstood(schema: Schema, path = 'data'): readonly string[] {
  if (typeof schema !== 'object' || schema === null) {
    return [`${path}: a schema that is ${JSON.stringify(schema)} is not understood`];
  }
  if (takesAnything(schema)) return [];
  if (schema.anyOf !== undefined || schema.oneOf !== undefined) return ofUnion(schema, path);
  const types = typeof schema.type === 'object' ? schema.type : [schema.type];
  const allowed = new Set(['type', ...types.flatMap((type) => KEYWORDS[type ?? ''] ?? [])]);
  if (schema.type === undefined) for (const name of ['enum', 'const']) allowed.add(name);
  const strange = Object.keys(schema).filter((keyword) => !allowed.has(keyword));
  const untyped = types.filter((type) => !(type === undefined ? valuesOf(schema) : KEYWORDS[type]));
  return [
    ...strange.map((keyword) => `${path}: '${keyword}' is not understood`),
    ...untyped.map((type) => `${path}: the type ${type ?? 'of nothing'} is not understood`),
    ...ofFormat(schema, path),
    ...ofParts(schema, path),
  ];
}

function ofUnion(schema: Schema, path: string): readonly string[] {
  const [union, ...others] = Object.keys(schema);
  const branches = schema.anyOf ?? schema.oneOf ?? [];
  const exclusive = schema.oneOf !== undefined && !areDisjoint(branches.flatMap(alternativesOf));
  return [
    ...others.map((keyword) => `${path}: '${keyword}' beside '${union}' is not understood`),
    ...(branches.length === 0 ? [`${path}: a union of nothing is not understood`] : []),
    ...(exclusive
      ? [`${path}: 'oneOf' is understood only where a field tells its branches apart`]
      : []),
    ...branches.flatMap((branch) => notUnderstood(branch, path)),
  ];
}

function ofFormat({ format, pattern }: Schema, path: string): readonly string[] {
  if (format === undefined) return [];
  if (FORMATS.has(format) && pattern !== undefined) return [];
  return [`${path}: the format '${format}' is not understood; say it as a pattern`];
}

function ofParts(schema: Schema, path: string): readonly string[] {
  const { properties = {}, items, additionalProperties: extra, propertyNames } = schema;
  return [
    ...Object.entries(properties).flatMap(([name, one]) => notUnderstood(one, `${path}.${name}`)),
    ...(items === undefined ? [] : notUnderstood(items, `${path}[]`)),
    ...(typeof extra === 'object' ? notUnderstood(extra, `${path}.*`) : []),
    ...(propertyNames === undefined ? [] : ofNames(propertyNames, path)),
    ...(schema.multipleOf === undefined || Number.isInteger(schema.multipleOf)
      ? []
      : [`${path}: 'multipleOf' of a fraction is not understood`]),
  ];
}

const ofNames = (names: Schema, path: string): readonly string[] =>
  names.type === 'string'
    ? notUnderstood(names, `${path}.*`)
    : [`${path}: names of fields that are no strings are not understood`];

/** Whether no value can be taken by two of them. */
const areDisjoint = (schemas: readonly Schema[]): boolean =>
  schemas.every((one, index) => schemas.slice(index + 1).every((other) => differ(one, other)));

function differ(one: Schema, other: Schema): boolean {
  const [left, right] = [valuesOf(one), valuesOf(other)];
  if (left && right) return !left.some((value) => right.includes(value));
  if (one.type !== other.type) {
    const bothNumbers = [one, other].every(({ type }) => type === 'number' || type === 'integer');
    return one.type !== undefined && other.type !== undefined && !bothNumbers;
  }
  if (one.type !== 'object') return false;
  return (one.required ?? []).some((name) => {
    const [mine, theirs] = [fieldOf(one, name), fieldOf(other, name)];
    if (!mine || !theirs || !other.required?.includes(name)) return false;
    return valuesOf(mine) !== undefined && valuesOf(theirs) !== undefined && differ(mine, theirs);
  });
}
