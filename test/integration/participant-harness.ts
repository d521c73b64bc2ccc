/**
 * A participant's database without a broker: units of work whose events are collected when, and
 * only when, they commit, and a delivery that repeats and bisects batches as the transport does.
 */
import { randomUUID } from 'node:crypto';
import { DataSource, type QueryRunner } from 'typeorm';
import { eventType, type SagaReply } from '#contracts';
import {
  allStatements,
  Database,
  divertCrashPoints,
  isTransient,
  type EventFailure,
  type OutgoingEvent,
  type ReceivedEvent,
  type Tx,
  type UnitOfWork,
} from '#messaging';
import { barrierTable } from '#participant';
import { createDatabase, testId, type PostgresServer } from '#testing';

export const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

const DAY_MS = 24 * 60 * 60 * 1000;
export const day = (daysFromNow = 0): string =>
  new Date(Date.now() + daysFromNow * DAY_MS).toISOString().slice(0, 10);

/** One replica of a service: a pool of its own, and the events of its committed transactions. */
export class Replica {
  readonly published: OutgoingEvent[] = [];
  readonly database: Database;
  /** Statements since the last look, without BEGIN and COMMIT. */
  statements: string[] = [];
  /** What a commit fails with, as long as it is set. */
  fault: Error | undefined;

  constructor(readonly dataSource: DataSource) {
    this.database = new Database(dataSource);
  }

  readonly outbox = {
    transaction: async <T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T> => {
      const events: OutgoingEvent[] = [];
      const hooks: (() => void)[] = [];
      const statements: Promise<unknown>[] = [];
      const result = await this.database.transaction(async (tx) => {
        const working = work({
          tx: this.counted(tx),
          publish: (...more) => void events.push(...more),
          forward: () => {
            throw new Error('no participant sends anything again');
          },
          stamp: () => ({ epoch: '0', seq: '0' }),
          beforeCommit: (statement) => {
            statement.catch(() => undefined);
            statements.push(statement);
          },
          afterCommit: (hook) => void hooks.push(hook),
        });
        // As the outbox does it: what failed first is why the work failed.
        await working.catch(() => allStatements(statements));
        const value = await working;
        await allStatements(statements);
        if (this.fault) throw this.fault;
        return value;
      });
      this.published.push(...events);
      for (const hook of hooks) hook();
      return result;
    },
  };

  replies(commandId?: string): { id: string; outcome: string; code?: string }[] {
    return this.published
      .filter(({ topic, data }) => topic === 'saga.inbox' && 'outcome' in (data as object))
      .map(({ id, data }) => ({ id, ...(data as SagaReply) }))
      .filter((reply) => commandId === undefined || reply.commandId === commandId)
      .map(({ id, outcome, reason }) => ({ id, outcome, ...(reason && { code: reason.code }) }));
  }

  /** As when a process is gone: whoever had work at a provider has it no more. */
  async expireLeases(): Promise<void> {
    await this.database.query(
      `update effect_task set due_at = clock_timestamp() where lease_token is not null`,
    );
  }

  deadLetters(): OutgoingEvent[] {
    return this.published.filter(({ topic }) => topic.endsWith('.dlq'));
  }

  private counted(tx: Tx): Tx {
    return {
      query: (sql, params) => {
        this.statements.push(sql);
        return tx.query(sql, params);
      },
    };
  }
}

export class ParticipantDatabase {
  private readonly replicas: Replica[] = [];

  private constructor(private readonly url: string) {}

  static async create(
    server: PostgresServer,
    migrate: (runner: QueryRunner) => Promise<void>,
  ): Promise<ParticipantDatabase> {
    const { url } = await createDatabase(server, testId());
    const made = new ParticipantDatabase(url);
    const { dataSource } = await made.replica(1);
    const runner = dataSource.createQueryRunner();
    await migrate(runner);
    const { keepDays, aheadDays } = barrierTable;
    for (let offset = -keepDays; offset <= aheadDays; offset += 1) {
      await runner.query(
        `create table "barrier_${day(offset)}" partition of barrier
           for values from ('${day(offset)}') to ('${day(offset + 1)}')`,
      );
    }
    await runner.release();
    return made;
  }

