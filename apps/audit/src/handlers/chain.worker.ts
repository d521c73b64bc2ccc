import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { isTransient, type Database } from '#messaging';
import { runtime, type Logger } from '#platform';
import type { Head } from '../domain/audit-entry.js';
import { chainFacts } from './chain-facts.js';

const IDLE_MS = 300;
const AFTER_FAILURE_MS = 2_000;
/** The log is kept elsewhere than the database: with a head of it, a cut chain is found. */
const TELL_HEAD_EVERY_MS = 60_000;

/** Keeps the audit log up with the event store. Replicas take turns. */
export class ChainWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private stopped = false;
  private wake: () => void = () => undefined;
  private running: Promise<void> = Promise.resolve();
  private head: Head | undefined;
  private told: string | undefined;
  private toldAtMs = -Infinity;

  constructor(
    private readonly database: Pick<Database, 'transaction'>,
    private readonly log: Pick<Logger, 'info' | 'warn' | 'error'>,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
    this.tellHead();
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      let delayMs = IDLE_MS;
      try {
        const { head, count, more } = await chainFacts(this.database);
        if (count > 0) this.head = head;
        if (more) delayMs = 0;
        if (runtime.monotonicMs() - this.toldAtMs >= TELL_HEAD_EVERY_MS) this.tellHead();
      } catch (error) {
        const fields = { err: error };
        if (isTransient(error))
          this.log.warn(fields, 'the audit log could not go on, trying again');
        else this.log.error(fields, 'the audit log could not go on, trying again');
        delayMs = AFTER_FAILURE_MS;
      }
      await this.sleep(delayMs);
    }
  }

  private tellHead(): void {
    if (this.head === undefined || this.head.hash === this.told) return;
    const { n, hash } = this.head;
    this.log.info({ n, hash }, 'head of the audit log');
    this.told = hash;
    this.toldAtMs = runtime.monotonicMs();
  }

  private sleep(delayMs: number): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = runtime.after(delayMs, resolve);
      this.wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
