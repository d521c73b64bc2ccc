/**
 * Closes days in two steps. First a short transaction, which waits for the bookings under way, says
 * that the day takes no entry any more; then the hash is computed, however long that takes, while
 * others book on. Whoever dies in between, any replica goes on with it.
 */
import { dayClosed, eventType } from '#contracts';
import type { Database, MessagingLog, Outbox, OutgoingEvent } from '#messaging';
import { Poll } from '#participant';
import { runtime } from '#platform';
import { besideRebuild, isRebuilding } from '#reader';
import { dayHash } from '../domain/day-hash.js';
import { dayOfMs } from '../domain/days.js';
import {
  addDayClose,
  endDays,
  hasEntries,
  lastEndedDay,
  takeDayToClose,
  type DayClose,
} from '../persistence/day-rows.js';
import { hashedEntries } from '../persistence/hashed-entries.js';
import { lockDays } from '../persistence/open-days.js';

const DAY_MS = 86_400_000;

export interface DayCloserParts {
  readonly database: Pick<Database, 'query' | 'transaction'>;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly log: MessagingLog;
  /** From the end of a day until it is closed of our own accord; undefined: never. */
  readonly graceMs: number | undefined;
  readonly everyMs: number;
  /** Whether the ledger has read what was told. */
  readonly isCaughtUp: () => Promise<boolean>;
}

export class DayCloser {
  private readonly poll: Poll;

  constructor(private readonly parts: DayCloserParts) {
    this.poll = new Poll({
      name: 'closing days',
      everyMs: parts.everyMs,
      log: parts.log,
      run: async () => {
        await this.endDue();
        return (await this.closeNext()) !== undefined;
      },
    });
  }

  /**
   * When it resolves the day takes no entry any more; its hash follows. While the ledger is rebuilt no
   * day is closed: what the ledger had lost is booked on days that are open.
   * @returns `with-later` where a later day is closed, and this one had nothing to close
   */
  async end(day: string): Promise<'ended' | 'with-later' | 'rebuilding'> {
    const ended = await this.parts.database.transaction(async (tx) => {
      await lockDays(tx);
      if (await isRebuilding(tx)) return 'rebuilding';
      return (await endDays(tx, day)) ? 'ended' : 'with-later';
    });
    this.poll.wake();
    return ended;
  }

  /** @returns undefined where no day waits for its hash, or another replica is at it */
  closeNext(): Promise<DayClose | undefined> {
    return this.parts.outbox.transaction(async (unit) => {
      besideRebuild(unit);
      const next = await takeDayToClose(unit.tx);
      if (!next) return undefined;
      const { day, previousHash } = next;
      const hash = dayHash(day, previousHash);
      for await (const entries of hashedEntries(unit.tx, day)) hash.add(entries);
      const close = { day, previousHash, ...hash.end() };
      await addDayClose(unit.tx, close);
      unit.publish(closedFact(close, runtime.date().toISOString()));
      unit.afterCommit(() => this.parts.log.info({ ...close }, 'a day is closed'));
      return close;
    });
  }

  onApplicationBootstrap(): void {
    this.poll.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.poll.stop();
  }

  /** The last day whose time has come, if it is still open. */
  private async endDue(): Promise<void> {
    const { database, graceMs, isCaughtUp } = this.parts;
    if (graceMs === undefined) return;
    const day = dayOfMs(runtime.date().getTime() - graceMs - DAY_MS);
    const last = await lastEndedDay(database);
    if (last === undefined ? !(await hasEntries(database)) : last >= day) return;
    if (await isCaughtUp()) await this.end(day);
  }
}

/** @param time RFC 3339 */
const closedFact = (
  { day, entries, hash, previousHash }: DayClose,
  time: string,
): OutgoingEvent => ({
  topic: dayClosed.topic,
  key: day,
  id: `${dayClosed.name}:${day}@1`,
  source: 'accounting',
  type: eventType(dayClosed.name),
  subject: day,
  time,
  data: {
    ...{ day, revision: 1, entries, hash },
    ...(previousHash !== null && { previousHash }),
    occurredAt: time,
  },
});
