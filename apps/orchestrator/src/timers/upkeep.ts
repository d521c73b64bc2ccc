import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Database, type MessagingLog } from '#messaging';
import { runtime } from '#platform';
import { forgetBulkActions } from '../persistence/bulk-rows.js';
import { forgetDeadLetters } from '../persistence/dead-letter-rows.js';
import { LOGGER } from '../engine/saga-engine.js';

const EVERY_MS = 60 * 60 * 1000;
/** Rows of one statement, so that none holds its locks for long. */
const AT_ONCE = 1_000;

/** Forgets old dead letters and bulk actions, at boot and every hour; several replicas share the work. */
@Injectable()
export class Upkeep implements OnApplicationBootstrap, OnModuleDestroy {
  private cancelTimer: (() => void) | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Pick<MessagingLog, 'warn'>,
  ) {}

  onApplicationBootstrap(): void {
    this.run();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    this.cancelTimer?.();
    await this.running;
  }

  private run(): void {
    this.running = this.forget().finally(() => {
      if (!this.stopped) this.cancelTimer = runtime.after(EVERY_MS, () => this.run());
    });
  }

  private async forget(): Promise<void> {
    try {
      while (!this.stopped && (await forgetDeadLetters(this.database, AT_ONCE)) > 0);
      while (!this.stopped && (await forgetBulkActions(this.database, 1)) > 0);
    } catch (error) {
      // The database is away: the next hour finds them again.
      this.logger.warn({ err: error }, 'old rows could not be forgotten');
    }
  }
}
