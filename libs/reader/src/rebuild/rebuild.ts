/**
 * Builds a reader's tables anew, out of all facts, and puts them in the place of the live ones, or
 * says what differs. Until the last transaction commits the live tables are as they were.
 */
import { crashPoint, type CloudEvent, type Database, type MessagingLog, type Tx } from '#messaging';
import { runtime } from '#platform';
import { pause, type ReadStore } from './event-store.js';
import { factsMissing, type FactsMissing } from './facts-missing.js';
import { hashOfFigures } from './figures.js';
import { holdLive } from './live-lock.js';
import { finishRebuild, holdRebuild, type Comparison, type Progress } from './rebuild-rows.js';
import type { Rebuildable } from './rebuildable.js';
import { createShadow, dropShadow, inLive, inShadow, swapShadow } from './shadow.js';
import { isOfTheFacts, takeIn } from './take-in.js';

export interface RebuildParts {
  readonly database: Pick<Database, 'transaction'>;
  readonly reader: Rebuildable;
  readonly read: ReadStore;
  readonly log: MessagingLog;
  /** How long the store may take, with the live tables held still, to tell what they know. */
  readonly settleMs: number;
}

type SwapWarning = Awaited<ReturnType<NonNullable<Rebuildable['swapWarning']>>>;

export interface RebuildRun {
  readonly rebuildId: string;
  readonly swap: boolean;
  /** So many facts may be known here alone: they are given up. */
  readonly mayMiss: number;
  /** Kept up to date while it goes on. */
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** The store does not know all that is known here. */
export class FactsMissingError extends Error {
  override readonly name = 'FactsMissingError';

