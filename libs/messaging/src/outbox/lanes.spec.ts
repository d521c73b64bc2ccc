import { describe, expect, test } from '@jest/globals';
import { encode } from '../codec.js';
import { anEvent } from '../fixtures/events.js';
import { DEFAULT_LANE_LIMITS, Lanes, type Selection, type Waiting } from './lanes.js';
import { EpochTracker } from './watermark.js';

const ticket = new EpochTracker('1').open(1_000_000);
const waiting = (topic: string, id: string, bytes = 100): Waiting => ({
  message: encode(anEvent({ topic, id })),
  bytes,
  ticket,
  sinceMs: 0,
});
const idsOf = (list: readonly Waiting[] = []): (string | undefined)[] =>
  list.map(({ message }) => message.headers['ce_id']);

describe('the lanes', () => {
  test('one request carries all topics, each in its order', () => {
    const lanes = new Lanes();
    for (const id of ['1', '2']) {
      lanes.push(waiting('a', `a${id}`));
      lanes.push(waiting('b', `b${id}`));
    }
    const selection = lanes.select(0);
    expect(idsOf(selection?.waiting)).toEqual(['a1', 'a2', 'b1', 'b2']);

    if (selection) lanes.sent(selection);
    expect(lanes.select(0)).toBeUndefined();
    expect(lanes).toMatchObject({ count: 0, bytes: 0 });
  });

  test('what was selected stays until it was sent', () => {
    const lanes = new Lanes();
    lanes.push(waiting('a', 'a1'));
    lanes.select(0);
    expect(idsOf(lanes.select(0)?.waiting)).toEqual(['a1']);
  });

  test('a request stays below the limits, and no topic starves behind a full one', () => {
    const lanes = new Lanes({ ...DEFAULT_LANE_LIMITS, maxMessages: 3 });
    for (let n = 1; n <= 9; n += 1) lanes.push(waiting('busy', `busy${n}`));
    lanes.push(waiting('quiet', 'quiet1'));

    const first = lanes.select(0);
    expect(idsOf(first?.waiting)).toEqual(['busy1', 'busy2', 'busy3']);
    if (first) lanes.sent(first);
    expect(idsOf(lanes.select(0)?.waiting)).toEqual(['quiet1', 'busy4', 'busy5']);
  });

  test('one message above the byte limit is sent alone', () => {
    const lanes = new Lanes({ ...DEFAULT_LANE_LIMITS, maxBytes: 150 });
    lanes.push(waiting('a', 'large', 500));
    lanes.push(waiting('a', 'small'));
    expect(idsOf(lanes.select(0)?.waiting)).toEqual(['large']);
  });

  test('a topic that cannot be written to does not hold up the others', () => {
    const lanes = new Lanes();
    lanes.push(waiting('broken', 'x1'));
    lanes.push(waiting('fine', 'f1'));
    const both = lanes.select(0);
    if (both) lanes.failed(both, 0);

    // Each is tried alone, in its own time.
    expect(lanes.select(0)).toBeUndefined();
    const due = lanes.nextRetryMs ?? 0;
    const alone = lanes.select(due);
    expect(alone?.topics).toHaveLength(1);
    if (alone) lanes.failed(alone, due);
    const other = lanes.select(due);
    expect(other?.topics).toHaveLength(1);
    expect(other?.topics).not.toEqual(alone?.topics);
    if (other) lanes.sent(other);

    lanes.push(waiting(other?.topics[0] ?? '', 'f2'));
    const next = lanes.select(due);
    // The one that works has its turn between the attempts of the other.
    expect(idsOf(lanes.select(due)?.waiting)).toEqual(idsOf(next?.waiting));
  });

  test('attempts become rarer, and all lanes are due once one works again', () => {
    const lanes = new Lanes();
    lanes.push(waiting('a', 'a1'));
    lanes.push(waiting('b', 'b1'));
    let nowMs = 0;
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const selection = lanes.select(nowMs);
      if (selection) lanes.failed(selection, nowMs);
      else nowMs = lanes.nextRetryMs ?? nowMs;
    }
    expect((lanes.nextRetryMs ?? 0) - nowMs).toBeLessThanOrEqual(DEFAULT_LANE_LIMITS.maxRetryMs);

    const one = lanes.select(lanes.nextRetryMs ?? 0);
    if (one) lanes.sent(one);
    expect(idsOf(lanes.select(nowMs)?.waiting)).toHaveLength(1);
  });

  test('a request that is too large is halved until the broker takes it, then grows again', () => {
    const lanes = new Lanes();
    for (let n = 1; n <= 64; n += 1) lanes.push(waiting('a', `a${n}`));
    const ids: (string | undefined)[] = [];
    const sizes: number[] = [];
    let nowMs = 0;
    for (let attempt = 0; attempt < 40 && ids.length < 64; attempt += 1) {
      nowMs = lanes.nextRetryMs ?? nowMs;
      const selection = lanes.select(nowMs) as Selection;
      sizes.push(selection.waiting.length);
      if (selection.waiting.length > 20) {
        lanes.failed(selection, nowMs, true);
      } else {
        ids.push(...idsOf(selection.waiting));
        lanes.sent(selection);
      }
    }
    expect(sizes.slice(0, 5)).toEqual([64, 32, 16, 32, 16]);
    expect(ids).toEqual(Array.from({ length: 64 }, (_, index) => `a${index + 1}`));
  });

  test('after any other failure all of it is tried again', () => {
    const lanes = new Lanes();
    for (let n = 1; n <= 8; n += 1) lanes.push(waiting('a', `a${n}`));
    lanes.failed(lanes.select(0) as Selection, 0);
    expect(lanes.select(lanes.nextRetryMs ?? 0)?.waiting).toHaveLength(8);
  });

  test('knows since when its oldest entry has been waiting', () => {
    const lanes = new Lanes();
    expect(lanes.oldestMs).toBeUndefined();
    lanes.push({ ...waiting('a', 'a1'), sinceMs: 20 });
    lanes.push({ ...waiting('b', 'b1'), sinceMs: 10 });
    expect(lanes.oldestMs).toBe(10);
  });
});
