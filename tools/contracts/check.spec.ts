import { describe, expect, it } from '@jest/globals';
import { findingsOf, unreleased, type Accepted, type Checked } from './check.js';
import type { Schema } from './judge/schema.js';
import { readReleased, snapshotFile, textOf, topicsFile } from './released.js';
import { snapshotsToAdd } from './release.js';
import type { Shape } from './shapes.js';
import type { Topics } from './topics.js';

const data = (more: Readonly<Record<string, Schema>> = {}, required = ['a']): Schema => ({
  properties: { a: { type: 'string' }, ...more },
  required,
  type: 'object',
});
const shape = (version: number, schema: Schema = data()): Shape => ({
  ...{ name: 'thing.done', version, kind: 'event', topic: 'thing.events', data: schema },
});
const topics: Topics = {
  'thing.events': { partitions: 6, retentionMs: 1000, key: 'thing id', compacted: false },
};

/** Released in this order; then what is declared now. */
const checked = (
  released: readonly Shape[],
  current: readonly Shape[],
  more: Partial<Checked> = {},
): Checked => {
  const files: Record<string, string> = { [topicsFile(0)]: textOf(topics) };
  for (const one of released) {
    const state = Object.keys(files).filter((file) => file.includes(`.v${one.version}`)).length;
    files[snapshotFile(one, state)] = textOf(one);
  }
  return {
    current: { shapes: current, problems: [] },
    ...{ topics, released: readReleased(files), accepted: [] },
    ...more,
  };
};
const textsOf = (all: Checked): readonly string[] =>
  findingsOf(all)
    .filter(({ accepted }) => accepted === undefined)
    .map(({ text }) => text);

const withB = data({ b: { type: 'integer' } });
const needsB = data({ b: { type: 'integer' } }, ['a', 'b']);

describe('the check', () => {
  it('is content with what is as it was released', () => {
    const all = checked([shape(1)], [shape(1)]);
    expect(textsOf(all)).toEqual([]);
    expect(unreleased(all)).toEqual([]);
  });

  it('holds a contract to every state of its version, and says which ones', () => {
    const all = checked([shape(1), shape(1, withB)], [shape(1, needsB)]);
    expect(findingsOf(all).map(({ text, against }) => [text, against])).toEqual([
      ['thing.done v1: backward: data.b was added as required', ['thing.done.v1.json']],
      ['thing.done v1: backward: data.b became required', ['thing.done.v1.1.json']],
    ]);
    const twice = checked([shape(1), shape(1, withB)], [shape(1, data({}, []))]);
    expect(findingsOf(twice)).toEqual([
      {
        text: 'thing.done v1: forward: data.a became optional',
        ...{ direction: 'forward', against: ['thing.done.v1.json', 'thing.done.v1.1.json'] },
      },
    ]);
  });

  it('lets a new version leave old readers behind, and no old message', () => {
    expect(textsOf(checked([shape(1)], [shape(2, data({}, []))]))).toEqual([]);
    expect(textsOf(checked([shape(1)], [shape(2, needsB)]))).toEqual([
      'thing.done v2: backward: data.b was added as required',
    ]);
  });

  it('misses what was removed, and versions that were taken back', () => {
    expect(textsOf(checked([shape(1)], []))).toEqual(['thing.done v1: was removed']);
    expect(textsOf(checked([shape(1), shape(2)], [shape(1)]))).toEqual([
      'thing.done v2: was removed: there is only thing.done v1',
    ]);
  });

  it('refuses two contracts of one name', () => {
    expect(textsOf(checked([shape(1)], [shape(1), shape(2)]))[0]).toMatch(
      /^thing.done v2: the type/,
    );
  });

  it('says where a message goes, and what it is', () => {
    const moved = { ...shape(1), topic: 'else.events' };
    expect(textsOf(checked([shape(1)], [moved]))).toEqual([
      'thing.done v1: backward: its topic changed from thing.events to else.events',
      'thing.done v1: forward: its topic changed from thing.events to else.events',
    ]);
  });

  it('knows the replies of commands', () => {
    const command = (replies: Shape['replies']): Shape => ({
      ...{ ...shape(1), kind: 'command' },
      ...(replies && { replies }),
    });
    const yes = { yes: { kind: 'success', data: data() } } as const;
    const both = { ...yes, no: { kind: 'refusal', data: data() } } as const;
    expect(textsOf(checked([command(yes)], [command(both)]))).toEqual([
      'thing.done v1: forward: no was added as a reply',
    ]);
    expect(textsOf(checked([command(both)], [command(yes)]))).toEqual([
      'thing.done v1: backward: no is no longer a reply',
    ]);
    expect(
      textsOf(checked([command(yes)], [command({ yes: { kind: 'refusal', data: data() } })])),
    ).toEqual([
      'thing.done v1: backward: yes changed from success to refusal',
      'thing.done v1: forward: yes changed from success to refusal',
    ]);
  });

  it('does not judge what it does not understand, now or released', () => {
    const strange = shape(1, { ...data(), allOf: [] } as Schema);
    expect(textsOf(checked([strange], [shape(1)]))).toContain(
      "thing.done v1: data: 'allOf' is not understood",
    );
    const current = { shapes: [], problems: ["thing.done v1: data.a: 'date' is not understood"] };
    expect(textsOf(checked([shape(1)], [], { current }))).toEqual(current.problems);
  });
});

