import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Declared } from './declared.js';
import { changesSince } from './diff.js';
import { fromZod } from './judge/from-zod.js';
import { readReleased, textOf } from './released.js';
import { diffReport } from './report.js';
import { rowsOf, rowText } from './rows.js';
import { shapesOf } from './shapes.js';
import type { Topics } from './topics.js';

const message = (name: string, data: z.ZodType, replies?: Declared['replies']): Declared => ({
  ...{ name, version: 1, kind: replies ? 'command' : 'event', topic: 't', data },
  ...(replies && { replies }),
});
const before = [
  message('gone', z.object({})),
  message('same', z.object({ a: z.string() })),
  message('thing', z.object({ a: z.string(), b: z.int().min(0).optional(), kind: z.enum(['x']) }), {
    done: { kind: 'success', data: z.object({ n: z.int() }) },
  }),
];
const now = [
  message('fresh', z.object({})),
  message('same', z.object({ a: z.string() })),
  message(
    'thing',
    z.object({ a: z.string().optional(), c: z.uuid().optional(), kind: z.enum(['x', 'y']) }),
    {
      done: { kind: 'success', data: z.object({ n: z.int() }) },
      refused: { kind: 'refusal', data: z.object({}) },
    },
  ),
];
const topic = { partitions: 6, retentionMs: 10, key: 'k' };
const topics: Topics = { kept: topic, old: topic };

const files = Object.fromEntries(
  shapesOf(before).shapes.map((shape) => [`${shape.name}.v1.json`, textOf(shape)]),
);
const released = readReleased({ ...files, 'topics.json': textOf(topics) });

describe('diff', () => {
  it('lists what has come, gone and changed, and what each breaks', () => {
    const changed: Topics = { kept: { ...topic, retentionMs: 5, partitions: 6 }, added: topic };
    const changes = changesSince({ current: shapesOf(now), topics: changed, released });
    expect(diffReport(changes)).toEqual([
      '+ fresh v1: added: compatible',
      'thing v1',
      '  ~ data.kind: string, "x", required → string, "x", "y", required: breaks forward',
      '  ~ data.a: string, required → string, optional: breaks forward',
      '  + data.c: uuid, optional: compatible',
      '  + refused: result: object, required: breaks forward',
      '  - data.b: integer, at least 0, optional: compatible',
      '- gone v1: removed: breaks backward and forward',
      'topic kept',
      '  ~ retentionMs: 10 → 5: breaks backward and forward',
      '+ topic added: added: compatible',
      '- topic old: removed: breaks backward and forward',
    ]);
  });

  it('says so when nothing has', () => {
    const changes = changesSince({ current: shapesOf(before), topics, released });
    expect(diffReport(changes)).toEqual(['nothing has changed since the released contracts']);
  });
});

describe('a schema as rows', () => {
  it('has one for each field, with what is taken', () => {
    const { schema = {} } = fromZod(
      z.object({
        list: z.array(z.object({ n: z.int().min(1).max(9) })).max(5),
        open: z.record(z.string(), z.unknown()),
        text: z.string().regex(/^x/).nullable(),
        ratio: z.number().gt(0).lt(1).optional(),
        either: z.union([z.object({ a: z.literal(1) }), z.object({ b: z.boolean() })]),
        only: z.string().length(2),
        few: z.int().max(5).multipleOf(5),
      }),
    );
    expect(rowsOf(schema, 'data').map((row) => `${row.path}: ${rowText(row)}`)).toEqual([
      'data: object, required',
      'data.either: object or object, required',
      'data.either(1).a: number, 1, required',
      'data.either(2).b: boolean, required',
      'data.few: integer, at most 5, multiple of 5, required',
      'data.list: array of object, at most 5 items, required',
      'data.list[]: object, required',
      'data.list[].n: integer, 1 to 9, required',
      'data.only: string, 2 characters, required',
      'data.open: object, required',
      'data.open.*: anything, optional',
      'data.text: string or null, /^x/, required',
      'data.ratio: number, above 0 to below 1, optional',
    ]);
  });
});
