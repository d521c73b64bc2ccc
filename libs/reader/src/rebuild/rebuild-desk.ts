import { hostname } from 'node:os';
import type { Database, MessagingLog } from '#messaging';
import { runtime } from '#platform';
import type { ReadStore } from './event-store.js';
import { FactsMissingError, rebuild, type RebuildRun } from './rebuild.js';
import {
  beat,
  beginRebuild,
  failRebuild,
  failSilent,
  findRebuilds,
  holdRebuild,
  RebuildLostError,
  type StoredRebuild,
} from './rebuild-rows.js';
import type { Rebuildable } from './rebuildable.js';
import { dropShadow } from './shadow.js';

export interface RebuildDeskParts {
  readonly database: Pick<Database, 'query' | 'transaction'>;
  readonly reader: Rebuildable;
  readonly read: ReadStore;
  readonly log: MessagingLog;
  /** See `RebuildParts`. Default 10,000. */
  readonly settleMs?: number;
}

export type RebuildOrder = Pick<RebuildRun, 'swap'> & Partial<Pick<RebuildRun, 'mayMiss'>>;

const BEAT_MS = 2_000;

/** Takes rebuilds on, one at a time over all replicas, and carries out those that were asked for here. */
export class RebuildDesk {
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly parts: RebuildDeskParts) {}

  /** @returns undefined while another one runs, here or elsewhere */
  async start({ swap, mayMiss = 0 }: RebuildOrder): Promise<StoredRebuild | undefined> {
    const { database } = this.parts;
    const rebuildId = runtime.uuid();
    await failSilent(database);
    const owner = `${hostname()}:${process.pid}`;
    if (!(await beginRebuild(database, { rebuildId, swap, owner }))) return undefined;
    const [begun] = await findRebuilds(database, { rebuildId });
    this.running = this.run(rebuildId, { swap, mayMiss });
    return begun;
  }

  async find(rebuildId: string): Promise<StoredRebuild | undefined> {
    await failSilent(this.parts.database);
    const [found] = await findRebuilds(this.parts.database, { rebuildId });
    return found;
  }

  /** The latest first. */
  async list(limit: number): Promise<StoredRebuild[]> {
    await failSilent(this.parts.database);
    return findRebuilds(this.parts.database, { limit });
  }

  /** As a Nest provider: the database is still open. A run that is under way fails. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new Error('the service was stopped'));
    await this.running;
  }

  /** Never rejects. */
  private async run(rebuildId: string, order: Required<RebuildOrder>): Promise<void> {
    const { database, log, settleMs = 10_000 } = this.parts;
    const progress = { events: 0, refused: 0 };
    const { signal } = this.stopping;
    const stopBeating = every(BEAT_MS, () => {
      log.info({ rebuildId, ...progress }, 'rebuilding');
      return beat(database, rebuildId, progress);
    });
    log.info({ rebuildId, ...order }, 'a rebuild begins');
    try {
      const run = { rebuildId, ...order, progress, signal };
      const found = await rebuild({ ...this.parts, settleMs }, run);
      const isSame = found.liveHash === found.rebuiltHash;
      log[isSame && found.missing === 0 ? 'info' : 'warn'](
        { rebuildId, ...progress, ...found },
        'a rebuild has ended',
      );
    } catch (error) {
      await this.fail(rebuildId, progress, error);
    } finally {
      await stopBeating();
    }
  }

  private async fail(
    rebuildId: string,
    progress: { events: number; refused: number },
    error: unknown,
  ): Promise<void> {
    const { database, log } = this.parts;
    log.error({ err: error, rebuildId, ...progress }, 'a rebuild failed, the live tables stay');
    if (error instanceof RebuildLostError) return;
    try {
      await database.transaction(async (tx) => {
        await holdRebuild(tx, rebuildId);
        await dropShadow(tx);
        await failRebuild(tx, rebuildId, { ...progress, ...problemOf(error) });
      });
    } catch (failure) {
      // Whoever looks next finds it silent.
      log.error({ err: failure, rebuildId }, 'that it failed could not be written down');
    }
  }
}

const problemOf = (error: unknown): { problem: string; missing?: number } => ({
  problem: error instanceof Error ? error.message : String(error),
  ...(error instanceof FactsMissingError && { missing: error.found.count }),
});

/** @returns what stops it, and waits for the last time */
function every(pauseMs: number, work: () => Promise<void>): () => Promise<void> {
  let stopped = false;
  let cancel = (): void => undefined;
  let last: Promise<void> = Promise.resolve();
  const next = (): void => {
    if (stopped) return;
    cancel = runtime.after(pauseMs, () => {
      // A beat that fails is made good by the next one; a run without any is taken for dead.
      last = work().then(next, next);
    });
  };
  next();
  return async () => {
    stopped = true;
    cancel();
    await last;
  };
}
