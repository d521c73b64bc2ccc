/** Promises attacked here: each reader sees all of its order once, and one that is behind costs nothing. */
import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { runtime } from '#platform';
import { waitFor } from '#testing';
import type { OrderEvent } from '../domain/order-event.js';
import { OrderStreams, TooManyStreamsError, type StreamParts } from './order-streams.js';

const LIMITS = { maxClients: 3, pollMs: 5, heartbeatMs: 60_000, maxMs: 60_000 };
const log = { debug: () => undefined, info: () => undefined, error: () => undefined };

/** A response over a socket that takes everything, until it is said to be full. */
class Response extends EventEmitter {
  writableNeedDrain = false;
  writableEnded = false;
  destroyed = false;
  text = '';
  write(text: string): boolean {
    this.text += text;
    return true;
  }
  end(): this {
    this.writableEnded = true;
    this.emit('close');
    return this;
  }
  destroy(): this {
    // as a socket, which closes once
    if (!this.destroyed) this.emit('close');
    this.destroyed = true;
    return this;
  }
  get ids(): number[] {
    return this.text.split(' ').filter(Boolean).map(Number);
  }
}

const event = (seq: number, status: OrderEvent['status'] = 'pending'): OrderEvent => ({
  ...{ seq, type: 'created', status, revision: 1, details: {}, at: new Date(0) },
});

describe('the streams of orders', () => {
  let streams: OrderStreams | undefined;
  const warned: string[] = [];
  /** What each poll asked for. */
  const asked: Record<string, number>[] = [];
  const revoked = new Set<string>();
  afterEach(async () => {
    await streams?.beforeApplicationShutdown();
    warned.length = 0;
    asked.length = 0;
    revoked.clear();
  });

  const table = new Map<string, OrderEvent[]>();
  const readTable: StreamParts['read'] = (watched, limit) =>
    Promise.resolve(
      new Map(
        [...watched].map(([orderId, known]) => [
          orderId,
          (table.get(orderId) ?? []).filter(({ seq }) => seq > known).slice(0, limit),
        ]),
      ),
    );
  const begin = (read = readTable, limits: Partial<StreamParts['limits']> = {}) => {
    streams = new OrderStreams({
      limits: { ...LIMITS, ...limits },
      read: (watched, limit) => {
        asked.push(Object.fromEntries(watched));
        return read(watched, limit);
      },
      goodKeys: (keyIds) => Promise.resolve(new Set(keyIds.filter((id) => !revoked.has(id)))),
      frame: ({ seq }) => `${seq} `,
      log: { ...log, warn: (_, message) => void warned.push(message) },
    });
    return streams;
  };
  const watch = (orderId: string, known = 0): Response => {
    const response = new Response();
    streams?.add(orderId, known, response as never);
    return response;
  };
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => event(index + 1));
  /** As long as another process takes to poll so often, at least. */
  const polled = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) {
      await new Promise<void>((resolve) => runtime.after(2 * LIMITS.pollMs, resolve));
    }
  };
  const until = (holds: () => boolean) =>
    waitFor(holds, { what: 'what was to be expected', timeoutMs: 10_000, intervalMs: 1 });

  it('give each reader all that it does not know, page by page', async () => {
    table.set('a', upTo(350));
    begin();
    const [all, some] = [watch('a'), watch('a', 340)];
    await until(() => all.ids.length === 350 && some.ids.length === 10);
    expect(all.ids).toEqual(upTo(350).map(({ seq }) => seq));
    expect(some.ids[0]).toBe(341);
  });

  it('do not skip what one who comes during a poll does not know', async () => {
    table.set('a', upTo(5));
    const answers: (() => void)[] = [];
    begin(async (watched, limit) => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return readTable(watched, limit);
    });
    const early = watch('a', 4);
    await until(() => answers.length === 1);
    const late = watch('a', 0);
    answers[0]?.();
    await until(() => answers.length === 2);
    expect([early.ids, late.ids]).toEqual([[5], []]);
    answers[1]?.();
    await until(() => late.ids.length > 0);
    expect(late.ids).toEqual([1, 2, 3, 4, 5]);
    expect(early.ids).toEqual([5]);
    answers.push = (...more) => {
      for (const answer of more) answer();
      return 0;
    };
  });

  it('ask nothing for one whose socket is full, and go on where it was', async () => {
    table.set('a', upTo(2));
    begin();
    const reader = watch('a');
    await until(() => reader.ids.length === 2);
    reader.writableNeedDrain = true;
    table.set('a', upTo(4));
    const other = watch('b');
    asked.length = 0;
    await until(() => asked.length > 3);
    expect(asked.every((watched) => !('a' in watched))).toBe(true);
    expect(reader.ids).toEqual([1, 2]);
    reader.writableNeedDrain = false;
    await until(() => reader.ids.length === 4);
    expect(reader.ids).toEqual([1, 2, 3, 4]);
    expect(other.destroyed).toBe(false);
  });

  it('cut off one who has not read for a heartbeat', async () => {
    table.set('a', upTo(1));
    begin(readTable, { heartbeatMs: 20 });
    const [slow, quick] = [watch('a'), watch('a')];
    await until(() => slow.ids.length === 1);
    slow.writableNeedDrain = true;
    await until(() => slow.destroyed);
    expect(quick.destroyed).toBe(false);
    await until(() => quick.text.includes(':\n\n'));
    expect(streams?.count).toBe(1);
  });

  it('end when nothing more becomes of the order, and not before the rest is there', async () => {
    const returned = event(150, 'returned');
    table.set('a', [...upTo(99), event(100, 'returned'), ...upTo(149).slice(100), returned]);
    begin();
    const reader = watch('a');
    await until(() => reader.writableEnded);
    expect(reader.ids).toHaveLength(150);
  });

  it('end after their time, and all when the process stops', async () => {
    begin(readTable, { maxMs: 30, heartbeatMs: 20 });
    const [one, two] = [watch('x'), watch('y')];
    two.writableNeedDrain = true;
    await until(() => one.writableEnded && two.destroyed);
    const last = watch('z');
    await streams?.beforeApplicationShutdown();
    expect(last.writableEnded).toBe(true);
    expect(() => watch('z')).toThrow(TooManyStreamsError);
  });

  it('have no room taken by those who went before they were there', async () => {
    begin(readTable, { maxClients: 1 });
    for (let n = 0; n < 3; n += 1) {
      const gone = new Response().destroy();
      streams?.add('o', 0, gone as never);
    }
    expect(streams?.count).toBe(0);
    table.set('o', upTo(1));
    const reader = watch('o');
    await until(() => reader.ids.length === 1);
  });

  it('are only so many, and poll only while there are some', async () => {
    begin();
    const readers = [watch('a'), watch('a'), watch('b')];
    expect(() => watch('b')).toThrow(TooManyStreamsError);
    await until(() => asked.length > 2);
    for (const reader of readers) reader.destroy();
    expect(streams?.count).toBe(0);
    const { length } = asked;
    await polled(5);
    expect(asked.length - length).toBeLessThanOrEqual(1); // what was under way
    const again = watch('a');
    await until(() => asked.length > length + 1);
    expect(again.ids).not.toEqual([]);
  });

  it('outlive a database that is away, and do not ask it all the time', async () => {
    begin(() => Promise.reject(new Error('away')));
    const reader = watch('a');
    await until(() => warned.length === 1);
    await polled(5);
    expect(asked).toHaveLength(1);
    expect(warned).toEqual(['watched orders: failed, will be tried again']);
    expect(reader.writableEnded).toBe(false);
  });
});
