import { crashPoint, type MessagingLog, type Outbox, type UnitOfWork } from '#messaging';
import { Poll } from '#participant';
import { runtime } from '#platform';
import { latestSlot } from '../domain/schedule.js';
import {
  finishBatch,
  moveOn,
  openBatch,
  takeBatch,
  type RunningBatch,
} from '../persistence/batch-rows.js';
import { nextShares } from '../persistence/settle-rows.js';
import { settlePage } from './settle-page.js';

export interface BatchWorkerParts {
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly log: MessagingLog;
  /** How long what is delivered waits. */
  readonly holdingMs: number;
  /** A batch of its own accord so often; 0: never. */
  readonly everyMs: number;
  readonly clock?: () => Date;
  /** Shares in one transaction. */
  readonly pageSize?: number;
  /** Pause between two looks. */
  readonly lookMs?: number;
}

const PAGE = 100;
const LOOK_MS = 1000;

/**
 * Works through batches, a page of shares a transaction: what a page has settled, what it adds to
 * balances, what others hear of it and how far the batch has come are committed together, so that
 * whoever takes the batch up after a crash goes on where it stands. All replicas look; one is at it.
 */
export class BatchWorker {
  private readonly poll: Poll;
  /** The slot that is known to be opened. */
  private opened: string | undefined;
  /** Shares in the next page: fewer after one that failed, for it may have had too many orders. */
  private size: number;

  constructor(private readonly parts: BatchWorkerParts) {
    const { log, lookMs = LOOK_MS, pageSize = PAGE } = parts;
    this.size = pageSize;
    this.poll = new Poll({ name: 'batches', everyMs: lookMs, log, run: () => this.look() });
  }

  onApplicationBootstrap(): void {
    this.poll.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.poll.stop();
  }

  /** Somebody has opened a batch. */
  wake(): void {
    this.poll.wake();
  }

  /** Opens the batch whose time has come, then does one page. @returns whether there may be more */
  async look(): Promise<boolean> {
    await this.openSlot();
    return this.page();
  }

  private async openSlot(): Promise<void> {
    const openedAt = this.now();
    const slot = latestSlot(openedAt, this.parts.everyMs);
    if (!slot || slot.batchId === this.opened) return;
    const { holdingMs } = this.parts;
    await this.parts.outbox.transaction(async ({ tx }) => {
      await openBatch(tx, { ...slot, holdingMs, openedAt });
    });
    this.opened = slot.batchId;
    crashPoint('settlement.batch-opened');
  }

  private async page(): Promise<boolean> {
    const { outbox, pageSize = PAGE } = this.parts;
    const did = await outbox
      .transaction((unit) => this.work(unit))
      .catch((error: unknown) => {
        this.size = Math.ceil(this.size / 2);
        throw error;
      });
    this.size = Math.min(pageSize, this.size * 2);
    if (did === 'page') crashPoint('settlement.page-committed');
    if (did === 'finished') crashPoint('settlement.batch-finished');
    return did !== 'nothing';
  }

  private async work(unit: UnitOfWork): Promise<'nothing' | 'page' | 'finished'> {
    const batch = await takeBatch(unit.tx);
    if (!batch) return 'nothing';
    const shares = await nextShares(unit.tx, batch.after, this.size);
    const last = shares.at(-1);
    if (!last) return this.finish(unit, batch);
    await settlePage(unit, batch, shares, this.now());
    await moveOn(unit.tx, batch.batchId, last);
    crashPoint('settlement.page-settled');
    return 'page';
  }

  private async finish(unit: UnitOfWork, { batchId }: RunningBatch): Promise<'finished'> {
    await finishBatch(unit.tx, batchId, this.now());
    unit.afterCommit(() => this.parts.log.info({ batchId }, 'a batch is settled'));
    return 'finished';
  }

  private now(): Date {
    return this.parts.clock?.() ?? runtime.date();
  }
}
