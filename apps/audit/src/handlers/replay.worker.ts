import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { isTransient, type Database, type Outbox } from '#messaging';
import { runtime, type Logger } from '#platform';
import { TokenBucket } from '../domain/token-bucket.js';
import { claimReplay, releaseReplay, type Replay } from '../persistence/replay-rows.js';
import { REPLAY_LEASE_MS, replayStep } from './replay-runner.js';

/** At once, in this process; others wait for their turn. */
const MOST_AT_ONCE = 4;
const LOOK_EVERY_MS = 1_000;
/** Facts in one transaction, at most. */
const MOST_IN_STEP = 500;
/** With more that has not reached the broker, nothing is added: memory and table would fill. */
const MOST_WAITING = 2_000;
const WAIT_MS = 200;

/** Runs the replays that nobody runs: over all replicas, one runner each. */
export class ReplayWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly running = new Set<Promise<void>>();
  private readonly wakers = new Set<() => void>();
  private looking: Promise<void> | undefined;
  private cancel: (() => void) | undefined;
  private stopped = false;

  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly outbox: Pick<Outbox, 'transaction' | 'publishedBy' | 'backlog'>,
    private readonly log: Pick<Logger, 'info' | 'warn' | 'error'>,
  ) {}

  onApplicationBootstrap(): void {
    this.look();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    for (const wake of this.wakers) wake();
    await this.looking;
    await Promise.all(this.running);
  }

  /** Looks for one now; otherwise it does so every second. */
  look(): void {
    if (this.stopped || this.looking) return;
    this.cancel?.();
    this.looking = this.claimAll()
      .catch((error: unknown) => this.log.warn({ err: error }, 'cannot look for replays'))
      .finally(() => {
        this.looking = undefined;
        if (!this.stopped) this.cancel = runtime.after(LOOK_EVERY_MS, () => this.look());
      });
  }

  private async claimAll(): Promise<void> {
    while (!this.stopped && this.running.size < MOST_AT_ONCE) {
      const replay = await claimReplay(this.database, REPLAY_LEASE_MS);
      if (replay === undefined) return;
      const run = this.run(replay)
        .catch((error: unknown) => {
          // Its lease ends, and somebody takes it up again.
          const fields = { err: error, replayId: replay.replayId };
          if (isTransient(error)) this.log.warn(fields, 'a replay is interrupted');
          else this.log.error(fields, 'a replay is interrupted');
        })
        .finally(() => this.running.delete(run));
      this.running.add(run);
    }
  }

  private async run(replay: Replay): Promise<void> {
    const { replayId, topic, ratePerSecond, fence } = replay;
    this.log.info({ replayId, topic, fence }, 'a replay begins, or goes on');
    const bucket = new TokenBucket(ratePerSecond, runtime.monotonicMs());
    let isFirst = true;
    while (!this.stopped) {
      const isFree = this.outbox.backlog < MOST_WAITING;
      const tokens = isFree ? bucket.available(runtime.monotonicMs()) : 0;
      const limit = Math.min(tokens, MOST_IN_STEP);
      // None: its lease is kept meanwhile.
      const wishes = { limit, isFirst };
      const { step, sent } = await replayStep(this.outbox, replay, wishes, this.log);
      if (step !== 'behind') isFirst = false;
      bucket.take(sent);
      if (step === 'over') {
        this.log.info({ replayId, topic }, 'a replay is over, or somebody else goes on with it');
        return;
      }
      const isLimited = step === 'more' && isFree;
      await this.sleep(isLimited ? bucket.waitMs() : WAIT_MS);
    }
    await releaseReplay(this.database, replay);
  }

  private sleep(delayMs: number): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.wakers.delete(wake);
        resolve();
      };
      const cancel = runtime.after(delayMs, wake);
      this.wakers.add(wake);
    });
  }
}
