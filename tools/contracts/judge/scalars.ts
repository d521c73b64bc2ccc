/** Whether a reader takes the strings, numbers and counted values of a writer. */
import type { Bounding, Problem } from './problem.js';
import type { Scalar, Schema } from './schema.js';

type Limit = 'minimum' | 'maximum' | 'minLength' | 'maxLength' | 'minItems' | 'maxItems';

/** Both ends of what is taken, the bounds themselves in it or not. */
interface Bound {
  readonly value: number;
  readonly exclusive: boolean;
}

export function takesValue(reader: Schema, value: Scalar): boolean {
  if (reader.enum !== undefined) return reader.enum.includes(value);
  if (reader.const !== undefined) return reader.const === value;
  if (typeof value === 'string') {
    const { minLength = 0, maxLength = Infinity, pattern } = reader;
    const fits = value.length >= minLength && value.length <= maxLength;
    return reader.type === 'string' && fits && (!pattern || new RegExp(pattern).test(value));
  }
  if (typeof value === 'number') return takesNumber(reader, value);
  return reader.type === (value === null ? 'null' : 'boolean');
}

function takesNumber(reader: Schema, value: number): boolean {
  if (reader.type !== 'number' && !(reader.type === 'integer' && Number.isSafeInteger(value))) {
    return false;
  }
  const exactly = { minimum: value, maximum: value } as const;
  return (
    numberLimits('', exactly, reader).length === 0 &&
    (reader.multipleOf === undefined || value % reader.multipleOf === 0)
  );
}

export function stringLimits(path: string, writer: Schema, reader: Schema): Problem[] {
  return [
    ...atLeast(path, 'minLength', writer, reader),
    ...atMost(path, 'maxLength', writer, reader),
    ...(reader.pattern === undefined || reader.pattern === writer.pattern
      ? []
      : [limit(path, 'pattern', writer, reader)]),
  ];
}

export const arrayLimits = (path: string, writer: Schema, reader: Schema): Problem[] => [
  ...atLeast(path, 'minItems', writer, reader),
  ...atMost(path, 'maxItems', writer, reader),
];

export function numberLimits(path: string, writer: Schema, reader: Schema): Problem[] {
  const problems: Problem[] = [];
  const [low, wantedLow] = [lowest(writer), lowest(reader)];
  if (wantedLow && (!low || isBelow(low, wantedLow))) {
    problems.push(bound(path, 'minimum', low, wantedLow));
  }
  const [high, wantedHigh] = [highest(writer), highest(reader)];
  if (wantedHigh && (!high || isBelow(mirrored(high), mirrored(wantedHigh)))) {
    problems.push(bound(path, 'maximum', high, wantedHigh));
  }
  const { multipleOf: step } = reader;
  const isWhole = writer.minimum === writer.maximum && writer.minimum !== undefined;
  if (step !== undefined && !isWhole && !isMultiple(writer, step)) {
    problems.push(limit(path, 'multipleOf', writer, reader));
  }
  return problems;
}

const isMultiple = (writer: Schema, step: number): boolean =>
  writer.multipleOf === undefined
    ? writer.type === 'integer' && step === 1
    : writer.multipleOf % step === 0;

/** Of both kinds of bound the narrower one; an integer's is never exclusive. */
function lowest({ minimum, exclusiveMinimum: above, type }: Schema): Bound | undefined {
  const open = above === undefined ? undefined : { value: above, exclusive: true };
  const closed = minimum === undefined ? undefined : { value: minimum, exclusive: false };
  const narrower = open && closed ? (isBelow(closed, open) ? open : closed) : (open ?? closed);
  if (type !== 'integer' || narrower === undefined) return narrower;
  const { value, exclusive } = narrower;
  const first = exclusive ? Math.floor(value) + 1 : Math.ceil(value);
  return { value: first, exclusive: false };
}

function highest(schema: Schema): Bound | undefined {
  const { maximum, exclusiveMaximum: below, type } = schema;
  const mirror = lowest({
    ...(type !== undefined && { type }),
    ...(maximum !== undefined && { minimum: -maximum }),
    ...(below !== undefined && { exclusiveMinimum: -below }),
  });
  return mirror && mirrored(mirror);
}

const mirrored = ({ value, exclusive }: Bound): Bound => ({ value: -value, exclusive });

/** Whether something is taken from the first bound on that is not from the second. */
const isBelow = (one: Bound, other: Bound): boolean =>
  one.value < other.value || (one.value === other.value && !one.exclusive && other.exclusive);

const boundText = (one: Bound | undefined): string | undefined =>
  one && (one.exclusive ? `${one.value} (exclusive)` : String(one.value));

const bound = (
  path: string,
  keyword: 'minimum' | 'maximum',
  writer: Bound | undefined,
  reader: Bound,
): Problem => ({
  ...{ path, rule: 'limit', keyword },
  writer: boundText(writer),
  reader: boundText(reader),
});

const limit = (path: string, keyword: Bounding, writer: Schema, reader: Schema): Problem => ({
  ...{ path, rule: 'limit', keyword },
  writer: writer[keyword],
  reader: reader[keyword],
});

function atLeast(path: string, keyword: Limit, writer: Schema, reader: Schema): Problem[] {
  const fits = (writer[keyword] ?? 0) >= (reader[keyword] ?? 0);
  return fits ? [] : [limit(path, keyword, writer, reader)];
}

function atMost(path: string, keyword: Limit, writer: Schema, reader: Schema): Problem[] {
  const fits = (writer[keyword] ?? Infinity) <= (reader[keyword] ?? Infinity);
  return fits ? [] : [limit(path, keyword, writer, reader)];
}
