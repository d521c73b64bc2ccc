import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { fromZod } from './from-zod.js';
import { problemsOf } from './judge.js';
import { describe as textOf, type Direction } from './problem.js';

const schemaOf = (type: z.ZodType) => {
  const { schema, problems } = fromZod(type);
  if (!schema) throw new Error(problems.join('; '));
  return schema;
};

/** What breaks when the first becomes the second, without the path's first part. */
const breaks = (before: z.ZodType, now: z.ZodType, direction: Direction): string[] => {
  const [old, fresh] = [schemaOf(before), schemaOf(now)];
  const [writer, reader] = direction === 'backward' ? [old, fresh] : [fresh, old];
  return problemsOf(writer, reader).map((problem) => textOf(problem, direction));
};

const a = (type: z.ZodType) => z.object({ a: type });
const cat = z.object({ kind: z.literal('cat'), lives: z.int() });
const dog = z.object({ kind: z.literal('dog'), name: z.string() });

interface Case {
  readonly change: string;
  readonly before: z.ZodType;
  readonly now: z.ZodType;
  /** Absent: compatible. */
  readonly backward?: readonly string[];
  readonly forward?: readonly string[];
}

const cases: readonly Case[] = [
  { change: 'nothing', before: a(z.string()), now: a(z.string()) },
  { change: 'an optional field added', before: z.object({}), now: a(z.string().optional()) },
  { change: 'an optional field removed', before: a(z.string().optional()), now: z.object({}) },
  {
    ...{ change: 'a required field added', before: z.object({}), now: a(z.string()) },
    backward: ['data.a was added as required'],
  },
  {
    ...{ change: 'a required field removed', before: a(z.string()), now: z.object({}) },
    forward: ['data.a was removed'],
  },
  {
    ...{ change: 'optional to required', before: a(z.string().optional()), now: a(z.string()) },
    backward: ['data.a became required'],
  },
  {
    ...{ change: 'required to optional', before: a(z.string()), now: a(z.string().optional()) },
    forward: ['data.a became optional'],
  },
  {
    ...{ change: 'another type', before: a(z.string()), now: a(z.int()) },
    backward: ['data.a changed from string to integer'],
    forward: ['data.a changed from string to integer'],
  },
  {
    ...{ change: 'integer to number', before: a(z.int()), now: a(z.number()) },
    forward: ['data.a changed from integer to number'],
  },
  {
    ...{ change: 'nullable', before: a(z.string()), now: a(z.string().nullable()) },
    forward: ['data.a changed from string to string or null'],
  },
  {
    ...{ change: 'an enum widened', before: a(z.enum(['x'])), now: a(z.enum(['x', 'y'])) },
    forward: ['data.a takes "y", which readers of before do not'],
  },
  {
    ...{ change: 'an enum narrowed', before: a(z.enum(['x', 'y'])), now: a(z.enum(['y'])) },
    backward: ['data.a no longer takes "x"'],
  },
  { change: 'an enum reordered', before: a(z.enum(['x', 'y'])), now: a(z.enum(['y', 'x'])) },
  {
    ...{ change: 'an enum to any string', before: a(z.enum(['x'])), now: a(z.string()) },
    forward: ['data.a changed from one of "x" to string'],
  },
  {
    ...{ change: 'an enum to a short string', before: a(z.enum(['x', 'long'])) },
    now: a(z.string().max(2)),
    backward: ['data.a no longer takes "long"'],
    forward: ['data.a changed from one of "long", "x" to string'],
  },
  {
    ...{ change: 'a literal to an enum', before: a(z.literal(1)), now: a(z.literal([1, 2])) },
    forward: ['data.a takes 2, which readers of before do not'],
  },
  {
    ...{ change: 'a literal to an integer', before: a(z.literal(1)), now: a(z.int()) },
    forward: ['data.a changed from one of 1 to integer'],
  },
  {
    ...{ change: 'a literal to integers above it', before: a(z.literal(1)) },
    now: a(z.int().min(2)),
    backward: ['data.a no longer takes 1'],
    forward: ['data.a changed from one of 1 to integer'],
  },
  {
    ...{ change: 'a boolean to true', before: a(z.boolean()), now: a(z.literal(true)) },
    backward: ['data.a no longer takes false'],
  },
  {
    ...{ change: 'a minimum raised', before: a(z.int().min(0)), now: a(z.int().min(1)) },
    backward: ['data.a changed its minimum from 0 to 1'],
  },
  {
    ...{ change: 'a maximum raised', before: a(z.int().max(5)), now: a(z.int().max(9)) },
    forward: ['data.a changed its maximum from 5 to 9'],
  },
  {
    ...{ change: 'a bound excluded', before: a(z.number().min(0)), now: a(z.number().gt(0)) },
    backward: ['data.a changed its minimum from 0 to 0 (exclusive)'],
  },
  { change: 'the same bound of integers', before: a(z.int().min(1)), now: a(z.int().gt(0)) },
  {
    ...{ change: 'a bound taken away', before: a(z.number().max(5)), now: a(z.number()) },
    forward: ['data.a changed its maximum from 5 to none'],
  },
  {
    ...{ change: 'a multiple', before: a(z.int().multipleOf(4)), now: a(z.int().multipleOf(2)) },
    forward: ['data.a changed its multipleOf from 4 to 2'],
  },
  {
    ...{ change: 'a length shortened', before: a(z.string().max(9)), now: a(z.string().max(5)) },
    backward: ['data.a changed its maxLength from 9 to 5'],
  },
  {
    ...{ change: 'a length demanded', before: a(z.string()), now: a(z.string().min(1)) },
    backward: ['data.a changed its minLength from none to 1'],
  },
  {
    ...{ change: 'a pattern', before: a(z.string()), now: a(z.string().regex(/^x/)) },
    backward: ['data.a changed its pattern from none to ^x'],
  },
  {
    ...{ change: 'another pattern', before: a(z.string().regex(/^x/)) },
    now: a(z.string().regex(/^y/)),
    backward: ['data.a changed its pattern from ^x to ^y'],
    forward: ['data.a changed its pattern from ^x to ^y'],
  },
  {
    ...{
      change: 'fewer items',
      before: a(z.array(z.int()).max(9)),
      now: a(z.array(z.int()).max(5)),
    },
    backward: ['data.a changed its maxItems from 9 to 5'],
  },
  {
    ...{ change: 'an item demanded', before: a(z.array(z.int())), now: a(z.array(z.int()).min(1)) },
    backward: ['data.a changed its minItems from none to 1'],
  },
  {
    ...{ change: 'what items are', before: a(z.array(a(z.int()))), now: a(z.array(z.object({}))) },
    forward: ['data.a[].a was removed'],
  },
  {
    ...{ change: 'a field deep inside', before: a(a(a(z.int()))) },
    now: a(a(z.object({ a: z.int(), b: z.int() }))),
    backward: ['data.a.a.b was added as required'],
  },
  {
    ...{
      change: 'unknown fields refused',
      before: a(z.int()),
      now: z.strictObject({ b: z.int() }),
    },
    backward: [
      'data.b was added as required',
      'data.a was removed, and fields that are not declared are refused',
    ],
    forward: ['data.a was removed'],
  },
  {
    ...{ change: 'a field more where they are refused', before: z.strictObject({}) },
    now: a(z.int().optional()),
    forward: ['data.a was added, and readers of before refuse fields that they do not know'],
  },
  {
    ...{ change: 'a record of other values', before: a(z.record(z.string(), z.int())) },
    now: a(z.record(z.string(), z.string())),
    backward: ['data.a.* changed from integer to string'],
    forward: ['data.a.* changed from integer to string'],
  },
  {
    ...{ change: 'names of a record', before: z.record(z.string(), z.int()) },
    now: z.record(z.string().max(3), z.int()),
    backward: ['data.* changed its maxLength from none to 3'],
  },
  {
    ...{ change: 'a record with a field of its own', before: z.record(z.string(), z.int()) },
    now: a(z.string().optional()),
    backward: ['data.a changed from integer to string'],
    forward: ['data.a changed from integer to string'],
  },
  {
    change: 'anything of a type',
    before: a(z.string()),
    now: a(z.unknown()),
    forward: ['data.a changed from string to anything'],
  },
  {
    ...{ change: 'a branch more', before: a(z.union([cat])), now: a(z.union([cat, dog])) },
    forward: [
      'data.a.lives was removed',
      'data.a.kind takes "dog", which readers of before do not',
    ],
  },
  {
    ...{ change: 'a branch more of several', before: a(z.union([cat, z.int()])) },
    now: a(z.union([cat, z.int(), z.string()])),
    forward: ['data.a takes string, which readers of before do not'],
  },
  {
    ...{ change: 'within the branch that is meant' },
    before: a(z.discriminatedUnion('kind', [cat, dog])),
    now: a(z.discriminatedUnion('kind', [cat, dog.extend({ name: z.string().max(5) })])),
    backward: ['data.a.name changed its maxLength from none to 5'],
  },
  {
    change: 'values moved to another branch',
    before: a(z.enum(['x', 'y'])),
    now: a(z.union([z.literal('x'), z.literal('y')])),
  },
];

