import { beforeEach, describe, expect, test } from '@jest/globals';
import { CommitUnknownError, EventTooLargeError, RetryableError } from '../errors.js';
import { anEvent } from '../fixtures/events.js';
import { FakeBroker } from '../fixtures/fake-broker.js';
import { MemoryLog } from '../fixtures/log.js';
import { ManualClock, settled } from '../fixtures/manual-clock.js';
import { MemoryStorage } from '../fixtures/memory-storage.js';
import type { AskedPosition, UnitOfWork } from '../unit-of-work.js';
import { Outbox } from './outbox.js';

const LEASE_MS = 5_000;

let clock: ManualClock;
let storage: MemoryStorage;
let broker: FakeBroker;
let log: MemoryLog;

beforeEach(() => {
  clock = new ManualClock();
  storage = new MemoryStorage(clock);
  broker = new FakeBroker();
  log = new MemoryLog();
});

const anOutbox = (maxMessages = 1_000): Outbox =>
  new Outbox({
    owner: 'test',
    storage,
    broker,
    log,
    clock,
    limits: { maxMessages, maxBytes: 10_000_000, readBackRows: 3 },
  });

const publishing =
  (...ids: string[]) =>
  (unit: UnitOfWork): Promise<void> => {
    unit.publish(...ids.map((id) => anEvent({ id })));
    return Promise.resolve();
  };

const publishedBy = async (outbox: Outbox, at: AskedPosition): Promise<number | undefined> =>
  (await outbox.publishedBy({ query: () => Promise.resolve([]) }, [at]))[0];

