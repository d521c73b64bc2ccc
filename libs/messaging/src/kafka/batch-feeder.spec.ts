import { beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryLog } from '../fixtures/log.js';
import { ManualClock } from '../fixtures/manual-clock.js';
import { BatchFeeder } from './batch-feeder.js';
import { DEFAULT_TUNING, type PartitionControl } from './consumer-options.js';
import { OffsetCommitter } from './offsets.js';
import type { ConsumerPort, FetchedPayload } from './ports.js';

const { heartbeatMs } = DEFAULT_TUNING;

let clock: ManualClock;
let beats: number;
let isRefused: boolean;
let paused: string[];
let committed: string[];
let control: PartitionControl;
let end: (outcome: 'done' | 'again') => void;

beforeEach(() => {
  clock = new ManualClock();
  beats = 0;
  isRefused = false;
  paused = [];
  committed = [];
});

/** Feeds one batch of two messages, which lasts until `end` is called. */
function feed(): Promise<void> {
  const outcome = Promise.withResolvers<'done' | 'again'>();
  end = outcome.resolve;
  const feeder = new BatchFeeder({
    kafka: { brokers: [], clientId: 'test', topicPrefix: 'p.', log: new MemoryLog() },
    group: 'g',
    topics: ['t'],
    clock,
    ping: () => Promise.resolve(),
    handle: (_messages, given) => {
      control = given;
      return outcome.promise;
    },
  });
  const message = { offset: '7', timestamp: '0', key: null, value: null };
  const payload: FetchedPayload = {
    batch: { topic: 'p.t', partition: 3, messages: [message] },
    resolveOffset: () => undefined,
    heartbeat: () => {
      beats += 1;
      return isRefused ? Promise.reject(new Error('rebalancing')) : Promise.resolve();
    },
    isRunning: () => true,
    isStale: () => false,
  };
  const offsets = new OffsetCommitter(
    clock,
    (noted) => {
      committed.push(
        ...noted.map(({ topic, partition, offset }) => `${topic}/${partition}@${offset}`),
      );
      return Promise.resolve();
    },
    () => undefined,
  );
  const change =
    (what: string): ConsumerPort['pause'] =>
    (topics) =>
      void paused.push(`${what} ${JSON.stringify(topics)}`);
  const consumer = { pause: change('pause'), resume: change('resume') } as ConsumerPort;
  return feeder.feed(payload, consumer, offsets);
}

describe('a batch that is being handled', () => {
  test('is kept alive by heartbeats, and by none once it is over', async () => {
    const fed = feed();
    await clock.advance(3 * heartbeatMs);
    expect(beats).toBe(3);
    control.done('7');
    end('done');
    await fed;
    await clock.advance(3 * heartbeatMs);
    expect(beats).toBe(3);
    expect(committed).toEqual(['p.t/3@8']);
  });

  test('is not gone on with after a heartbeat was refused, and its member joins anew', async () => {
    const fed = feed();
    expect(control.isActive()).toBe(true);
    isRefused = true;
    await clock.advance(heartbeatMs);
    expect(control.isActive()).toBe(false);
    end('again');
    await expect(fed).rejects.toThrow('rebalancing');
    expect(paused).toEqual([]);
  });

  test('that has to come again rests for a while, which is no end of its partition', async () => {
    const fed = feed();
    end('again');
    await fed;
    const where = JSON.stringify([{ topic: 'p.t', partitions: [3] }]);
    expect(paused).toEqual([`pause ${where}`]);
    await clock.advance(100);
    expect(paused).toEqual([`pause ${where}`, `resume ${where}`]);
  });
});
