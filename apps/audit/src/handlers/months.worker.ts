import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Database } from '#messaging';
import { runtime, type Logger } from '#platform';
import { monthsFrom } from '../domain/moment.js';
import { makeMonths } from '../persistence/event-months.js';

/** This month and the two after it. */
const MONTHS = 3;
const EVERY_MS = 6 * 3_600_000;
const RETRY_MS = 60_000;

/** Makes the partitions of the next months ahead, so that no batch of facts has to. */
export class MonthsWorker implements OnModuleInit, OnModuleDestroy {
  private cancel: (() => void) | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly database: Pick<Database, 'transaction'>,
    private readonly log: Pick<Logger, 'info' | 'warn'>,
  ) {}

  onModuleInit(): Promise<void> {
    this.running = this.run();
    return this.running;
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    await this.running;
  }

  private async run(): Promise<void> {
    let delayMs = EVERY_MS;
    try {
      const months = monthsFrom(runtime.date().getTime(), MONTHS);
      const made = await this.database.transaction((tx) => makeMonths(tx, months));
      if (made.length > 0) this.log.info({ months: made }, 'partitions made');
    } catch (error) {
      // Facts do not wait for it: a month that is missing is made by the first that needs it.
      this.log.warn({ err: error }, 'partitions could not be made ahead, trying again');
      delayMs = RETRY_MS;
    }
    if (this.stopped) return;
    this.cancel = runtime.after(delayMs, () => {
      this.running = this.run();
    });
  }
}
