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
import {
  BatchRunner,
  DEFAULT_BATCH_LIMITS,
  type Handlers,
  type TopicHandlers,
} from './batch-runner.js';

let clock: ManualClock;
let broker: FakeBroker;
let log: MemoryLog;
let runner: BatchRunner;
let storage: MemoryStorage;
/** Events whose transaction committed. */
let handled: string[];
let doneOffsets: string[];
let active: boolean;

beforeEach(() => {
  clock = new ManualClock();
  broker = new FakeBroker();
  log = new MemoryLog();
  storage = new MemoryStorage(clock);
  const outbox = new Outbox({ owner: 'test', storage, broker, log, clock });
  runner = new BatchRunner({ outbox, clock, log }, { ...DEFAULT_BATCH_LIMITS, maxEvents: 8 });
  handled = [];
  doneOffsets = [];
  active = true;
});

const control = {
  isActive: () => active,
  done: (offset: string) => void doneOffsets.push(offset),
};

const messages = (count: number): RawMessage[] =>
  Array.from({ length: count }, (_, index) =>
    fetched(anEvent({ id: `e${index}` }), String(100 + index)),
  );

const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `e${index}`);

/** Handles all events but those for which `fail` gives an error. */
const handling = (
  fail: (event: ReceivedEvent) => Error | undefined = () => undefined,
): TopicHandlers => handlersThat(fail, (these) => handled.push(...these));

/** Runs while time passes. */
async function run(list: RawMessage[], handlers: Handlers): Promise<string> {
  const running = runner.run(list, handlers, control);
  await clock.advance(60_000);
  return running;
}

const deadLetters = (): (string | undefined)[] =>
  broker.received
    .filter(({ topic }) => topic.endsWith('.dlq'))
    .map(({ headers }) => headers['ce_id']);

describe('a batch', () => {
  test('is one transaction, up to its limit, and then done', async () => {
    expect(await run(messages(12), handling())).toBe('done');
    expect(handled).toEqual(ids(12));
    expect(doneOffsets).toEqual(['107', '111']);
  });

  test('with a bad event: its mates are handled once and in order, it is a dead letter', async () => {
    const bad = (event: ReceivedEvent) => (event.id === 'e3' ? new TypeError('bad') : undefined);
    expect(await run(messages(8), handling(bad))).toBe('done');
    expect(handled).toEqual(ids(8).filter((id) => id !== 'e3'));
    expect(deadLetters()).toEqual(['dead:order.events/0/103']);
    expect(doneOffsets.at(-1)).toBe('107');
  });

  test('with a bad event and a poison handler: that decides, in a transaction of its own', async () => {
    const failures: string[] = [];
    const handlers: TopicHandlers = {
      ...handling((event) => (event.id === 'e3' ? new TypeError('bad') : undefined)),
      poison: ({ event, error }, unit) => {
        unit.publish(anEvent({ id: `parked-${event.id}` }));
        failures.push(error.message);
        return Promise.resolve();
      },
    };
    expect(await run(messages(8), handlers)).toBe('done');
    expect(failures).toEqual(['bad']);
    expect(broker.ids).toEqual(['parked-e3']);
    expect(deadLetters()).toEqual([]);
  });

  test('whose poison handler fails as well ends in the dead letters', async () => {
    const handlers: TopicHandlers = {
      ...handling(() => new Error('bad')),
      poison: () => Promise.reject(new Error('worse')),
    };
    expect(await run(messages(1), handlers)).toBe('done');
    expect(deadLetters()).toEqual(['dead:order.events/0/100']);
    expect(log.lines.map(({ level }) => level)).toContain('error');
  });

  test('with an undecodable message: that is a dead letter, in the same transaction', async () => {
    const list = messages(3);
    list[1] = { ...(list[1] as RawMessage), value: Buffer.from('{') };
    expect(await run(list, handling())).toBe('done');
    expect(handled).toEqual(['e0', 'e2']);
    expect(deadLetters()).toEqual(['dead:order.events/0/101']);
    expect(doneOffsets).toEqual(['102']);
  });

  test('of nothing but undecodable messages bothers no handler', async () => {
    const list = messages(2).map((message) => ({ ...message, headers: {} }));
    const never: TopicHandlers = { batch: () => Promise.reject(new Error('called')) };
    expect(await run(list, never)).toBe('done');
    expect(deadLetters()).toHaveLength(2);
  });

  test('an event that goes round in circles is put aside, with an error', async () => {
    const chain = '20 9*com.example.order.created';
    const list = [fetched(anEvent({ extensions: { chain } }), '100')];
    expect(await run(list, handling())).toBe('done');
    expect(handled).toEqual([]);
    expect(deadLetters()).toEqual(['dead:order.events/0/100']);
    expect(log.lines[0]).toMatchObject({ level: 'error', fields: { eventId: 'event-1', chain } });
  });
});

