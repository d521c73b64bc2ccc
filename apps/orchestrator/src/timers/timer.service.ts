/** Looks for due timers and writes a tick into their partitions; see `timers.ts` of the store. */
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { eventType, SAGA_MESSAGES, topics } from '#contracts';
import { Database, newId, Outbox, type UnitOfWork } from '#messaging';
import type { Logger } from '#platform';
import { claimTicks, ensureTickRows, type DueTick } from '#saga-store';

export const TIMER_POLL_MS = Symbol('timer-poll-ms');
export const LOGGER = Symbol('logger');

@Injectable()
export class TimerService implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    @Inject(TIMER_POLL_MS) private readonly pollMs: number,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.database.transaction((tx) => ensureTickRows(tx, topics['saga.inbox'].partitions));
    this.schedule();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.poll().finally(() => this.schedule());
    }, this.pollMs);
  }

  private async poll(): Promise<void> {
    try {
      await this.outbox.transaction((unit) => this.tick(unit));
    } catch (error) {
      // The database is away, or another replica was faster: the next poll finds them again.
      this.logger.warn({ err: error }, 'timers could not be looked for');
    }
  }

  private async tick(unit: UnitOfWork): Promise<void> {
    for (const due of await claimTicks(unit.tx)) unit.publish(tickEvent(due));
  }
}

const tickEvent = ({ partition, dueBeforeMs }: DueTick) => ({
  id: newId(),
  source: 'orchestrator',
  type: eventType(SAGA_MESSAGES.tick),
  subject: `partition-${partition}`,
  time: new Date(dueBeforeMs).toISOString(),
  topic: 'saga.inbox',
  key: `partition-${partition}`,
  partition,
  data: { dueBeforeMs },
});
