import { beforeEach, describe, expect, test } from '@jest/globals';
import { RetryableError } from '../errors.js';
import type { ReceivedEvent } from '../event.js';
import { anEvent, fetched } from '../fixtures/events.js';
import { FakeBroker } from '../fixtures/fake-broker.js';
import { handlersThat } from '../fixtures/handlers.js';
import { MemoryLog } from '../fixtures/log.js';
import { ManualClock } from '../fixtures/manual-clock.js';
import { MemoryStorage } from '../fixtures/memory-storage.js';
import { Outbox } from '../outbox/outbox.js';
import type { RawMessage } from '../wire.js';
import { BatchRunner, DEFAULT_BATCH_LIMITS, type TopicHandlers } from './batch-runner.js';
import { BatchGatherer } from './gatherer.js';

let clock: ManualClock;
let broker: FakeBroker;
let gatherer: BatchGatherer;
let deferred: (() => void)[];
/** Ids of the events of each transaction that was committed. */
let transactions: string[][];
/** The highest offset that was reported, by partition. */
let done: Map<number, string>;
/** Partitions that were taken away. */
let gone: Set<number>;

beforeEach(() => {
  clock = new ManualClock();
  broker = new FakeBroker();
  const log = new MemoryLog();
  const storage = new MemoryStorage(clock);
  const outbox = new Outbox({ owner: 'test', storage, broker, log, clock });
  const limits = { ...DEFAULT_BATCH_LIMITS, maxEvents: 8 };
  deferred = [];
  gatherer = new BatchGatherer(new BatchRunner({ outbox, clock, log }, limits), (run) =>
    deferred.push(run),
  );
  transactions = [];
  done = new Map();
  gone = new Set();
});

/** `<partition>.0`, `<partition>.1`, … from offset 100 on. */
const messages = (partition: number, count: number): RawMessage[] =>
  Array.from({ length: count }, (_, index) =>
    fetched(anEvent({ id: `${partition}.${index}` }), String(100 + index), partition),
  );

const ids = (partition: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${partition}.${index}`);

const handling = (
  fail: (event: ReceivedEvent) => Error | undefined = () => undefined,
): TopicHandlers => handlersThat(fail, (these) => transactions.push([...these]));

const pass = (list: RawMessage[], handlers: TopicHandlers): Promise<string> => {
  const { partition } = list[0] as RawMessage;
  return gatherer.run(list, handlers, {
    isActive: () => !gone.has(partition),
    done: (offset) => void done.set(partition, offset),
  });
};

/** Partitions with so many messages each, fetched at once; the outcomes in their order. */
async function fetch(counts: readonly number[], handlers = handling()): Promise<string[]> {
  const running = counts.map((count, partition) => pass(messages(partition, count), handlers));
  runDeferred();
  await clock.advance(60_000);
  return Promise.all(running);
}

const runDeferred = (): void => {
  for (const run of deferred.splice(0)) run();
};

const deadLetters = (): (string | undefined)[] =>
  broker.received
    .filter(({ topic }) => topic.endsWith('.dlq'))
    .map(({ headers }) => headers['ce_id']);

describe('what is fetched of several partitions at once', () => {
  test('is one transaction, each partition in its order and done up to its own last offset', async () => {
    expect(await fetch([2, 3, 1])).toEqual(['done', 'done', 'done']);
    expect(transactions).toEqual([[...ids(0, 2), ...ids(1, 3), ...ids(2, 1)]]);
    expect([...done]).toEqual([
      [0, '101'],
      [1, '102'],
      [2, '100'],
    ]);
  });

  test('is as few transactions as their limit allows, and a long partition is cut', async () => {
    expect(await fetch([5, 3, 12, 4, 4])).toEqual(['done', 'done', 'done', 'done', 'done']);
    expect(transactions.map(({ length }) => length)).toEqual([8, 8, 4, 8]);
    expect(done.get(2)).toBe('111');
  });

  test('with a bad event: it is a dead letter, the others are handled once', async () => {
    const bad = ({ id }: ReceivedEvent) => (id === '1.1' ? new TypeError('bad') : undefined);
    expect(await fetch([2, 3, 2], handling(bad))).toEqual(['done', 'done', 'done']);
    expect(transactions.flat()).toEqual([...ids(0, 2), '1.0', '1.2', ...ids(2, 2)]);
    expect(deadLetters()).toEqual(['dead:order.events/1/101']);
    expect(done.get(1)).toBe('102');
  });

  test('with an undecodable message: that is a dead letter in the same transaction', async () => {
    const list = [{ ...(messages(1, 1)[0] as RawMessage), value: Buffer.from('{') }];
    const handlers = handling();
    const running = [pass(messages(0, 1), handlers), pass(list, handlers)];
    runDeferred();
    await clock.advance(1_000);
    expect(await Promise.all(running)).toEqual(['done', 'done']);
    expect(transactions).toEqual([['0.0']]);
    expect(deadLetters()).toEqual(['dead:order.events/1/100']);
  });

  test('where one cannot go on: it comes again, the others do not wait for it', async () => {
    const stuck = ({ partition }: ReceivedEvent) =>
      partition === 1 ? new RetryableError('a version that is not known here') : undefined;
    expect(await fetch([1, 2, 1], handling(stuck))).toEqual(['done', 'again', 'done']);
    expect(transactions).toEqual([ids(0, 1), ids(2, 1)]);
    expect(done.has(1)).toBe(false);
    expect(deadLetters()).toEqual([]);
  });

  test('where one was taken away: nothing of it is begun', async () => {
    gone.add(0);
    expect(await fetch([1, 2])).toEqual(['again', 'done']);
    expect(transactions).toEqual([ids(1, 2)]);
  });

  test('of two topics stays apart', async () => {
    const running = [pass(messages(0, 1), handling()), pass(messages(1, 1), handling())];
    runDeferred();
    await clock.advance(1_000);
    expect(await Promise.all(running)).toEqual(['done', 'done']);
    expect(transactions).toEqual([ids(0, 1), ids(1, 1)]);
  });

  test('does not wait for what is fetched later', async () => {
    const handlers = handling();
    const first = pass(messages(0, 1), handlers);
    runDeferred();
    const second = pass(messages(1, 1), handlers);
    await clock.advance(1_000);
    expect(await first).toBe('done');
    runDeferred();
    await clock.advance(1_000);
    expect(await second).toBe('done');
    expect(transactions).toEqual([ids(0, 1), ids(1, 1)]);
  });
});