  async replica(poolSize = 5): Promise<Replica> {
    const dataSource = new DataSource({
      type: 'postgres',
      url: this.url,
      poolSize,
      installExtensions: false,
    });
    const replica = new Replica(await dataSource.initialize());
    this.replicas.push(replica);
    return replica;
  }

  async close(): Promise<void> {
    await Promise.all(this.replicas.map(({ dataSource }) => dataSource.destroy()));
  }
}

interface Inbox {
  onBatch(batch: { events: readonly ReceivedEvent[] }, unit: UnitOfWork): Promise<void>;
  onPoison(failure: EventFailure, unit: UnitOfWork): Promise<void>;
}

const MAX_REPEATS = 20;

/** @returns how often a transaction had to be repeated */
export async function deliver(
  { outbox }: Replica,
  inbox: Inbox,
  events: readonly ReceivedEvent[],
): Promise<number> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      await outbox.transaction((unit) => inbox.onBatch({ events }, unit));
      return repeats;
    } catch (thrown) {
      if (isTransient(thrown)) {
        if (repeats < MAX_REPEATS) continue;
        throw thrown;
      }
      const error = thrown as Error;
      const [event] = events;
      if (events.length === 1 && event) {
        try {
          await outbox.transaction((unit) => inbox.onPoison({ event, error }, unit));
          return repeats;
        } catch (again) {
          if (isTransient(again) && repeats < MAX_REPEATS) continue;
          throw again;
        }
      }
      const middle = events.length >> 1;
      const first = await deliver({ outbox } as Replica, inbox, events.slice(0, middle));
      return first + (await deliver({ outbox } as Replica, inbox, events.slice(middle)));
    }
  }
}

export interface CommandOf {
  readonly name: string;
  readonly data: unknown;
  readonly key: string;
  /** Default: `<key>:<name>`, or `<undoes>:undo`. */
  readonly id?: string;
  readonly undoes?: string;
  readonly redrive?: boolean;
  readonly issuedOn?: string;
}

export function command({ name, data, key, undoes, ...rest }: CommandOf): ReceivedEvent {
  const issuedOn = rest.issuedOn ?? day();
  return {
    id: rest.id ?? (undoes === undefined ? `${key}:${name}` : `${undoes}:undo`),
    topic: `${name.split('.')[0]}.commands`,
    key,
    partition: 0,
    offset: '0',
    headers: {},
    source: 'orchestrator',
    type: eventType(name),
    subject: key,
    time: new Date().toISOString(),
    data,
    correlationid: `saga-${key}`.slice(0, 64),
    extensions: {
      issuedon: issuedOn,
      notafter: new Date(Date.parse(`${issuedOn}T00:00:00Z`) + 10 * DAY_MS).toISOString(),
      ...(undoes !== undefined && { undoes, undoesissuedon: issuedOn }),
      ...(rest.redrive && { redrive: '1' }),
    },
  };
}

export const newOrderId = (): string => randomUUID();

/** Lets `parties` callers wait for each other, the first time that all of them have come. */
export class Meeting {
  private waiting: (() => void)[] = [];
  private open = false;

  constructor(private readonly parties: number) {}

  async arrive(): Promise<void> {
    if (this.open) return;
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      if (this.waiting.length < this.parties) return;
      this.open = true;
      for (const go of this.waiting) go();
    });
  }
}

/**
 * Whoever comes to the crash point first ends there: what it did outside is done, what it holds stays
 * held, and nothing is written. @returns when it has happened
 */
export function deathAt(point: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  divertCrashPoints((name) => {
    if (name !== point) return;
    divertCrashPoints();
    resolve();
    throw new Error(`killed at ${point}`);
  });
  return promise;
}

/** Something that is waited for until somebody says so. */
export class Gate {
  private readonly resolvers = Promise.withResolvers<void>();
  readonly passed = this.resolvers.promise;
  open(): void {
    this.resolvers.resolve();
  }
}
