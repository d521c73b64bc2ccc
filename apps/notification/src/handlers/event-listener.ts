import type { ReceivedEvent, UnitOfWork } from '#messaging';

/** Does something about what happened, in the transaction of the batch. */
export interface EventListener {
  /** The same events may come again, and those of one order from several topics in any order. */
  handle(unit: UnitOfWork, events: readonly ReceivedEvent[]): Promise<void>;
}

/** All of them, for Nest. */
export const EVENT_LISTENERS = Symbol('event-listeners');
