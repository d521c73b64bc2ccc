import type { ReceivedEvent } from './event.js';
import { CHAIN } from './common-chains.js';

/** What a line of the log says of an event: which it is, where it came from, and by which way. */
export const eventFields = (event: ReceivedEvent): object => ({
  eventId: event.id,
  eventType: event.type,
  eventSource: event.source,
  eventTime: event.time,
  subject: event.subject,
  ...(event.correlationid !== undefined && { correlationId: event.correlationid }),
  causationId: event.causationid,
  chain: event.extensions?.[CHAIN],
  ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
  topic: event.topic,
  partition: event.partition,
  offset: event.offset,
});

/**
 * One line of so many that nobody could read, or pay for, all of them: every so many events the log
 * shows one that was handled. `sampled` says how many it stands for.
 */
export class SampledLog {
  #handled = 0;

  /** @param every 0: never */
  constructor(
    private readonly log: { info(fields: object, message: string): void },
    private readonly every: number,
  ) {}

  handled(events: readonly ReceivedEvent[]): void {
    const last = events.at(-1);
    if (this.every === 0 || last === undefined) return;
    const turns = Math.floor(this.#handled / this.every);
    this.#handled += events.length;
    if (Math.floor(this.#handled / this.every) === turns) return;
    this.log.info({ ...eventFields(last), sampled: this.every }, 'event handled');
  }
}