describe('publishing after the commit', () => {
  test('sends what was committed, in order, and nothing before', async () => {
    const outbox = anOutbox();
    let sentInside: number | undefined;
    await outbox.transaction(async (unit) => {
      await publishing('1', '2')(unit);
      await settled();
      sentInside = broker.received.length;
    });
    await settled();

    expect(sentInside).toBe(0);
    expect(broker.ids).toEqual(['1', '2']);
  });

  test.each([
    ['the work fails', () => Promise.reject(new Error('no'))],
    ['the commit is refused', () => Promise.resolve(void storage.nextCommits.push('fail'))],
  ])('sends nothing when %s, and later events all the same', async (_when, failing) => {
    const outbox = anOutbox();
    const failed = outbox.transaction(async (unit) => {
      await publishing('lost')(unit);
      await failing();
    });
    await expect(failed).rejects.toThrow();
    await outbox.transaction(publishing('kept'));
    await clock.advance(1_000);

    expect(broker.ids).toEqual(['kept']);
    const { publishedUpTo, rows } = storage.epoch('1');
    expect(publishedUpTo).toBe(rows.at(-1)?.seq);
  });

  test('transactions that end while a request is under way share the next one', async () => {
    const outbox = anOutbox();
    let release = (): void => undefined;
    broker.hold = new Promise((resolve) => (release = resolve));
    for (const id of ['1', '2', '3', '4']) await outbox.transaction(publishing(id));
    await settled();
    release();
    await settled();
    expect(broker.requests).toEqual([1, 3]);
  });

  test('a position is published when its events are, not before', async () => {
    const outbox = anOutbox();
    broker.isDown = true;
    const at = await outbox.transaction((unit) => {
      unit.publish(anEvent({ id: '1' }), anEvent({ id: '2' }));
      const stamp = unit.stamp();
      unit.publish(anEvent({ id: '3' }));
      return Promise.resolve(stamp);
    });
    expect(at).toEqual({ epoch: '1', seq: '2' });
    await clock.advance(1_000);
    expect(await publishedBy(outbox, at)).toBe(Infinity);

    broker.isDown = false;
    await clock.advance(900);
    expect(await publishedBy(outbox, at)).toBe(0);
    expect(broker.ids).toEqual(['1', '2', '3']);
  });

  test('a position that was published late says by when', async () => {
    const outbox = anOutbox();
    broker.isDown = true;
    const at = await outbox.transaction((unit) => {
      unit.publish(anEvent());
      return Promise.resolve(unit.stamp());
    });
    await clock.advance(60_000);
    broker.isDown = false;
    await clock.advance(5_000);
    const by = await publishedBy(outbox, at);
    expect(by).toBeGreaterThanOrEqual(60_000);
    expect(by).toBeLessThanOrEqual(65_000);
  });

  test('an event that no broker would take fails its own transaction', async () => {
    const tooLarge = anOutbox().transaction((unit) => {
      unit.publish(anEvent({ data: 'x'.repeat(1_000_000) }));
      return Promise.resolve();
    });
    await expect(tooLarge).rejects.toThrow(EventTooLargeError);
  });

  test('of several events of which one is too large none goes out, whatever else does', async () => {
    await anOutbox().transaction((unit) => {
      const large = anEvent({ data: 'x'.repeat(1_000_000) });
      expect(() => unit.publish(anEvent({ id: 'with it' }), large)).toThrow(EventTooLargeError);
      unit.publish(anEvent({ id: 'instead' }));
      return Promise.resolve();
    });
    await settled();
    expect(broker.received.map(({ headers }) => headers['ce_id'])).toEqual(['instead']);
  });

  test('hooks run after the commit, not at all without one, and cannot undo it', async () => {
    const outbox = anOutbox();
    const ran: string[] = [];
    await outbox.transaction((unit) => {
      unit.afterCommit(() => {
        throw new Error('hook');
      });
      unit.afterCommit(() => ran.push('committed'));
      return Promise.resolve();
    });
    const failed = outbox.transaction((unit) => {
      unit.afterCommit(() => ran.push('rolled back'));
      return Promise.reject(new Error('no'));
    });
    await expect(failed).rejects.toThrow('no');
    expect(ran).toEqual(['committed']);
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'error' }));
  });

  test('waits for the statements that nobody waited for', async () => {
    const outbox = anOutbox();
    let end: () => void = () => undefined;
    const committing = outbox.transaction((unit) => {
      unit.beforeCommit(new Promise<void>((resolve) => (end = resolve)));
      return publishing('1')(unit);
    });
    await settled();
    expect(broker.ids).toEqual([]);
    end();
    await committing;
    await settled();
    expect(broker.ids).toEqual(['1']);
  });

  test.each([
    ['the work goes on', () => Promise.resolve()],
    ['the work fails because of it', () => Promise.reject(new Error('aborted'))],
  ])('fails with the first statement that failed, where %s', async (_, goOn) => {
    const outbox = anOutbox();
    const failed = outbox.transaction(async (unit) => {
      await publishing('1')(unit);
      unit.beforeCommit(Promise.resolve());
      unit.beforeCommit(settled().then(() => Promise.reject(new RetryableError('moved'))));
      unit.beforeCommit(Promise.reject(new Error('aborted')));
      await goOn();
    });
    await expect(failed).rejects.toThrow(new RetryableError('moved'));
    await settled();
    expect(broker.ids).toEqual([]);
  });

  test('nothing can be published with a transaction that is over', async () => {
    let kept: UnitOfWork | undefined;
    await anOutbox().transaction((unit) => Promise.resolve(void (kept = unit)));
    expect(() => kept?.publish(anEvent())).toThrow('over');
  });
});