describe('what a change breaks', () => {
  it.each(cases)('$change: old messages', ({ before, now, backward = [] }) => {
    expect(breaks(before, now, 'backward').toSorted()).toEqual(backward.toSorted());
  });

  it.each(cases)('$change: old readers', ({ before, now, forward = [] }) => {
    expect(breaks(before, now, 'forward').toSorted()).toEqual(forward.toSorted());
  });

  it('a field that is named like what every object inherits', () => {
    const named = z.object({ constructor: z.string() });
    expect(breaks(z.object({}), named, 'backward')).toEqual([
      'data.constructor was added as required',
    ]);
    expect(breaks(named, z.strictObject({}), 'backward')).toHaveLength(1);
  });
});

describe('what the judgement does not understand', () => {
  it.each([
    ['a condition in code', z.string().refine((text) => text !== '')],
    ['one of a whole object', a(z.string()).superRefine(() => undefined)],
    ['what changes the text', z.string().trim()],
    ['what makes something else of it', z.coerce.number()],
    ['a transformation', z.string().transform(Number)],
    ['a pipe', z.string().pipe(z.string().min(2))],
    ['a default', a(z.string().default('x'))],
    ['a fallback', a(z.string().catch('x'))],
    ['a pattern with flags', z.string().regex(/x/i)],
    ['two patterns', z.string().regex(/x/).regex(/y/)],
    ['a format without a pattern', z.url()],
    ['a tuple', z.tuple([z.string()])],
    ['a set', z.set(z.string())],
    ['a date', z.date()],
    ['a recursive schema', z.lazy(() => z.string())],
    ['an array with holes', z.array(z.string().optional())],
    ['branches that nothing tells apart', z.xor([a(z.string()), a(z.string())])],
    ['an intersection', z.intersection(a(z.string()), z.object({ b: z.string() }))],
    ['never', a(z.never())],
    ['a shared definition', a(z.string().meta({ id: 'shared-by-a-test' }))],
    ['a fraction to be a multiple of', z.number().multipleOf(0.5)],
  ])('is refused: %s', (_, type) => {
    expect(fromZod(z.object({ x: type })).problems?.[0]).toMatch(/^data(\.x\S*)?: .+/);
  });

  it('is nothing that the contracts use', () => {
    const rich = z.object({
      id: z.uuid(),
      on: z.iso.date(),
      at: z.iso.datetime().optional(),
      open: z.record(z.string(), z.unknown()),
      text: z.string().min(1).max(5).nullable(),
    });
    expect(fromZod(rich).problems).toBeUndefined();
  });
});
