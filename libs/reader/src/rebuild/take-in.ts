import { isTransient, type CloudEvent, type MessagingLog } from '#messaging';
import { backoffMs } from '#platform';
import { pause } from './event-store.js';
import { RebuildLostError, type Progress } from './rebuild-rows.js';

export interface TakeIn {
  /** All or nothing of these. */
  readonly attempt: (events: readonly CloudEvent[]) => Promise<void>;
  readonly progress: Progress;
  readonly log: MessagingLog;
  readonly signal: AbortSignal;
}

const ATTEMPTS = 6;
const BACKOFF = { baseMs: 50, maxMs: 2_000 };

/**
 * Takes facts in, and leaves out what cannot be handled: it is found by halving, as with the messages
 * that became dead letters. What the database does not understand is a fault of ours, not of a fact.
 */
export async function takeIn(events: readonly CloudEvent[], parts: TakeIn): Promise<void> {
  if (events.length === 0) return;
  try {
    await patiently(() => parts.attempt(events), parts.signal);
  } catch (error) {
    if (parts.signal.aborted || !isOfTheFacts(error)) throw error;
    const [first] = events;
    if (events.length === 1 && first) {
      const { id: eventId, source: eventSource } = first;
      parts.log.error({ err: error, eventId, eventSource }, 'a fact is left out of the rebuild');
      parts.progress.refused += 1;
      return;
    }
    const middle = Math.ceil(events.length / 2);
    await takeIn(events.slice(0, middle), parts);
    await takeIn(events.slice(middle), parts);
  }
}

async function patiently(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (let attempts = 1; ; attempts += 1) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error) || attempts === ATTEMPTS) throw error;
      await pause(backoffMs(BACKOFF, attempts), signal);
    }
  }
}

/** SQLSTATE 42: no such table, no right to it, no such syntax. */
export const isOfTheFacts = (error: unknown): boolean =>
  !(error instanceof RebuildLostError) &&
  !isTransient(error) &&
  !(error instanceof Error && 'code' in error && String(error.code).startsWith('42'));