describe("a fault that is not the messages'", () => {
  test('that passes: the whole batch is done after all, nothing is blamed', async () => {
    let left = 3;
    const conflict = () => (left-- > 0 ? new RetryableError('version conflict') : undefined);
    expect(await run(messages(4), handling(conflict))).toBe('done');
    expect(handled).toEqual(ids(4));
    expect(deadLetters()).toEqual([]);
  });

  test('that lasts: the batch is given back, nothing is skipped', async () => {
    expect(
      await run(
        messages(4),
        handling(() => new RetryableError('down')),
      ),
    ).toBe('again');
    expect(doneOffsets).toEqual([]);
    expect(deadLetters()).toEqual([]);
  });

  test('in the middle of bisecting: what was done before it stays done, the rest comes again', async () => {
    const fail = ({ id }: ReceivedEvent) => {
      if (id === 'e2') return new TypeError('bad');
      return id === 'e5' ? new RetryableError('down') : undefined;
    };
    expect(await run(messages(8), handling(fail))).toBe('again');
    expect(handled).toEqual(['e0', 'e1', 'e3']);
    expect(deadLetters()).toEqual(['dead:order.events/0/102']);
    expect(doneOffsets.at(-1)).toBe('103');
  });

  test('a commit whose outcome is unknown is done again', async () => {
    storage.nextCommits.push('unknown-committed');
    expect(await run(messages(2), handling())).toBe('done');
    expect(handled).toEqual(ids(2));
  });

  test('a partition that was taken away: nothing more is begun', async () => {
    active = false;
    expect(await run(messages(2), handling())).toBe('again');
    expect(handled).toEqual([]);
  });
});

describe('messages that are taken as they are', () => {
  const taken: string[] = [];
  const taking = (fail: (offset: string) => Error | undefined): Handlers => ({
    raw: (these, unit) => {
      for (const { offset } of these) {
        const error = fail(offset);
        if (error !== undefined) return Promise.reject(error);
      }
      unit.afterCommit(() => taken.push(...these.map(({ offset }) => offset)));
      return Promise.resolve();
    },
  });
  beforeEach(() => void taken.splice(0));

  test('are handed over whatever they hold, and none becomes a dead letter', async () => {
    const list = messages(4).map((message) => ({ ...message, headers: {}, value: null }));
    expect(
      await run(
        list,
        taking(() => undefined),
      ),
    ).toBe('done');
    expect(taken).toEqual(['100', '101', '102', '103']);
    expect(deadLetters()).toEqual([]);
  });

  test('wait, if one cannot be taken: those before it are done, nothing is skipped', async () => {
    const fail = (offset: string) => (offset === '102' ? new TypeError('bad') : undefined);
    expect(await run(messages(4), taking(fail))).toBe('again');
    expect(taken).toEqual(['100', '101']);
    expect(doneOffsets.at(-1)).toBe('101');
    expect(deadLetters()).toEqual([]);
    expect(log.lines.at(-1)).toMatchObject({ level: 'error' });
  });
});
