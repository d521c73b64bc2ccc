import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { MemoryLog } from '../fixtures/log.js';
import { ManualClock } from '../fixtures/manual-clock.js';
import { DEFAULT_TUNING, READER_TUNING, type ConsumerTuning } from './consumer-options.js';
import { GroupConsumer } from './group-consumer.js';
import type { ConnectKafka, ConsumerPort } from './ports.js';

const { sessionTimeoutMs, heartbeatMs } = DEFAULT_TUNING;

let clock: ManualClock;
/** One for each session, with the listeners it was given. */
let sessions: Map<string, (event: { payload: unknown }) => void>[];
let consumer: GroupConsumer;

const consumerWith = (connect: ConnectKafka, tuning?: ConsumerTuning): GroupConsumer =>
  new GroupConsumer({
    kafka: { brokers: [], clientId: 'test', topicPrefix: '', log: new MemoryLog() },
    group: 'g',
    topics: ['t'],
    clock,
    connect,
    ...(tuning && { tuning }),
    ping: () => Promise.resolve(),
    handle: () => Promise.resolve('done'),
  });

beforeEach(() => {
  clock = new ManualClock();
  sessions = [];
  consumer = consumerWith(() => ({ consumer: join, producer: noProducer }));
  consumer.start();
});
afterEach(() => consumer.stop());

function noProducer(): never {
  throw new Error('a consumer needs no producer');
}

/** A client that joins its group at once. */
function join(): ConsumerPort {
  const listeners: (typeof sessions)[number] = new Map();
  sessions.push(listeners);
  const done = () => Promise.resolve();
  return {
    events: {
      CRASH: 'consumer.crash',
      GROUP_JOIN: 'consumer.group_join',
      HEARTBEAT: 'consumer.heartbeat',
      FETCH: 'consumer.fetch',
      END_BATCH_PROCESS: 'consumer.end_batch_process',
    } as ConsumerPort['events'],
    on: (event: string, listener: (event: never) => void) =>
      listeners.set(event, listener as (event: { payload: unknown }) => void),
    connect: done,
    disconnect: done,
    subscribe: done,
    commitOffsets: done,
    pause: () => undefined,
    resume: () => undefined,
    run: () => {
      const payload = { memberId: 'm', memberAssignment: { t: [0] } };
      listeners.get('consumer.group_join')?.({ payload });
      return Promise.resolve();
    },
  };
}

const tell = (event: string): void => sessions.at(-1)?.get(event)?.({ payload: undefined });

test('a member that its group hears of is left alone, however long', async () => {
  for (let beat = 0; beat < 60; beat += 1) {
    await clock.advance(heartbeatMs);
    tell('consumer.heartbeat');
  }
  expect(sessions).toHaveLength(1);
  expect(consumer.failure).toBeUndefined();
});

test('one that fetches and is nobody’s member any more is reported, and joins anew', async () => {
  const fetchFor = async (durationMs: number): Promise<void> => {
    for (let passedMs = 0; passedMs < durationMs; passedMs += heartbeatMs) {
      await clock.advance(heartbeatMs);
      tell('consumer.fetch');
      tell('consumer.end_batch_process');
    }
  };
  await fetchFor(sessionTimeoutMs + heartbeatMs);
  expect(consumer.failure?.message).toBe('the group hears nothing of it');
  await fetchFor(2 * sessionTimeoutMs);
  expect(sessions).toHaveLength(2);
});

test.each([
  ['what is in a hurry', undefined, { minBytes: 1, maxWaitTimeInMs: 500 }],
  ['who reads in batches', READER_TUNING, { minBytes: 262_144, maxWaitTimeInMs: 250 }],
])('of %s the broker hears how long it may gather', async (_, tuning, expected) => {
  const asked = jest.fn<ReturnType<ConnectKafka>['consumer']>(join);
  const one = consumerWith(() => ({ consumer: asked, producer: noProducer }), tuning);
  one.start();
  await clock.advance(0);
  expect(asked).toHaveBeenCalledWith(expect.objectContaining(expected));
  await one.stop();
});
