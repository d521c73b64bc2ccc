/**
 * Promise attacked here: what is called compatible is. Whatever a writer of one schema sends, a reader
 * of the other understands, when nothing was found between them.
 */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type { z } from 'zod';
import { changed, valuesFor } from './fixtures/random-values.js';
import { anyType, toZod, type Type } from './fixtures/random-types.js';
import { fromZod } from './from-zod.js';
import { problemsOf } from './judge.js';
import type { Schema } from './schema.js';

const RUNS = 1_000;
/** Ajv writes a program for each schema, which takes ten times as long as all else. */
const AJV_RUNS = 100;

const schemaOf = (type: Type): Schema => {
  const { schema, problems } = fromZod(toZod(type));
  if (!schema) throw new Error(problems.join('; '));
  return schema;
};

/** What a writer sends is declared: nothing of it is lost when its own schema reads it. */
const isSent = (writer: z.ZodType, value: unknown): boolean => {
  const { success, data } = writer.safeParse(value);
  return success && isDeepStrictEqual(data, value);
};

interface Draw {
  readonly before: Type;
  readonly now: Type;
  /** What a writer of `before` may send; some of it does not fit even that. */
  readonly values: readonly unknown[];
}

const draws: fc.Arbitrary<Draw> = anyType.chain((before) =>
  fc.record({
    before: fc.constant(before),
    now: fc.oneof({ weight: 6, arbitrary: changed(before) }, { weight: 1, arbitrary: anyType }),
    values: fc.array(valuesFor(before), { minLength: 4, maxLength: 12 }),
  }),
);

describe('the judgement', () => {
  it('never calls compatible what zod then refuses', () => {
    const counts = { compatible: 0, incompatible: 0, values: 0, witnessed: 0 };
    const property = fc.property(draws, ({ before, now, values }) => {
      const [writer, reader] = [toZod(before), toZod(now)];
      const problems = problemsOf(schemaOf(before), schemaOf(now));
      const sent = values.filter((value) => isSent(writer, value));
      const refused = sent.filter((value) => !reader.safeParse(value).success);
      counts.values += sent.length;
      counts[problems.length > 0 ? 'incompatible' : 'compatible'] += 1;
      if (problems.length > 0) counts.witnessed += Number(refused.length > 0);
      else expect(refused).toEqual([]);
    });
    fc.assert(property, { numRuns: RUNS });
    // A judgement that finds everything, or a generator that sends nothing, would prove nothing.
    expect(counts.compatible).toBeGreaterThan(RUNS / 10);
    expect(counts.values).toBeGreaterThan(RUNS);
    expect(counts.witnessed).toBeGreaterThan(counts.incompatible / 4);
  });

  it('never calls compatible what JSON Schema then refuses', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, addUsedSchema: false });
    const property = fc.property(draws, ({ before, now, values }) => {
      const [old, fresh] = [schemaOf(before), schemaOf(now)];
      if (problemsOf(old, fresh).length > 0) return;
      const [wasValid, isValid] = [ajv.compile(old), ajv.compile(fresh)];
      const sent = values.filter((value) => isSent(toZod(before), value) && wasValid(value));
      expect(sent.filter((value) => !isValid(value))).toEqual([]);
    });
    fc.assert(property, { numRuns: AJV_RUNS });
  });

  it('finds nothing between a schema and itself', () => {
    const property = fc.property(anyType, (type) => {
      expect(problemsOf(schemaOf(type), schemaOf(type))).toEqual([]);
    });
    fc.assert(property, { numRuns: RUNS / 5 });
  });
});
