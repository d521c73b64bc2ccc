/**
 * Whether a reader understands everything that a writer may send. Sound, not complete: where it finds
 * nothing, there is nothing; what it cannot prove it reports. A writer sends the fields that its
 * schema declares and no others; a reader ignores fields that it does not declare, unless its schema
 * says otherwise. Schemas are canonical and understood (`notUnderstood`).
 */
import type { Problem } from './problem.js';
import { arrayLimits, numberLimits, stringLimits, takesValue } from './scalars.js';
import {
  alternativesOf,
  fieldOf,
  isOfType,
  isSame,
  takesAnything,
  valuesOf,
  type Scalar,
  type Schema,
} from './schema.js';

export function problemsOf(writer: Schema, reader: Schema, path = 'data'): Problem[] {
  if (takesAnything(reader) || isSame(writer, reader)) return [];
  if (takesAnything(writer)) return [{ path, rule: 'type', writer, reader }];
  const readers = alternativesOf(reader);
  const [only] = readers;
  if (only === undefined) return [{ path, rule: 'type', writer, reader }];
  const writers = alternativesOf(writer);
  if (readers.length === 1) {
    const problems = writers.flatMap((one) => ofOne(one, only, path));
    const isOther = problems.some((problem) => problem.rule === 'type' && problem.path === path);
    return isOther ? [{ path, rule: 'type', writer, reader }] : problems;
  }
  return writers.flatMap(singly).flatMap((one) => ofUnion(one, readers, path));
}

/** Counted values one by one: each may be taken by another branch. */
const singly = (schema: Schema): readonly Schema[] =>
  valuesOf(schema)?.map((value) => ({ const: value })) ?? [schema];

function ofUnion(writer: Schema, readers: readonly Schema[], path: string): Problem[] {
  const answers = readers.map((reader) => ({ reader, problems: problemsOf(writer, reader, path) }));
  if (answers.some(({ problems }) => problems.length === 0)) return [];
  if (writer.const !== undefined) return [{ path, rule: 'value', value: writer.const }];
  // Where one branch alone is meant, what is wrong with that one says more.
  const meant = answers.filter(({ reader }) => isMeant(writer, reader));
  const [only] = meant;
  return only && meant.length === 1 ? only.problems : [{ path, rule: 'alternative', writer }];
}

/** Whether they are of one type, and no counted field tells them apart. */
const isMeant = (writer: Schema, reader: Schema): boolean =>
  writer.type === reader.type &&
  Object.entries(writer.properties ?? {}).every(([name, mine]) => {
    const [sent, taken] = [valuesOf(mine), valuesOf(fieldOf(reader, name) ?? {})];
    return !sent || !taken || sent.some((value) => taken.includes(value));
  });

function ofOne(writer: Schema, reader: Schema, path: string): Problem[] {
  const values = valuesOf(writer);
  if (values !== undefined) return ofValues(values, writer, reader, path);
  const { type } = writer;
  const isNumber = type === 'integer' && reader.type === 'number';
  if ((type !== reader.type && !isNumber) || valuesOf(reader) !== undefined) {
    return [{ path, rule: 'type', writer, reader }];
  }
  if (type === 'object') return ofObjects(writer, reader, path);
  if (type === 'string') return stringLimits(path, writer, reader);
  if (type !== 'array') return numberLimits(path, writer, reader);
  return [
    ...arrayLimits(path, writer, reader),
    ...problemsOf(writer.items ?? {}, reader.items ?? {}, `${path}[]`),
  ];
}

function ofValues(
  values: readonly Scalar[],
  writer: Schema,
  reader: Schema,
  path: string,
): Problem[] {
  const refused = values.filter((value) => !takesValue(reader, value));
  const another = values.every((value) => !isOfType(value, reader));
  if (another) return [{ path, rule: 'type', writer, reader }];
  return refused.map((value) => ({ path, rule: 'value', value }));
}

function ofObjects(writer: Schema, reader: Schema, path: string): Problem[] {
  const extra = openPart(writer);
  const problems: Problem[] = [];
  for (const name of reader.required ?? []) {
    if (writer.required?.includes(name)) continue;
    const declared = fieldOf(writer, name) !== undefined;
    problems.push({ path: `${path}.${name}`, rule: 'required', declared });
  }
  for (const [name, taken] of Object.entries(reader.properties ?? {})) {
    const given = fieldOf(writer, name) ?? (extra && mayBeNamed(writer, name) ? extra : undefined);
    if (given !== undefined) problems.push(...problemsOf(given, taken, `${path}.${name}`));
  }
  for (const [name, given] of Object.entries(writer.properties ?? {})) {
    if (fieldOf(reader, name)) continue;
    problems.push(...ofExtra(given, reader, `${path}.${name}`));
  }
  if (extra) problems.push(...ofExtra(extra, reader, `${path}.*`));
  problems.push(...ofNames(writer, reader, path));
  return problems;
}

/** What a writer may send under names that it does not declare. */
const openPart = ({ additionalProperties: extra }: Schema): Schema | undefined =>
  extra === true ? {} : extra || undefined;

function ofExtra(given: Schema, reader: Schema, path: string): Problem[] {
  const { additionalProperties: taken } = reader;
  if (taken === false) return [{ path, rule: 'unknown-field' }];
  return typeof taken === 'object' ? problemsOf(given, taken, path) : [];
}

const mayBeNamed = ({ propertyNames }: Schema, name: string): boolean =>
  propertyNames === undefined || takesValue(propertyNames, name);

function ofNames(writer: Schema, reader: Schema, path: string): Problem[] {
  const { propertyNames: taken } = reader;
  if (taken === undefined) return [];
  const wrong = Object.keys(writer.properties ?? {}).filter((name) => !takesValue(taken, name));
  const open = openPart(writer)
    ? problemsOf(writer.propertyNames ?? { type: 'string' }, taken, `${path}.*`)
    : [];
  return [
    ...wrong.map((name): Problem => ({ path: `${path}.${name}`, rule: 'unknown-field' })),
    ...open,
  ];
}
