/** Looks for due timers and writes a tick into their partitions; see `timers.ts` of the store. */
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { eventType, SAGA_MESSAGES, topics } from '#contracts';
import { newId, Outbox, type MessagingLog, type UnitOfWork } from '#messaging';
import { runtime } from '#platform';
import type { DueTick, SagaStore } from '#saga-store';
import { LOGGER, SAGA_STORE } from '../engine/saga-engine.js';

export const TIMER_POLL_MS = Symbol('timer-poll-ms');

@Injectable()
export class TimerService implements OnApplicationBootstrap, OnModuleDestroy {
  private cancelTimer: (() => void) | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly outbox: Outbox,
    @Inject(TIMER_POLL_MS) private readonly pollMs: number,
    @Inject(LOGGER) private readonly logger: Pick<MessagingLog, 'warn'>,
    @Inject(SAGA_STORE) private readonly store: SagaStore,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { partitions } = topics['saga.inbox'];
    await this.outbox.transaction(({ tx }) => this.store.ensureTickRows(tx, partitions));
    this.schedule();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    this.cancelTimer?.();
    await this.running;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.cancelTimer = runtime.after(this.pollMs, () => {
      this.running = this.poll().finally(() => this.schedule());
    });
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
    for (const due of await this.store.claimTicks(unit.tx)) unit.publish(tickEvent(due));
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
