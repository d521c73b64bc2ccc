/**
 * Handles what was fetched: one transaction a batch, each partition in its order, at least once.
 *
 * - What cannot be decoded, and what goes round in circles, is put aside in the batch's transaction.
 * - Where nothing is wrong with the messages (the database is away, a version was missed), the batch
 *   is tried again, and given back to be fetched anew when that takes long. It is never skipped.
 * - Every other failure is bisected, and the culprit goes to the topic's poison handler, or to the
 *   dead letters, in a transaction of its own.
 */
import { backoffMs, sleep, type Clock } from '../clock.js';
import { crashPoint } from '../crash-point.js';
import { deadLetter, deadLetterOfRaw, type DeadLetterReason } from '../dead-letter.js';
import { asError, isTransient } from '../errors.js';
import { eventFields } from '../event-fields.js';
import type { EventBatch, EventFailure, ReceivedEvent } from '../event.js';
import type { MessagingLog } from '../log.js';
import type { Outbox } from '../outbox/outbox.js';
import type { UnitOfWork } from '../unit-of-work.js';
import type { RawMessage } from '../wire.js';
import { bisect, Interrupted } from './bisect.js';
import { inspect, type Item } from './item.js';

export interface TopicHandlers {
  readonly batch: (batch: EventBatch, unit: UnitOfWork) => Promise<void>;
  readonly poison?: ((failure: EventFailure, unit: UnitOfWork) => Promise<void>) | undefined;
}

/** Takes what was fetched as it is, and nothing of it is put aside. */
export interface RawHandlers {
  readonly raw: (messages: readonly RawMessage[], unit: UnitOfWork) => Promise<void>;
}

export type Handlers = TopicHandlers | RawHandlers;

export interface BatchRunnerPorts {
  /** The service, for the dead letters. */
  readonly by?: string;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly clock: Clock;
  readonly log: MessagingLog;
  /** Counts what is worth an alarm. */
  readonly count?: (what: 'loop' | 'retry', topic: string) => void;
  /** Told of the events of a transaction that was committed, and how long it took since the fetch. */
  readonly handled?: (events: readonly ReceivedEvent[], processingMs: number) => void;
}

export interface BatchControl {
  /** False when the partition was taken away or the service stops: nothing more is begun. */
  isActive(): boolean;
  /** Everything up to and including this offset is committed. */
  done(offset: string): void;
  /** When they were fetched, on `Clock.now`. */
  readonly fetchedAtMs?: number;
}

/** What was fetched of one partition. */
export interface Fetched {
  readonly messages: readonly RawMessage[];
  readonly control: BatchControl;
}

export interface BatchLimits {
  /** Events in one transaction, at most. */
  readonly maxEvents: number;
  /** Attempts at once, for conflicts that pass quickly; then the partition is paused. */
  readonly quickAttempts: number;
  readonly firstRetryMs: number;
}

export const DEFAULT_BATCH_LIMITS: BatchLimits = {
  maxEvents: 500,
  quickAttempts: 5,
  firstRetryMs: 5,
};

/** `again`: not all of it is done, and it must be fetched once more. */
export type BatchOutcome = 'done' | 'again';

export class BatchRunner {
  constructor(
    private readonly ports: BatchRunnerPorts,
    private readonly limits: BatchLimits = DEFAULT_BATCH_LIMITS,
  ) {}

  /** Events in one transaction, at most. */
  get maxEvents(): number {
    return this.limits.maxEvents;
  }

