import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { installTracing, readTraceparent, type SpanStart, type TraceSpan } from '#platform';
import { caused } from '../loop-guard.js';
import { RetryableError } from '../errors.js';
import type { ReceivedEvent } from '../event.js';
import { anEvent, fetched } from '../fixtures/events.js';
import { FakeBroker } from '../fixtures/fake-broker.js';
import { MemoryLog } from '../fixtures/log.js';
import { ManualClock } from '../fixtures/manual-clock.js';
import { MemoryStorage } from '../fixtures/memory-storage.js';
import { Outbox } from '../outbox/outbox.js';
import { BatchRunner, type TopicHandlers } from './batch-runner.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const traceOf = (n: number) => `00-${TRACE}-${String(n).padStart(16, '0')}-01`;

interface Recorded extends SpanStart {
  readonly parent: string | undefined;
  readonly own: string;
  failed: boolean;
}

let ended: Recorded[];
let clock: ManualClock;
let broker: FakeBroker;
let runner: BatchRunner;

beforeEach(() => {
  ended = [];
  let made = 100;
  const below = (parent: string | undefined, start: SpanStart): TraceSpan | undefined => {
    const context = readTraceparent(parent);
    if (context?.sampled !== true) return undefined;
    const own = traceOf((made += 1));
    const recorded: Recorded = { ...start, parent: context.spanId, own, failed: false };
    return {
      traceparent: own,
      set: () => undefined,
      fail: () => (recorded.failed = true),
      end: () => void ended.push(recorded),
    };
  };
  const enter = () => {
    throw new Error('nothing comes in from outside here');
  };
  installTracing({ below, enter, stop: () => Promise.resolve() });
  clock = new ManualClock();
  broker = new FakeBroker();
  const log = new MemoryLog();
  const storage = new MemoryStorage(clock);
  runner = new BatchRunner({
    outbox: new Outbox({ owner: 'test', storage, broker, log, clock }),
    clock,
    log,
  });
});
afterEach(() => installTracing(undefined));

/** Answers each event, and fails as it is told. */
const answering = (fail: (event: ReceivedEvent) => Error | undefined): TopicHandlers => ({
  batch: ({ events }, unit) => {
    for (const event of events) {
      const error = fail(event);
      if (error) return Promise.reject(error);
      unit.publish(caused(event, anEvent({ id: `${event.id}-answer`, type: 'answer' })));
    }
    return Promise.resolve();
  },
});

async function run(fail: (event: ReceivedEvent) => Error | undefined = () => undefined) {
  const traced = [traceOf(1), traceOf(2), undefined, traceOf(3).replace(/01$/, '00')];
  const messages = traced.map((traceparent, n) =>
    fetched(anEvent({ id: `e${n}`, ...(traceparent && { traceparent }) }), String(n)),
  );
  const control = { isActive: () => true, done: () => undefined };
  const running = runner.run(messages, answering(fail), control);
  await clock.advance(60_000);
  await running;
}

const of = (kind: SpanStart['kind']) => ended.filter((span) => span.kind === kind);

test('a batch is one transaction, and a span for each message whose trace is sampled', async () => {
  await run();
  expect(of('consumer').map(({ parent }) => parent)).toEqual(
    ['1', '2'].map((n) => n.padStart(16, '0')),
  );
  // Each answer is below the handling of its own cause, and is sent with its own name.
  expect(of('producer').map(({ parent }) => parent)).toEqual(
    of('consumer').map(({ own }) => readTraceparent(own)?.spanId),
  );
  const sent = broker.received.map(({ headers }) => headers['traceparent']);
  expect(sent.slice(0, 2)).toEqual(of('producer').map(({ own }) => own));
  expect(sent.slice(2)).toEqual([undefined, traceOf(3).replace(/01$/, '00')]);
});

test('what was rolled back is not shown, however often it was tried', async () => {
  let left = 3;
  await run(() => (left-- > 0 ? new RetryableError('conflict') : undefined));
  expect(of('consumer')).toHaveLength(2);
  expect(of('producer')).toHaveLength(2);
});

test('what ends in the dead letters is shown as failed, and its mates are not', async () => {
  await run(({ id }) => (id === 'e1' ? new TypeError('bad') : undefined));
  expect(of('consumer').map(({ failed }) => failed)).toEqual([false, true]);
  const [dead] = of('producer').filter(({ name }) => name.includes('dead-letter'));
  expect(dead?.parent).toBe(readTraceparent(of('consumer')[1]?.own)?.spanId);
});
