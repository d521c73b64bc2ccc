/** Recovery: orders of an hour are there when the orchestrator comes back. */
import { join } from 'node:path';
import type { Clock } from '../../../bench/load.js';
import { runSql } from '#testing';
import { Books } from '../accept/books.js';
import { interruptibleClock } from './interruptible-clock.js';
import { MemorySampler } from './memory-sampler.js';
import { ratesOf } from './recovery.js';
import type { BacklogResult, Point } from './results.js';
import { Session, type Surroundings } from './session.js';
import { emptyFolder, rootsOf, startWorld, type World } from './world.js';

/** As many as there are connections. */
const LANES = 64;
const NEW_EVERY_MS = 1_000;
const MEMORY_EVERY_MS = 1_000;
const WITHIN_MS = 3_600_000;
/** A look counts all that is done: it may take this part of the time, and no more. */
const LOOKING_SHARE = 0.05;
const LEAST_PAUSE_MS = 500;

export async function measureBacklog(around: Surroundings): Promise<BacklogResult> {
  const { options, show } = around;
  await using folder = await emptyFolder('backlog');
  show('starts');
  const dataDir = join(folder.path, 'postgres');
  await using world = await startWorld({ dataDir, system: { later: ['orchestrator'] } });
  const recovery = new Recovery(world, around);
  const placedInSeconds = await recovery.placeAll(options.backlogOrders);
  return { orders: options.backlogOrders, placedInSeconds, ...(await recovery.catchUp()) };
}

class Recovery {
  private readonly session: Session;
  private readonly clock: Clock;
  private readonly latencies: Point[] = [];
  private readonly memory: MemorySampler;
  private isOver = false;
  private startedAt = 0;

  constructor(
    private readonly world: World,
    private readonly around: Surroundings,
  ) {
    this.session = new Session(world, around, 'b');
    this.clock = interruptibleClock(around.signal);
    const orchestrator = () => rootsOf(world).filter(({ name }) => name === 'orchestrator');
    this.memory = new MemorySampler(orchestrator, MEMORY_EVERY_MS);
  }

  /** Resolves with how many seconds it took. @throws when one of them is not accepted */
  async placeAll(count: number): Promise<number> {
    const startedAt = performance.now();
    let next = 0;
    const lane = async () => {
      while (next < count && !this.around.signal.aborted) {
        await this.session.placed.place(`b-1-${next++}`);
        if (next % 1000 === 0) this.around.show(`placed ${next} of ${count} orders`);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    this.stopIfInterrupted();
    return (performance.now() - startedAt) / 1000;
  }

  async catchUp(): Promise<Omit<BacklogResult, 'orders' | 'placedInSeconds'>> {
    const startedAtMs = Date.now();
    this.startedAt = performance.now();
    this.memory.start();
    try {
      await this.world.system.startProcess('orchestrator');
      const placing = this.placeNew();
      const late = await this.untilDone().finally(() => (this.isOver = true));
      // Those behind a backlog that never went would be waited for in vain.
      if (late.length === 0) await Promise.race([placing, this.interrupted()]);
      this.stopIfInterrupted();
      const completedS = await this.completions(startedAtMs);
      const problems = [...late, ...(await this.session.audit())];
      return {
        seconds: completedS.reduce((most, atS) => Math.max(most, atS), 0),
        rates: ratesOf(completedS),
        orchestratorPeakBytes: Math.max(
          ...this.memory.samples.map(({ bytes }) => bytes['orchestrator'] ?? 0),
        ),
        failed: this.session.placed.failed.size,
        latencies: this.latencies.toSorted((a, b) => a.seconds - b.seconds),
        problems,
      };
    } finally {
      this.isOver = true;
      this.memory.stop();
    }
  }

  /** Until the backlog is gone, and until all of them have ended. */
  private async placeNew(): Promise<void> {
    const ending: Promise<void>[] = [];
    for (let number = 0; !this.isOver && !this.around.signal.aborted; number += 1) {
      ending.push(this.placeOne(`b-2-${number}`));
      await this.clock.sleep(NEW_EVERY_MS);
    }
    await Promise.all(ending);
  }

  private async placeOne(id: string): Promise<void> {
    const askedAt = performance.now();
    try {
      await this.session.placed.run({ id, declined: false });
    } catch {
      // The audit knows of it, and the report.
      return;
    }
    const seconds = (askedAt - this.startedAt) / 1000;
    this.latencies.push({ seconds, value: performance.now() - askedAt });
  }

  /** Resolves with what is wrong when it gave up. */
  private async untilDone(): Promise<string[]> {
    const { accepted } = this.session.placed;
    const books = new Books(this.world.system, 'b-1');
    const orders = await books.orders();
    for (;;) {
      const lookedAt = performance.now();
      const left = orders - (await books.ended());
      this.stopIfInterrupted();
      const spentMs = performance.now() - this.startedAt;
      if (left <= 0) return [];
      if (spentMs > WITHIN_MS) return [`${left} sagas were not over after an hour`];
      this.around.show(
        `${left} of ${orders} sagas to go after ${Math.round(spentMs / 1000)} s, ` +
          `${accepted.size - orders} new orders meanwhile`,
      );
      const tookMs = performance.now() - lookedAt;
      await this.clock.sleep(Math.max(LEAST_PAUSE_MS, tookMs / LOOKING_SHARE));
    }
  }

  /** When the sagas of the backlog completed, seconds after the orchestrator was started. */
  private async completions(startedAtMs: number): Promise<number[]> {
    const rows = await runSql(this.world.system.databaseOf('orchestrator'), [
      `select (extract(epoch from updated_at) * 1000)::float8 as at
         from saga_instance where starts_with(business_key, 'b-1-') and state = 'completed'`,
    ]);
    return rows.map(({ at }) => (Number(at) - startedAtMs) / 1000);
  }

  private interrupted(): Promise<void> {
    const { signal } = this.around;
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  private stopIfInterrupted(): void {
    if (this.around.signal.aborted) throw new Error('interrupted');
  }
}