describe('an outage of the broker', () => {
  test('is waited out; what memory cannot hold comes from the table, all of it and in order', async () => {
    const outbox = anOutbox(5);
    broker.isDown = true;
    const ids = Array.from({ length: 40 }, (_, index) => String(index));
    for (const id of ids) await outbox.transaction(publishing(id));
    await clock.advance(60_000);
    expect(broker.received).toEqual([]);
    expect(outbox.backlog).toBe(40);
    expect(outbox.failure?.message).toBe('the broker is down');
    expect(storage.reads).toBe(0);

    broker.isDown = false;
    await clock.advance(10_000);
    expect(broker.ids).toEqual(ids);
    expect(outbox.backlog).toBe(0);
    expect(outbox.failure).toBeUndefined();
    expect(storage.epoch('1')).toMatchObject({ publishedUpTo: 40 });
    expect(storage.epoch('1').behindUntilMs).toBeGreaterThanOrEqual(60_000);
  });

  test('events that arrive after spilled ones do not overtake them', async () => {
    const outbox = anOutbox(2);
    broker.isDown = true;
    for (const id of ['1', '2', '3', '4']) await outbox.transaction(publishing(id));
    let release = (): void => undefined;
    storage.holdReads = new Promise((resolve) => (release = resolve));
    broker.isDown = false;
    await clock.advance(1_000);
    expect(broker.ids).toEqual(['1', '2']);
    await outbox.transaction(publishing('5'));
    release();
    await clock.advance(1_000);
    expect(broker.ids).toEqual(['1', '2', '3', '4', '5']);
  });

  test('of one topic leaves the others alone', async () => {
    const outbox = anOutbox();
    broker.brokenTopics.add('broken');
    await outbox.transaction((unit) => {
      unit.publish(anEvent({ id: 'x', topic: 'broken' }), anEvent({ id: 'y', topic: 'fine' }));
      return Promise.resolve();
    });
    await clock.advance(5_000);
    expect(broker.ids).toEqual(['y']);
    expect(storage.epoch('1').publishedUpTo).toBe(0);

    broker.brokenTopics.clear();
    await clock.advance(5_000);
    expect(broker.ids).toEqual(['y', 'x']);
    expect(storage.epoch('1').publishedUpTo).toBe(2);
  });

  test('of one topic is none for positions in others, which are not even late', async () => {
    const outbox = anOutbox();
    broker.brokenTopics.add('broken');
    const publishingTo = (topic: string) => (unit: UnitOfWork) => {
      unit.publish(anEvent({ topic }), anEvent({ topic: 'fine' }));
      return Promise.resolve(unit.stamp());
    };
    await outbox.transaction(publishingTo('broken'));
    await clock.advance(60_000);
    const at = await outbox.transaction(publishingTo('fine'));
    await clock.advance(60_000);

    expect(await publishedBy(outbox, at)).toBe(Infinity);
    expect(await publishedBy(outbox, { ...at, topics: ['fine', 'broken'] })).toBe(Infinity);
    expect(await publishedBy(outbox, { ...at, topics: ['fine'] })).toBe(0);
    const never = { ...at, seq: String(Number(at.seq) + 1), topics: ['fine'] };
    expect(await publishedBy(outbox, never)).toBe(Infinity);

    broker.brokenTopics.clear();
    await clock.advance(5_000);
    const by = await publishedBy(outbox, { ...at, topics: ['broken'] });
    expect(by).toBeGreaterThanOrEqual(120_000);
    expect(by).toBeLessThanOrEqual(125_000);
  });

  test('of all of them makes late what was published before, for nobody could answer it', async () => {
    const outbox = anOutbox();
    const at = await outbox.transaction((unit) => {
      unit.publish(anEvent({ topic: 'a' }));
      return Promise.resolve(unit.stamp());
    });
    await clock.advance(1_000);
    broker.isDown = true;
    await outbox.transaction(publishing('1'));
    await clock.advance(60_000);
    expect(await publishedBy(outbox, { ...at, topics: ['a'] })).toBeGreaterThan(55_000);
  });

  test('of all of them is one for each position, however many topics there are', async () => {
    const outbox = anOutbox();
    broker.isDown = true;
    const positions: AskedPosition[] = [];
    for (const topic of ['a', 'b', 'c']) {
      const at = await outbox.transaction((unit) => {
        unit.publish(anEvent({ topic }));
        return Promise.resolve(unit.stamp());
      });
      positions.push({ ...at, topics: [topic] });
      await clock.advance(10_000);
    }
    for (const at of positions) expect(await publishedBy(outbox, at)).toBe(Infinity);
    broker.isDown = false;
    await clock.advance(5_000);
    for (const at of positions) expect(await publishedBy(outbox, at)).toBeGreaterThan(30_000);
  });

  test('that takes only smaller requests gets smaller ones', async () => {
    const outbox = anOutbox();
    broker.maxMessages = 5;
    const ids = Array.from({ length: 20 }, (_, index) => String(index));
    await outbox.transaction(publishing(...ids));
    await clock.advance(2_000);
    expect(broker.requests).toEqual([5, 5, 5, 5]);
    expect(broker.ids).toEqual(ids);
    expect(outbox.failure).toBeUndefined();
  });

  test('shorter than two seconds does not count as being behind', async () => {
    const outbox = anOutbox();
    broker.isDown = true;
    await outbox.transaction(publishing('1'));
    await clock.advance(1_000);
    broker.isDown = false;
    await clock.advance(4_000);
    expect(broker.ids).toEqual(['1']);
    expect(storage.epoch('1').behindUntilMs).toBe(0);
  });
});

