/**
 * A small transactional database: read committed, row locks that are waited for, unique values,
 * deadlocks, and commits whose outcome gets lost. It knows no SQL: statements are functions over
 * tables, and what they do is held against Postgres by the contract tests of the ports.
 */
import type { Tx } from '#messaging';
import { newActor, type Actor } from '../world/scheduler.js';
import type { World } from '../world/world.js';
import { connectionLost, connectionRefused, serializationFailure } from './errors.js';
import type { Snapshot } from './snapshot.js';
import {
  SimTransaction,
  type CommitOutcome,
  type Server,
  type Session,
  type Writes,
} from './transaction.js';
import type { View } from './view.js';

export class SimDatabase implements Server {
  readonly actor: Actor;
  readonly snapshots = new Set<Snapshot>();
  /** Its clock differs from true time by this. */
  skewMs = 0;
  /** Until then it is away. */
  awayUntilMs = 0;
  /** Told of every commit, with all that it wrote. */
  onCommit: (writes: Writes) => void = () => undefined;
  private readonly open = new Set<SimTransaction>();

  constructor(
    readonly world: World,
    readonly name: string,
  ) {
    this.actor = newActor(`db-${name}`);
  }

  /** Epoch ms of its own clock. */
  get nowMs(): number {
    return this.world.epochMs + this.skewMs;
  }

  connect(actor: Actor): SimConnection {
    return new SimConnection(this, actor);
  }

  begin(actor: Actor): SimTransaction {
    const transaction = new SimTransaction(this, actor);
    this.open.add(transaction);
    return transaction;
  }

  ended(transaction: SimTransaction): void {
    this.open.delete(transaction);
  }

  committed(writes: Writes): void {
    this.onCommit(writes);
  }

  /** A process died, and with it its connections. */
  clientGone(actor: Actor): void {
    for (const transaction of [...this.open]) {
      if (transaction.actor === actor) transaction.clientGone();
    }
  }

  /** It is restarted: all transactions are lost. */
  goAway(forMs: number): void {
    this.awayUntilMs = this.world.scheduler.nowMs + forMs;
    for (const transaction of [...this.open]) transaction.end();
  }

  get isAway(): boolean {
    return this.world.scheduler.nowMs < this.awayUntilMs;
  }

  trouble(label: string, actor: Actor): Error | undefined {
    if (this.isAway) return connectionRefused();
    const { faults } = this.world;
    if (faults.strikes('connection-lost', `${actor.name} ${label}`)) return connectionLost();
    if (faults.strikes('serialization-failure', `${actor.name} ${label}`)) {
      return serializationFailure();
    }
    return undefined;
  }

  commitOutcome(): CommitOutcome {
    if (this.isAway) return 'unknown-lost';
    const { faults } = this.world;
    if (faults.strikes('commit-refused', this.name)) return 'refused';
    if (faults.strikes('commit-applied-unknown', this.name)) {
      this.world.met('commit applied, but reported as failed');
      return 'unknown-committed';
    }
    if (faults.strikes('commit-lost-unknown', this.name)) return 'unknown-lost';
    return 'committed';
  }
}

/** A process's way to the database: statements of their own, and transactions. */
export class SimConnection implements Tx, Session {
  constructor(
    readonly database: SimDatabase,
    private readonly actor: Actor,
  ) {}

  query(sql: string): never {
    throw new Error(`the simulated database has no SQL: ${sql.trim().slice(0, 60)}`);
  }

  /** A statement in a transaction of its own. */
  statement<Result>(label: string, work: (view: View) => Result): Promise<Result> {
    return this.database.begin(this.actor).only(label, work);
  }

  /** Commits when `work` resolves and rolls back when it rejects. */
  async transaction<Result>(work: (tx: SimTransaction) => Promise<Result>): Promise<Result> {
    const transaction = this.database.begin(this.actor);
    let result: Result;
    try {
      result = await work(transaction);
    } catch (error) {
      if (this.actor.isAlive) transaction.end();
      throw error;
    }
    await transaction.commit();
    return result;
  }
}

/** For a store that was handed the `Tx` of a port. @throws for the transaction of another world */
export const sessionOf = (tx: Tx): Session => {
  if (tx instanceof SimTransaction || tx instanceof SimConnection) return tx;
  throw new Error('this store keeps its rows in a simulated database, and was given another one');
};