describe('what is accepted', () => {
  const broken = checked([shape(1)], [shape(1, data({}, []))]);
  const finding = 'thing.done v1: forward: data.a became optional';
  const accept = (...accepted: Accepted[]) => findingsOf({ ...broken, accepted });

  it('does not count, and keeps its reason', () => {
    const reason = 'Nobody has ever read this field.';
    expect(accept({ finding, reason })).toMatchObject([{ text: finding, accepted: reason }]);
  });

  it('is word for word what was found', () => {
    const near = {
      finding: 'thing.done v1: forward: data.b became optional',
      reason: 'x'.repeat(30),
    };
    expect(accept(near).filter(({ accepted }) => !accepted)).toMatchObject([
      { text: finding },
      { text: `accepted, and not there (any more): ${near.finding}` },
    ]);
  });

  it('needs a reason', () => {
    expect(accept({ finding, reason: '  because  ' })).toMatchObject([
      { accepted: '  because  ' },
      { text: `accepted without a reason that explains it: ${finding}` },
    ]);
  });
});

describe('topics', () => {
  const spec = { partitions: 6, retentionMs: 1000, key: 'thing id' };
  const now = (change: object) =>
    textsOf(checked([], [], { topics: { 'thing.events': { ...spec, ...change } } }));

  it('may keep longer, and be joined by others', () => {
    expect(now({ retentionMs: 2000 })).toEqual([]);
    expect(textsOf(checked([], [], { topics: { ...topics, more: spec } }))).toEqual([]);
  });

  it('lose nothing of what they hold', () => {
    expect(textsOf(checked([], [], { topics: {} }))).toEqual(['topic thing.events was removed']);
    expect(now({ key: 'else' })).toEqual([
      'topic thing.events is keyed by "else" instead of "thing id"',
    ]);
    expect(now({ partitions: 5 })).toEqual(['topic thing.events has 5 partitions instead of 6']);
    expect(now({ partitions: 7 })[0]).toContain('keys move');
    expect(now({ retentionMs: 999 })).toEqual([
      'topic thing.events keeps messages for 999 ms instead of 1000',
    ]);
    expect(now({ compacted: true })[0]).toContain('became compacted');
  });
});

describe('snapshots', () => {
  it('are added for what is new or has changed, and for nothing else', () => {
    const all = checked([shape(1)], [shape(1, withB)]);
    expect(Object.keys(snapshotsToAdd(all))).toEqual(['thing.done.v1.1.json']);
    expect(unreleased(all)).toEqual(['thing.done v1 has changed since thing.done.v1.json']);
    expect(snapshotsToAdd(checked([shape(1)], [shape(1)]))).toEqual({});
    expect(Object.keys(snapshotsToAdd(checked([], [shape(1)])))).toEqual(['thing.done.v1.json']);
    expect(Object.keys(snapshotsToAdd(checked([shape(1)], [shape(2)])))).toEqual([
      'thing.done.v2.json',
    ]);
    const more = { topics: { ...topics, other: { partitions: 1, retentionMs: 1, key: 'x' } } };
    expect(Object.keys(snapshotsToAdd(checked([shape(1)], [shape(1)], more)))).toEqual([
      'topics.1.json',
    ]);
  });

  it('are what their names say, without gaps', () => {
    const files = {
      'thing.done.v1.json': textOf(shape(2)),
      'thing.done.v3.2.json': textOf(shape(3)),
      'topics.1.json': '{}',
      'notes.txt': '{}',
      'broken.v1.json': '{',
    };
    expect(readReleased(files).problems.toSorted()).toEqual([
      'broken.v1.json is no JSON',
      'notes.txt is no name of a snapshot',
      'thing.done.v1.json holds thing.done v2',
      'thing.done.v3.2.json has no thing.done.v3.1.json before it',
      'topics.1.json has no topics.json before it',
    ]);
  });
});
