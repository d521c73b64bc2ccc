import { allStatements } from '../all-statements.js';
import { forwardable } from '../codec.js';
import type { Tx } from '../database.js';
import type { OutgoingEvent } from '../event.js';
import type { StreamPosition, UnitOfWork } from '../unit-of-work.js';
import type { WireMessage } from '../wire.js';
import type { StoredMessage } from './ports.js';
import { encodeTraced } from './traced.js';
import type { EpochTracker, Ticket } from './watermark.js';

/** The unit of work that the outbox hands out. Its numbers are given out as late as possible. */
export class OutboxUnit implements UnitOfWork {
  readonly tickets: Ticket[] = [];
  readonly rows: StoredMessage[] = [];
  readonly #statements: Promise<unknown>[] = [];
  readonly #hooks: (() => void)[] = [];
  #unnumbered: WireMessage[] = [];
  #isOver = false;

  constructor(
    readonly tx: Tx,
    readonly tracker: EpochTracker,
  ) {}

  publish(...events: OutgoingEvent[]): void {
    if (this.#isOver) throw new Error('this transaction is over, nothing can be published with it');
    // All of them or, where one is too large, none.
    const messages = events.map(encodeTraced);
    for (const message of messages) this.#unnumbered.push(message);
  }

  forward(message: WireMessage): void {
    if (this.#isOver) throw new Error('this transaction is over, nothing can be published with it');
    this.#unnumbered.push(forwardable(message));
  }

  stamp(): StreamPosition {
    this.#number();
    const seq = this.tickets.at(-1)?.to ?? 0;
    return { epoch: this.tracker.epoch, seq: String(seq) };
  }

  beforeCommit(statement: Promise<unknown>): void {
    // It is awaited later, and must not count as unhandled until then.
    statement.catch(() => undefined);
    this.#statements.push(statement);
  }

  /** Resolves when all statements of `beforeCommit` have succeeded. @throws the first failure */
  done(): Promise<void> {
    return allStatements(this.#statements);
  }

  afterCommit(hook: () => void): void {
    this.#hooks.push(hook);
  }

  /** No more events; those there are have their numbers. */
  seal(): void {
    this.#number();
    this.#isOver = true;
  }

  abort(): void {
    this.#isOver = true;
    for (const ticket of this.tickets) this.tracker.abort(ticket);
  }

  /** The commit's outcome is unknown. */
  abandon(): void {
    for (const ticket of this.tickets) this.tracker.unknown(ticket);
  }

  runHooks(onError: (error: unknown) => void): void {
    for (const hook of this.#hooks) {
      try {
        hook();
      } catch (error) {
        onError(error);
      }
    }
  }

  #number(): void {
    if (this.#unnumbered.length === 0) return;
    const ticket = this.tracker.open(this.#unnumbered.length);
    this.tickets.push(ticket);
    this.#unnumbered.forEach((message, index) =>
      this.rows.push({ seq: ticket.from + index, message }),
    );
    this.#unnumbered = [];
  }
}