  constructor(readonly found: FactsMissing) {
    super(
      `the event store does not know ${found.count} of the facts that are known here ` +
        `(${found.examples.join(', ')}), or knows others first that they contradict; nothing was swapped. ` +
        'Its conflicts and the dead letters tell which; "mayMiss" gives so many of them up',
    );
  }
}

export async function rebuild(
  parts: RebuildParts,
  run: RebuildRun,
): Promise<Comparison & { swapped: boolean }> {
  const { database, reader } = parts;
  await database.transaction(async (tx) => {
    await holdRebuild(tx, run.rebuildId);
    await createShadow(tx, reader);
  });
  const { cursor, latest } = await fill(parts, run);
  await untilLiveKnows(latest, parts, run.signal);
  const { warning, ...found } = await database.transaction(async (tx) => {
    await holdRebuild(tx, run.rebuildId);
    return finish(tx, cursor, parts, run);
  });
  if (warning) {
    const { message, ...details } = warning;
    parts.log.warn({ rebuildId: run.rebuildId, ...details }, message);
  }
  return found;
}

interface Filled {
  readonly cursor: string | undefined;
  /** What the last page said. */
  readonly latest: readonly CloudEvent[];
}

/** One transaction a page; the next page is fetched meanwhile. */
async function fill(parts: RebuildParts, run: RebuildRun): Promise<Filled> {
  const { database, reader, log } = parts;
  const { progress, signal, rebuildId } = run;
  const attempt = (events: readonly CloudEvent[]): Promise<void> =>
    database.transaction(async (tx) => {
      await holdRebuild(tx, rebuildId);
      await inShadow(tx);
      await reader.apply(tx, events);
    });
  let page = await parts.read(undefined, signal);
  for (;;) {
    const { events, cursor, more } = page;
    const next = more ? parts.read(cursor, signal) : undefined;
    // It is awaited below; until then nobody would hear of its failure.
    next?.catch(() => undefined);
    await takeIn(events, { attempt, progress, log, signal });
    progress.events += events.length;
    crashPoint('rebuild.page');
    if (next === undefined) return { cursor, latest: events };
    page = await next;
  }
}

/**
 * The store may be ahead of the live tables. To wait for them makes a difference less likely that is
 * none; it is no promise, and none depends on it.
 */
async function untilLiveKnows(
  events: readonly CloudEvent[],
  { database, reader, settleMs }: RebuildParts,
  signal: AbortSignal,
): Promise<void> {
  const deadline = runtime.monotonicMs() + settleMs;
  while (runtime.monotonicMs() < deadline) {
    signal.throwIfAborted();
    const known = await database.transaction((tx) => areKnown(tx, events, reader));
    if (known.every(Boolean)) return;
    await pause(100, signal);
  }
}

/** Nobody but this transaction works while it lasts: what is compared is the same facts. */
async function finish(
  tx: Tx,
  after: string | undefined,
  parts: RebuildParts,
  { rebuildId, swap, mayMiss, progress, signal }: RebuildRun,
): Promise<Comparison & { swapped: boolean; warning: SwapWarning }> {
  const { reader } = parts;
  await tx.query(`set local idle_in_transaction_session_timeout = '60s'`);
  await holdLive(tx);
  const run = { mayMiss, progress, signal };
  const { events, later, missing } = await readOn(tx, after, parts, run);
  progress.events += events;
  const ahead = await factsMissing(tx, reader.facts, { from: 'shadow', in: 'public' });
  await inLive(tx);
  const liveHash = await hashOfFigures(tx, reader.figures);
  await inShadow(tx);
  const rebuiltHash = await hashOfFigures(tx, reader.figures);
  const isOther = liveHash !== rebuiltHash;
  const warning = isOther ? await reader.swapWarning?.(tx) : undefined;
  if (swap) {
    await swapShadow(tx, reader);
    await inLive(tx);
    await takeIn(later, { ...insideOf(tx, parts), progress, signal });
  } else {
    await dropShadow(tx);
  }
  const found = { missing, ahead: ahead.count, liveHash, rebuiltHash, swapped: swap };
  await finishRebuild(tx, rebuildId, { ...progress, ...found, warning: textOf(warning) });
  crashPoint('rebuild.before-commit');
  return { ...found, warning };
}

/**
 * Until the shadow knows all that the live tables know, or time is up and few enough are missing. What
 * the live tables do not know yet is for later: it comes to them by their own way, or would be a
 * difference that is none.
 * @throws FactsMissingError
 */
async function readOn(
  tx: Tx,
  after: string | undefined,
  parts: RebuildParts,
  { mayMiss, progress, signal }: Pick<RebuildRun, 'mayMiss' | 'progress' | 'signal'>,
): Promise<{ events: number; later: CloudEvent[]; missing: number }> {
  const { reader, settleMs } = parts;
  const deadline = runtime.monotonicMs() + settleMs;
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(settleMs)]);
  const later: CloudEvent[] = [];
  let cursor = after;
  let count = 0;
  let missing: FactsMissing | undefined;
  for (;;) {
    const page = await parts.read(cursor, inTime);
    cursor = page.cursor;
    if (page.events.length > 0) {
      await inLive(tx);
      const known = await areKnown(tx, page.events, reader);
      await inShadow(tx);
      const wanted = page.events.filter((_, index) => known[index]);
      later.push(...page.events.filter((_, index) => !known[index]));
      await takeIn(wanted, { ...insideOf(tx, parts), progress, signal });
      count += page.events.length;
      missing = undefined;
    }
    if (page.more) continue;
    missing ??= await factsMissing(tx, reader.facts, { from: 'public', in: 'shadow' });
    const isOver = runtime.monotonicMs() > deadline - 100;
    if (isOver && missing.count > mayMiss) throw new FactsMissingError(missing);
    if (isOver || missing.count === 0) return { events: count, later, missing: missing.count };
    await pause(100, inTime);
  }
}

/**
 * As the reader's own, but that one for which it cannot be asked is taken for known: it is refused when
 * it is to be taken in, and that is where it counts.
 */
async function areKnown(
  tx: Tx,
  events: readonly CloudEvent[],
  reader: Rebuildable,
): Promise<readonly boolean[]> {
  await tx.query('savepoint asking');
  try {
    const known = await reader.areKnown(tx, events);
    await tx.query('release savepoint asking');
    return known;
  } catch (error) {
    if (!isOfTheFacts(error)) throw error;
    await tx.query('rollback to savepoint asking');
  }
  if (events.length < 2) return events.map(() => true);
  const middle = Math.ceil(events.length / 2);
  const first = await areKnown(tx, events.slice(0, middle), reader);
  return [...first, ...(await areKnown(tx, events.slice(middle), reader))];
}

/** For who looks at the rebuild later. */
const textOf = (warning: SwapWarning): string | undefined => {
  if (!warning) return undefined;
  const { message, ...details } = warning;
  return `${message}: ${JSON.stringify(details)}`;
};

/** A fact that cannot be taken in must not undo what was done before it in the same transaction. */
const insideOf = (tx: Tx, { reader, log }: RebuildParts) => ({
  log,
  attempt: async (events: readonly CloudEvent[]): Promise<void> => {
    await tx.query('savepoint taking_in');
    try {
      await reader.apply(tx, events);
      await tx.query('release savepoint taking_in');
    } catch (error) {
      await tx.query('rollback to savepoint taking_in');
      throw error;
    }
  },
});