  /**
   * All of several partitions in one transaction, tried once. Never rejects.
   * @returns whether it was committed; otherwise nothing was, and each can be run by itself
   */
  async runTogether(partitions: readonly Fetched[], handlers: Handlers): Promise<boolean> {
    if (!partitions.every(({ control }) => control.isActive())) return false;
    let items: readonly Item[];
    try {
      items = partitions.flatMap(({ messages }) => this.#items(messages, handlers));
      await this.ports.outbox.transaction((unit) => this.#handle(items, handlers, unit));
      crashPoint('batch.after-commit');
    } catch (error) {
      const { topic } = (partitions[0] as Fetched).messages[0] as RawMessage;
      this.ports.count?.('retry', topic);
      const fields = { topic, partitions: partitions.length, err: asError(error) };
      this.ports.log.debug(fields, 'a batch of several partitions is tried one by one');
      return false;
    }
    for (const { messages, control } of partitions) {
      control.done((messages.at(-1) as RawMessage).offset);
    }
    this.#committed(items, Math.min(...partitions.map(({ control }) => this.#since(control))));
    return true;
  }

  /** Never rejects. `messages` are of one partition, in order, and at least one. */
  async run(
    messages: readonly RawMessage[],
    handlers: Handlers,
    control: BatchControl,
  ): Promise<BatchOutcome> {
    const { maxEvents } = this.limits;
    try {
      for (let from = 0; from < messages.length; from += maxEvents) {
        const items = this.#items(messages.slice(from, from + maxEvents), handlers);
        await bisect(items, {
          attempt: (part) =>
            this.#commit(part, control, (unit) => this.#handle(part, handlers, unit)),
          culprit: (item, error) => this.#putAside(item, asError(error), handlers, control),
        });
      }
      return 'done';
    } catch (error) {
      if (!(error instanceof Interrupted)) {
        const { topic, partition } = messages[0] as RawMessage;
        this.ports.log.error({ err: error, topic, partition }, 'a batch could not be finished');
      }
      return 'again';
    }
  }

  #items(messages: readonly RawMessage[], handlers: Handlers): Item[] {
    return messages.map((raw) => ('raw' in handlers ? { raw } : inspect(raw, this.ports)));
  }

  async #handle(items: readonly Item[], handlers: Handlers, unit: UnitOfWork): Promise<void> {
    if ('raw' in handlers) {
      return handlers.raw(
        items.map(({ raw }) => raw),
        unit,
      );
    }
    const events: ReceivedEvent[] = [];
    for (const { raw, event, aside } of items) {
      if (aside === undefined) {
        if (event !== undefined) events.push(event);
      } else {
        unit.publish(this.#deadLetter(raw, event, aside));
      }
    }
    const { topic } = (items[0] as Item).raw;
    if (events.length > 0) await handlers.batch({ topic, events }, unit);
  }

  /** The single item that fails: the topic's own handler decides, else it is a dead letter. */
  async #putAside(
    item: Item,
    error: Error,
    handlers: Handlers,
    control: BatchControl,
  ): Promise<void> {
    const { raw, event } = item;
    item.span?.fail(error);
    if ('raw' in handlers) {
      const { topic, partition, offset } = raw;
      const fields = { topic, partition, offset, err: error };
      this.ports.log.error(fields, 'cannot be taken, its partition waits until it can');
      throw new Interrupted('it is not put aside', { cause: error });
    }
    const { poison } = handlers;
    if (event !== undefined && item.aside === undefined && poison !== undefined) {
      try {
        await this.#commit([item], control, (unit) => poison({ event, error }, unit));
        return;
      } catch (failure) {
        if (failure instanceof Interrupted) throw failure;
        const fields = { ...eventFields(event), err: failure };
        this.ports.log.error(fields, 'the poison handler failed too, the event is a dead letter');
      }
    } else {
      const { topic, partition, offset } = raw;
      const fields = { topic, partition, offset, ...(event && eventFields(event)), err: error };
      this.ports.log.error(fields, 'cannot be handled, the event is a dead letter');
    }
    const reason = { code: 'handler-failed', message: `${error.name}: ${error.message}` };
    await this.#commit([item], control, (unit) => {
      unit.publish(this.#deadLetter(raw, event, reason));
      return Promise.resolve();
    });
  }

  #deadLetter(raw: RawMessage, event: ReceivedEvent | undefined, why: DeadLetterReason) {
    const { by } = this.ports;
    const reason = by === undefined ? why : { ...why, by };
    return event ? deadLetter(event, reason) : deadLetterOfRaw(raw, reason);
  }

  /**
   * One transaction, tried again while its failure is nobody's fault.
   * @throws Interrupted when it should be left for later
   */
  async #commit(
    part: readonly Item[],
    control: BatchControl,
    work: (unit: UnitOfWork) => Promise<void>,
  ): Promise<void> {
    const { raw } = part.at(-1) as Item;
    for (let attempt = 1; ; attempt += 1) {
      if (!control.isActive()) throw new Interrupted('the partition is no longer ours');
      try {
        await this.ports.outbox.transaction(work);
        crashPoint('batch.after-commit');
        control.done(raw.offset);
        this.#committed(part, this.#since(control));
        return;
      } catch (error) {
        if (!isTransient(error)) throw error;
        this.ports.count?.('retry', raw.topic);
        const { topic, partition } = raw;
        const fields = { topic, partition, attempt, err: asError(error) };
        if (attempt >= this.limits.quickAttempts) {
          this.ports.log.warn(fields, 'a batch fails again and again, its partition is paused');
          throw new Interrupted('to be tried again later', { cause: error });
        }
        this.ports.log.debug(fields, 'a batch is tried again');
        await sleep(this.ports.clock, backoffMs(attempt, this.limits.firstRetryMs, 1_000));
      }
    }
  }

  #since({ fetchedAtMs }: BatchControl): number {
    return fetchedAtMs ?? this.ports.clock.now();
  }

  /** Tells those who watch of what was handled. */
  #committed(items: readonly Item[], sinceMs: number): void {
    const { handled } = this.ports;
    const events: ReceivedEvent[] = [];
    for (const { event, aside, span } of items) {
      if (event !== undefined && aside === undefined) events.push(event);
      span?.end();
    }
    handled?.(events, this.ports.clock.now() - sinceMs);
  }
}
