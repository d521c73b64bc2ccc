import { CommitUnknownError, type Tx } from '#messaging';
import type { Actor } from '../world/scheduler.js';
import type { World } from '../world/world.js';
import {
  abortedTransaction,
  connectionLost,
  connectionRefused,
  deadlockDetected,
  isCheckViolation,
  lockNotAvailable,
  serializationFailure,
} from './errors.js';
import { Blocked, isDeadlock, release, type Holder, type Lock } from './locks.js';
import { Snapshot } from './snapshot.js';
import type { Table } from './table.js';
import { View, type Writer } from './view.js';

/** Undefined: the row is deleted. */
interface Written {
  readonly row: unknown;
}

export type CommitOutcome = 'committed' | 'refused' | 'unknown-committed' | 'unknown-lost';
export type Writes = ReadonlyMap<Table<unknown>, ReadonlyMap<string, Written>>;

/** What a transaction needs of its database. */
export interface Server {
  readonly world: World;
  readonly actor: Actor;
  /** Of the statements that wait. */
  readonly snapshots: Set<Snapshot>;
  readonly nowMs: number;
  /** What goes wrong with this statement, other than what it causes itself. */
  trouble(label: string, actor: Actor): Error | undefined;
  commitOutcome(): CommitOutcome;
  committed(writes: Writes): void;
  ended(transaction: SimTransaction): void;
}

/** One that is under way. */
interface Statement<Result> {
  readonly label: string;
  readonly work: (view: View) => Result;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  /** For locks, altogether. */
  readonly waitMs?: number | undefined;
  /** Epoch ms; undefined before its first attempt. */
  readonly beganMs?: number;
}

type State = 'open' | 'failed' | 'committing' | 'ended';

/** What a simulated store runs its statements on: a transaction, or a connection. */
export interface Session {
  /** @param waitMs for locks; default: as long as it takes */
  statement<Result>(label: string, work: (view: View) => Result, waitMs?: number): Promise<Result>;
}

/** A transaction of one connection. Statements are functions, as the simulated database has no SQL. */
export class SimTransaction implements Tx, Session, Writer {
  readonly locks = new Set<Lock>();
  readonly startedMs: number;
  /** Whom its statement waits for at the moment. */
  waitsFor: readonly Holder[] = [];
  private readonly writes = new Map<Table<unknown>, Map<string, Written>>();
  private isOnlyStatement = false;
  private undo: (() => void)[] = [];
  /** Of its statement, when that has to wait. */
  private snapshot: Snapshot | undefined;
  private state: State = 'open';
  /** Statements that were asked for and have not ended, with those that have not begun. */
  private underWay = 0;
  private readonly queue: (() => void)[] = [];

  constructor(
    private readonly database: Server,
    readonly actor: Actor,
  ) {
    this.startedMs = database.nowMs;
  }

  query(sql: string): never {
    throw new Error(`the simulated database has no SQL: ${sql.trim().slice(0, 60)}`);
  }

