/** One replay on its way: facts in their order, at their rate, each step in one transaction. */
import {
  EventTooLargeError,
  type Outbox,
  type OutgoingEvent,
  type StreamPosition,
  type UnitOfWork,
} from '#messaging';
import type { Logger } from '#platform';
import { readEventsIn } from '../persistence/read-events.js';
import type { StoredEvent } from '../domain/stored-event.js';
import {
  lastSent,
  lockReplay,
  renewLease,
  saveProgress,
  type Replay,
} from '../persistence/replay-rows.js';

/**
 * What becomes of a replay after a step.
 * - `behind`: what a runner before has committed is not published yet.
 * - `waiting`: for transactions that began before the replay.
 */
export type Step = 'more' | 'behind' | 'waiting' | 'over';

export interface StepWishes {
  /** Facts, at most. */
  readonly limit: number;
  /** Of somebody who has just taken over: his facts must not overtake those sent before. */
  readonly isFirst: boolean;
}

/** Unrenewed this long, a replay is taken over by whoever sees it first. */
export const REPLAY_LEASE_MS = 10_000;

/**
 * Sends some facts. Where it stands is saved with the outbox's rows: whoever goes on after
 * a crash skips none, and sends none again that was committed.
 * @returns and how many were sent
 */
export function replayStep(
  outbox: Pick<Outbox, 'transaction' | 'publishedBy'>,
  replay: Pick<Replay, 'replayId' | 'fence'>,
  { limit, isFirst }: StepWishes,
  log: Pick<Logger, 'error'>,
): Promise<{ readonly step: Step; readonly sent: number }> {
  return outbox.transaction(async (unit) => {
    const current = await lockReplay(unit.tx, replay);
    if (current === undefined) return { step: 'over', sent: 0 };
    if (isFirst && !(await isPublished(outbox, unit, lastSent(current)))) {
      await renewLease(unit.tx, current, REPLAY_LEASE_MS);
      return { step: 'behind', sent: 0 };
    }
    const { afterXid: xid, afterSeq: seq, endXid, filter } = current;
    const query = { ...filter, after: { xid, seq }, limit, endXid };
    const { events, cursor, more, edge } = await readEventsIn(unit.tx, query);
    let problem: string | undefined;
    let skipped = 0;
    for (const event of events) {
      const fault = publish(unit, current.topic, event);
      if (fault === undefined) continue;
      skipped += 1;
      problem = `${event.source} ${event.id}: ${fault}`.slice(0, 500);
      log.error({ replayId: current.replayId, problem }, 'a fact cannot be told again');
    }
    const isDone = !more && edge === endXid;
    const sent = events.length - skipped;
    const progress = { position: cursor, sent, skipped, problem, isDone };
    const sentUntil = events.at(-1)?.time;
    const stamp = sent > 0 ? unit.stamp() : undefined;
    await saveProgress(unit.tx, current, { ...progress, sentUntil, stamp }, REPLAY_LEASE_MS);
    return { step: isDone ? 'over' : more ? 'more' : 'waiting', sent: events.length };
  });
}

/** What this process has written itself goes out in its order anyway. */
async function isPublished(
  outbox: Pick<Outbox, 'publishedBy'>,
  unit: UnitOfWork,
  last: StreamPosition | undefined,
): Promise<boolean> {
  if (last === undefined || last.epoch === unit.stamp().epoch) return true;
  const [moment] = await outbox.publishedBy(unit.tx, [last]);
  return moment !== Infinity;
}

/** @returns why it cannot be sent, for what came from others and is larger or odder than ours */
function publish(unit: UnitOfWork, topic: string, event: StoredEvent): string | undefined {
  try {
    unit.publish(toldAgain(topic, event));
    return undefined;
  } catch (error) {
    if (error instanceof EventTooLargeError || error instanceof TypeError) return error.message;
    throw error;
  }
}

/**
 * With all attributes that it had: readers know by them that it is the same fact. So its chain is that
 * of then, too: to be told again is no hop of it, and however often it is, it never counts as a loop.
 */
export function toldAgain(topic: string, event: StoredEvent): OutgoingEvent {
  const { id, source, type, subject, time, key, data } = event;
  const { correlationid, causationid, traceparent, extensions } = event;
  return {
    ...{ topic, key, id, source, type, subject, time },
    data: JSON.parse(data) as unknown,
    ...(correlationid !== null && { correlationid }),
    ...(causationid !== null && { causationid }),
    ...(traceparent !== null && { traceparent }),
    ...(extensions !== null && { extensions }),
  };
}
