import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RetryableError, type UnitOfWork } from '#messaging';
import {
  EffectWorkers,
  NotNowError,
  type EffectFailure,
  type EffectWorkersOptions,
} from '#participant';
import { startPostgres, testId, waitFor, type PostgresServer } from '#testing';
import { barrierV1Up } from '../../migrations/shared/barrier-v1.js';
import { effectTaskV1Up } from '../../migrations/shared/effect-task-v1.js';
import { Gate, ParticipantDatabase, silent, type Replica } from './participant-harness.js';

const NEVER_MS = 1_000_000;

/**
 * A participant whose domain row says how far each subject shall go (`wanted`) and how far it is
 * known to be (`status`); the provider outside keeps its own count of calls.
 */
describe('effect workers on Postgres', () => {
  let server: PostgresServer;
  let database: ParticipantDatabase;
  let replica: Replica;
  /** Of each test, so that tasks of one are not seen by another. */
  let name: string;
  let provider: string[];
  let failures: EffectFailure[];
  const running: EffectWorkers<number>[] = [];

  beforeAll(async () => {
    server = await startPostgres({ fsync: false });
    database = await ParticipantDatabase.create(server, async (runner) => {
      await barrierV1Up(runner);
      await effectTaskV1Up(runner);
      await runner.query(
        `create table job (worker text, subject text, wanted int not null,
           status int not null default 0, records int not null default 0,
           primary key (worker, subject))`,
      );
    });
  }, 240_000);
  afterAll(async () => {
    await database.close();
    await server.stop();
  });
  beforeEach(async () => {
    replica = await database.replica();
    name = testId();
    provider = [];
    failures = [];
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((workers) => workers.stop()));
  });

  const workersOn = (on: Replica, options: Partial<EffectWorkersOptions<number>> = {}) => {
    const workers = new EffectWorkers<number>({
      database: on.database,
      outbox: on.outbox,
      name,
      concurrency: 10,
      leaseMs: NEVER_MS,
      maxAttempts: 3,
      backoff: () => 1,
      pollMs: NEVER_MS,
      log: silent,
      execute: async (subject) => {
        provider.push(subject);
        const [row] = await on.database.query<{ wanted: number }>(
          'select wanted from job where worker = $1 and subject = $2',
          [name, subject],
        );
        return row?.wanted ?? -1;
      },
      record: async ({ tx }, done) => {
        await tx.query(
          `select from job where worker = $1 and subject = any($2::text[])
            order by subject for update`,
          [name, done.map(({ subject }) => subject)],
        );
        await tx.query(
          `update job j set status = n.status, records = j.records + 1
             from unnest($2::text[], $3::int[]) as n (subject, status)
            where j.worker = $1 and j.subject = n.subject`,
          [name, done.map(({ subject }) => subject), done.map(({ outcome }) => outcome)],
        );
      },
      failed: (_, failed) => {
        failures.push(...failed);
        return Promise.resolve();
      },
      ...options,
    });
    running.push(workers);
    return workers;
  };
  const started = (on: Replica, options: Partial<EffectWorkersOptions<number>> = {}) => {
    const workers = workersOn(on, options);
    workers.start();
    return workers;
  };

  /** Accepts: one level more for each subject, in the transaction that wants it driven there. */
  const accept = (on: Replica, workers: EffectWorkers<number>, ...subjects: string[]) =>
    on.outbox.transaction(async (unit: UnitOfWork) => {
      await unit.tx.query(
        `insert into job as j (worker, subject, wanted)
         select $1, subject, 1 from unnest($2::text[]) as n (subject) order by subject
         on conflict (worker, subject) do update set wanted = j.wanted + 1`,
        [name, subjects],
      );
      await workers.want(unit, subjects);
    });

  const jobs = () =>
    replica.database.query<{ subject: string; wanted: number; status: number; records: number }>(
      'select subject, wanted, status, records from job where worker = $1 order by subject',
      [name],
    );
  const tasks = () =>
    replica.database.query<{ subject: string; attempts: number; waits: boolean; error: string }>(
      `select subject, attempts, due_at = 'infinity' as waits, last_error as error
         from effect_task where worker = $1 order by subject`,
      [name],
    );
  const allDone = () =>
    waitFor(async () => (await tasks()).length === 0, { what: 'all tasks to be done' });

  it('begins right after the commit, without looking for work', async () => {
    const workers = started(replica);
    await accept(replica, workers, 'a', 'b');
    await allDone();
    expect(await jobs()).toEqual([
      { subject: 'a', wanted: 1, status: 1, records: 1 },
      { subject: 'b', wanted: 1, status: 1, records: 1 },
    ]);
    expect(provider).toEqual(['a', 'b']);
  });

  it('does nothing for a transaction that is rolled back', async () => {
    const workers = started(replica);
    replica.fault = new Error('rolled back');
    await expect(accept(replica, workers, 'a')).rejects.toThrow('rolled back');
    replica.fault = undefined;
    await accept(replica, workers, 'b');
    await allDone();
    expect(provider).toEqual(['b']);
  });

  it('runs no more at a time than it may, and all in the end', async () => {
    let [now, most] = [0, 0];
    const workers = started(replica, {
      concurrency: 4,
      execute: async (subject) => {
        most = Math.max(most, (now += 1));
        await new Promise(setImmediate);
        now -= 1;
        provider.push(subject);
        return 1;
      },
    });
    const subjects = Array.from({ length: 60 }, (_, index) => `s${index}`);
    await Promise.all([
      accept(replica, workers, ...subjects.slice(0, 30)),
      accept(replica, workers, ...subjects.slice(30)),
    ]);
    await allDone();
    expect(most).toBe(4);
    expect(provider.toSorted()).toEqual(subjects.toSorted());
  });

  it('shares the work between replicas without doing any of it twice', async () => {
    const other = await database.replica();
    const subjects = Array.from({ length: 60 }, (_, index) => `s${index}`);
    await accept(replica, workersOn(replica), ...subjects);
    started(replica, { concurrency: 3, pollMs: 10 });
    started(other, { concurrency: 3, pollMs: 10 });
    await allDone();
    expect(provider.toSorted()).toEqual(subjects.toSorted());
  });

  describe('when a run fails', () => {
    it('tries again with its pauses, gives up, and begins anew when wanted again', async () => {
      const pauses: number[] = [];
      const workers = started(replica, {
        backoff: (attempts) => {
          pauses.push(attempts);
          return attempts;
        },
        execute: (subject) => {
          provider.push(subject);
          return provider.length <= 3 ? Promise.reject(new Error('no')) : Promise.resolve(1);
        },
      });
      await accept(replica, workers, 'a');
      await waitFor(async () => (await tasks())[0]?.waits, { what: 'the task to be given up' });
      expect(failures.map(({ attempts, final }) => [attempts, final])).toEqual([
        [1, false],
        [2, false],
        [3, true],
      ]);
      expect(new Set(pauses)).toEqual(new Set([1, 2]));
      expect(await tasks()).toEqual([{ subject: 'a', attempts: 3, waits: true, error: 'no' }]);
      await accept(replica, workers, 'a');
      await allDone();
      expect(provider).toHaveLength(4);
      expect(await jobs()).toMatchObject([{ wanted: 2, records: 1 }]);
    });

    it('is not kept from the next try by the end of its process', async () => {
      const workers = started(replica, {
        backoff: () => 20,
        execute: (subject) => {
          provider.push(subject);
          return Promise.reject(new Error('no'));
        },
      });
      await accept(replica, workers, 'a');
      await waitFor(() => failures.length > 0, { what: 'the first failure' });
      await workers.stop();
      started(await database.replica(), { pollMs: 10 });
      await allDone();
    });

    it('does not count a run that made no sense, and says so all the same', async () => {
      const workers = started(replica, {
        maxAttempts: 1,
        execute: (subject) => {
          provider.push(subject);
          return provider.length <= 3
            ? Promise.reject(new NotNowError('the circuit is open', 15))
            : Promise.resolve(1);
        },
      });
      await accept(replica, workers, 'a');
      await allDone();
      expect(provider).toHaveLength(4);
      expect(failures.map(({ attempts, final }) => [attempts, final])).toEqual([
        [1, false],
        [1, false],
        [1, false],
      ]);
    });

    it('runs at once what is wanted while a run finds out that it makes no sense now', async () => {
      const [begun, go] = [new Gate(), new Gate()];
      const workers = started(replica, {
        execute: async (subject) => {
          provider.push(subject);
          if (provider.length > 1) return 1;
          begun.open();
          await go.passed;
          throw new NotNowError('nobody has paid yet', NEVER_MS);
        },
      });
      await accept(replica, workers, 'a');
      await begun.passed;
      await accept(replica, workers, 'a');
      go.open();
      await allDone();
      expect(provider).toHaveLength(2);
    });

    it('takes a record that throws for a failed run, of that subject alone', async () => {
      let faults = 2;
      const base = workersOn(replica);
      const workers = started(replica, {
        record: (unit, done) => {
          if (done.some(({ subject }) => subject === 'bad') && faults > 0) {
            if (done.length === 1) faults -= 1;
            return Promise.reject(new Error('cannot be written'));
          }
          return base['options'].record(unit, done);
        },
      });
      await accept(replica, workers, 'a', 'bad', 'c');
      await allDone();
      expect((await jobs()).map(({ records }) => records)).toEqual([1, 1, 1]);
      expect(failures).toMatchObject([
        { subject: 'bad', attempts: 1 },
        { subject: 'bad', attempts: 2 },
      ]);
    });
  });

  describe('when a lease ends', () => {
    it('discards the outcome of whoever lost it', async () => {
      const other = await database.replica();
      const [begun, go] = [new Gate(), new Gate()];
      let recordedByLoser = 0;
      const loser = started(replica, {
        leaseMs: 100,
        execute: async (subject) => {
          provider.push(`loser ${subject}`);
          begun.open();
          await go.passed;
          return 99;
        },
        record: (_, done) => {
          recordedByLoser += done.length;
          return Promise.resolve();
        },
      });
      await accept(replica, loser, 'a');
      await begun.passed;
      started(other, { pollMs: 10 });
      await allDone();
      go.open();
      await loser.stop();
      expect(recordedByLoser).toBe(0);
      expect(await jobs()).toMatchObject([{ status: 1, records: 1 }]);
      expect(provider).toEqual(['loser a', 'a']);
    });

    it('discards it also when the lease is lost while the outcome is being written', async () => {
      const [recording, go] = [new Gate(), new Gate()];
      const workers = started(replica, {
        record: async ({ tx }) => {
          recording.open();
          await go.passed;
          await tx.query(`update job set status = 99 where worker = $1`, [name]);
        },
      });
      await accept(replica, workers, 'a');
      await recording.passed;
      await replica.database.query(
        'update effect_task set lease_token = gen_random_uuid() where worker = $1',
        [name],
      );
      go.open();
      await workers.stop();
      expect(await jobs()).toMatchObject([{ status: 0 }]);
      expect(await tasks()).toHaveLength(1);
    });

    it('tells the run that its time is over', async () => {
      const aborted = new Gate();
      const workers = started(replica, {
        leaseMs: 300,
        maxAttempts: 1,
        execute: (_, { signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              aborted.open();
              reject(signal.reason as Error);
            });
          }),
      });
      await accept(replica, workers, 'a');
      await aborted.passed;
      await waitFor(() => failures.length > 0, { what: 'the failure' });
      expect(failures).toMatchObject([{ final: true, error: { message: 'the lease ended' } }]);
    });
  });

  it('runs again after a crash between the effect and its record, and records it once', async () => {
    const other = await database.replica();
    const dying = started(replica, { leaseMs: 200 });
    await accept(other, workersOn(other), 'a');
    // As if the process died: nothing of it reaches the database any more.
    replica.fault = new RetryableError('connection lost');
    dying['poll'].wake();
    await waitFor(() => provider.length === 1, { what: 'the effect' });
    started(other, { pollMs: 10 });
    await allDone();
    expect(provider).toEqual(['a', 'a']);
    expect(await jobs()).toMatchObject([{ status: 1, records: 1 }]);
  });

  it('drives a subject once more that was wanted again while it was driven', async () => {
    const [begun, go] = [new Gate(), new Gate()];
    const workers = workersOn(replica);
    const plain = workers['options'].execute;
    const gated = started(replica, {
      execute: async (subject, lease) => {
        const outcome = await plain(subject, lease);
        begun.open();
        await go.passed;
        return outcome;
      },
    });
    await accept(replica, gated, 'a');
    await begun.passed;
    await accept(replica, gated, 'a');
    await accept(replica, workers, 'a');
    expect(provider).toEqual(['a']);
    go.open();
    await allDone();
    expect(provider).toEqual(['a', 'a']);
    expect(await jobs()).toEqual([{ subject: 'a', wanted: 3, status: 3, records: 2 }]);
  });

  it('drives it once more also when it is wanted while the outcome is being written', async () => {
    const [recording, go] = [new Gate(), new Gate()];
    const plain = workersOn(replica)['options'].record;
    const workers = started(replica, {
      record: async (unit, done) => {
        recording.open();
        await go.passed;
        await plain(unit, done);
      },
    });
    await accept(replica, workers, 'a');
    await recording.passed;
    await replica.outbox.transaction((unit) => workers.want(unit, ['a']));
    go.open();
    await allDone();
    expect(provider).toEqual(['a', 'a']);
  });

  it('never blocks the transactions that want the subjects it records', async () => {
    const workers = started(replica, { concurrency: 5 });
    const subjects = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(Array.from({ length: 150 }, () => accept(replica, workers, ...subjects)));
    await allDone();
    expect((await jobs()).map(({ wanted, status }) => [wanted, status])).toEqual(
      subjects.map(() => [150, 150]),
    );
    const [stats] = await replica.database.query<{ deadlocks: string }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    expect(Number(stats?.deadlocks)).toBe(0);
  });

  it('gives back on stop what it has not begun, at no cost of tries', async () => {
    const begun = new Gate();
    const stopped = started(replica, {
      execute: (_, { signal }) => {
        begun.open();
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      },
    });
    await accept(replica, stopped, 'a');
    await begun.passed;
    stopped['stopping'].abort(); // what `stop` does after its patience has ended
    await stopped.stop();
    expect(failures).toEqual([]);
    expect(await tasks()).toMatchObject([{ subject: 'a', attempts: 0, waits: false }]);
    started(await database.replica(), { pollMs: 10 });
    await allDone();
  });
});