  /** One round trip; one after the other, as on a connection. */
  statement<Result>(label: string, work: (view: View) => Result, waitMs?: number): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const succeed = (result: Result): void => {
      resolve(result);
      this.statementOver();
    };
    const fail = (error: unknown): void => {
      reject(error);
      this.statementOver();
    };
    const begin = (): void => this.roundTrip(label, work, succeed, fail, waitMs);
    this.underWay += 1;
    if (this.underWay === 1) begin();
    else this.queue.push(begin);
    return promise;
  }

  /** What was behind it on the connection is next. */
  private statementOver(): void {
    this.underWay -= 1;
    this.queue.shift()?.();
  }

  /** The same for a transaction of one statement: it commits with it, in the same round trip. */
  only<Result>(label: string, work: (view: View) => Result): Promise<Result> {
    this.isOnlyStatement = true;
    return new Promise((resolve, reject) => this.roundTrip(label, work, resolve, reject));
  }

  written<Row>(table: Table<Row>): Map<string, Written> | undefined {
    return this.writes.get(table as unknown as Table<unknown>);
  }

  write<Row>(table: Table<Row>, key: string, row: Row | undefined): void {
    const written = this.written(table) ?? new Map<string, Written>();
    this.writes.set(table as unknown as Table<unknown>, written);
    const before = written.get(key);
    this.undo.push(() => {
      if (before) written.set(key, before);
      else written.delete(key);
    });
    written.set(key, { row });
  }

  /** @throws CommitUnknownError, or what the server says */
  commit(): Promise<void> {
    if (this.state !== 'open') {
      this.end();
      return Promise.reject(abortedTransaction());
    }
    if (this.writes.size === 0) {
      this.end();
      return Promise.resolve();
    }
    this.state = 'committing';
    const { world } = this.database;
    return new Promise((resolve, reject) => {
      // From here on it is the server's: it commits also when the client is gone.
      world.scheduler.after(world.delays.database(), this.database.actor, () => {
        // The server went away with it while it was committing.
        const isLost = this.state === 'ended';
        const outcome = this.database.commitOutcome();
        const isApplied = outcome === 'committed' || outcome === 'unknown-committed';
        if (isApplied && !isLost) this.apply();
        this.end();
        world.scheduler.after(world.delays.answer(), this.actor, () => {
          if (isLost || outcome.startsWith('unknown')) reject(unknownCommit());
          else if (outcome === 'refused') reject(serializationFailure());
          else resolve();
        });
      });
    });
  }

  /** Lets go of everything; what was written is gone unless it was applied. */
  end(): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.forgetSnapshot();
    this.database.ended(this);
    this.letGo();
  }

  /** Its client died: what was on its way to be committed is, all else is not. */
  clientGone(): void {
    if (this.state !== 'committing') this.end();
  }

  private apply(): void {
    for (const [table, rows] of this.writes) {
      for (const [key, { row }] of rows) {
        const before = table.rows.get(key);
        for (const snapshot of this.database.snapshots) snapshot.keep(table, key, before);
        if (before !== undefined) {
          for (const value of table.uniqueValuesOf(before)) table.uniques.delete(value);
        }
        if (row === undefined) table.rows.delete(key);
        else {
          table.rows.set(key, row);
          for (const value of table.uniqueValuesOf(row)) table.uniques.set(value, key);
        }
      }
    }
    this.database.committed(this.writes);
  }

  private roundTrip<Result>(
    label: string,
    work: (view: View) => Result,
    resolve: (result: Result) => void,
    reject: (error: unknown) => void,
    waitMs?: number,
  ): void {
    const { world } = this.database;
    const statement = { label, work, resolve, reject, waitMs };
    world.scheduler.after(world.delays.database(), this.actor, () => this.attempt(statement));
  }

  private attempt<Result>(statement: Statement<Result>): void {
    const { world, nowMs } = this.database;
    const { label, work, resolve, reject, beganMs = nowMs } = statement;
    if (this.state !== 'open') {
      reject(this.state === 'failed' ? abortedTransaction() : connectionLost());
      return;
    }
    const trouble = this.database.trouble(label, this.actor);
    if (trouble !== undefined) {
      this.fail(trouble);
      reject(trouble);
      return;
    }
    this.waitsFor = [];
    this.undo = [];
    try {
      const result = work(new View(this, { beganMs, nowMs }, this.snapshot));
      this.forgetSnapshot();
      if (this.isOnlyStatement) this.commitWith(result, resolve, reject);
      else resolve(result);
    } catch (thrown) {
      for (const undo of this.undo.reverse()) undo();
      if (thrown instanceof Blocked && !isDeadlock(this, thrown.by)) {
        this.waitFor(thrown, { ...statement, beganMs });
        return;
      }
      if (thrown instanceof Blocked) world.met('deadlock');
      if (isCheckViolation(thrown)) world.violated(`${label}: ${thrown.message}`);
      const error = thrown instanceof Blocked ? deadlockDetected() : thrown;
      this.fail(error);
      reject(error);
    }
  }

  private waitFor<Result>({ lock, by }: Blocked, statement: Statement<Result>): void {
    const { world, snapshots } = this.database;
    this.waitsFor = by;
    this.snapshot ??= new Snapshot();
    snapshots.add(this.snapshot);
    world.met('waited for a row lock');
    let isOver = false;
    lock.waiting.push(() => {
      if (isOver) return;
      isOver = true;
      world.scheduler.after(world.delays.answer(), this.actor, () => this.attempt(statement));
    });
    const { waitMs, beganMs = 0, reject } = statement;
    if (waitMs === undefined) return;
    const leftMs = Math.max(0, beganMs + waitMs - this.database.nowMs);
    world.scheduler.after(leftMs, this.actor, () => {
      if (isOver || this.state !== 'open') return;
      isOver = true;
      world.met('waited for a row lock in vain');
      const error = lockNotAvailable();
      this.fail(error);
      reject(error);
    });
  }

  private forgetSnapshot(): void {
    if (this.snapshot) this.database.snapshots.delete(this.snapshot);
    this.snapshot = undefined;
  }

  private commitWith<Result>(
    result: Result,
    resolve: (result: Result) => void,
    reject: (error: unknown) => void,
  ): void {
    const outcome = this.writes.size > 0 ? this.database.commitOutcome() : 'committed';
    if (outcome === 'committed' || outcome === 'unknown-committed') this.apply();
    this.end();
    if (outcome === 'committed') resolve(result);
    else reject(outcome === 'refused' ? serializationFailure() : connectionLost());
  }

  /** The server has ended it, or waits for the client to say so; its locks are gone either way. */
  private fail(error: unknown): void {
    this.forgetSnapshot();
    const isSaid = error instanceof Error && 'severity' in error;
    if (!isSaid || this.isOnlyStatement) {
      this.end();
      return;
    }
    this.state = 'failed';
    this.letGo();
  }

  private letGo(): void {
    for (const lock of this.locks) release(lock, this);
    this.locks.clear();
    this.waitsFor = [];
  }
}

const unknownCommit = (): Error =>
  new CommitUnknownError('the connection was lost during the commit', {
    cause: connectionRefused(),
  });