describe('a commit with an unknown outcome', () => {
  test.each([
    ['unknown-committed', ['before', 'maybe', 'after']],
    ['unknown-lost', ['before', 'after']],
  ] as const)('%s: closing the epoch tells, and what was committed is sent', async (end, sent) => {
    const outbox = anOutbox();
    outbox.start();
    await outbox.transaction(publishing('before'));
    await clock.advance(1_000);
    storage.nextCommits.push(end);
    await expect(outbox.transaction(publishing('maybe'))).rejects.toThrow(CommitUnknownError);
    await outbox.transaction(publishing('after'));
    await clock.advance(30_000);

    expect(broker.ids.toSorted()).toEqual([...sent].toSorted());
    expect(storage.epoch('1')).toMatchObject({ closed: true, drained: true });
    // The writer went on under a new epoch.
    expect(storage.epoch('2').rows).toHaveLength(1);
  });
});

describe('two writers', () => {
  test('the relay sends what a dead writer had committed, and only that', async () => {
    broker.isDown = true;
    const dead = anOutbox();
    await dead.transaction(publishing('1', '2'));
    await clock.advance(1_000);
    const stopping = dead.stop(0);
    await clock.advance(1);
    await stopping;
    broker.isDown = false;

    const living = anOutbox();
    living.start();
    await clock.advance(LEASE_MS);
    expect(broker.ids).toEqual(['1', '2']);
    expect(storage.epoch('1')).toMatchObject({ closed: true, drained: true });
    expect(storage.epoch('1').behindUntilMs).toBeGreaterThan(1_000);
  });

  test('a living writer keeps its lease, however long it is idle', async () => {
    const idle = anOutbox();
    await idle.transaction(publishing('1'));
    anOutbox().start();
    await clock.advance(100 * LEASE_MS);
    expect(storage.epoch('1').closed).toBe(false);
    expect(broker.ids).toEqual(['1']);
  });

  test('what a writer had under way when it was taken over is refused, then done anew', async () => {
    const outbox = anOutbox();
    await outbox.transaction(publishing('1'));
    const refused = outbox.transaction(async (unit) => {
      await publishing('2')(unit);
      await storage.close('1', 0);
    });
    await expect(refused).rejects.toThrow(RetryableError);
    await outbox.transaction(publishing('2'));
    await settled();
    expect(broker.ids).toEqual(['1', '2']);
    expect(storage.epoch('1').rows).toHaveLength(1);
  });

  test('one that slept past its lease finds out before its next transaction', async () => {
    const outbox = anOutbox();
    await outbox.transaction(publishing('1'));
    await storage.close('1', 0);
    Object.assign(clock, { after: () => () => undefined });
    await clock.advance(2 * LEASE_MS);
    await outbox.transaction(publishing('2'));
    expect(storage.epoch('2').rows).toHaveLength(1);
  });
});

describe('stopping', () => {
  test('waits for what is under way, sends it and gives the lease up', async () => {
    const outbox = anOutbox();
    let finish = (): void => undefined;
    const running = outbox.transaction(async (unit) => {
      await publishing('1')(unit);
      await new Promise<void>((resolve) => (finish = resolve));
    });
    await settled();
    const stopping = outbox.stop();
    await settled();
    await expect(outbox.transaction(publishing('2'))).rejects.toThrow(RetryableError);
    finish();
    await running;
    await stopping;

    expect(broker.ids).toEqual(['1']);
    expect(storage.epoch('1')).toMatchObject({ publishedUpTo: 1, leaseUntilMs: 0 });
  });

  test('does not wait for a broker that is down', async () => {
    const outbox = anOutbox();
    broker.isDown = true;
    await outbox.transaction(publishing('1'));
    await settled();
    await outbox.stop(3_000);
    expect(storage.epoch('1').leaseUntilMs).toBe(0);
  });

  test('does not wait for ever', async () => {
    const outbox = anOutbox();
    let finish = (): void => undefined;
    const running = outbox.transaction(async (unit) => {
      await publishing('1')(unit);
      await new Promise<void>((resolve) => (finish = resolve));
    });
    await settled();
    const stopping = outbox.stop(3_000);
    await clock.advance(3_000);
    await stopping;
    expect(storage.epoch('1').leaseUntilMs).toBe(3_000);
    finish();
    await running;
  });
});
