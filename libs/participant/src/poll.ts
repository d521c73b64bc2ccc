import type { MessagingLog } from '#messaging';
import { runtime } from '#platform';

export interface PollOptions {
  /** For the log. */
  readonly name: string;
  readonly everyMs: number;
  readonly log: MessagingLog;
  /** @returns whether there may be more to do at once */
  readonly run: () => Promise<boolean>;
}

/** Runs something again and again, never twice at a time, until stopped. A failure is no end. */
export class Poll {
  private cancelTimer: (() => void) | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = true;

  constructor(private readonly options: PollOptions) {}

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.wake();
  }

  /** Runs now, or once more after the run that is under way. */
  wake(): void {
    if (this.stopped) return;
    this.cancelTimer?.();
    this.again = true;
    this.running ??= this.loop();
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelTimer?.();
    await this.running;
  }

  private async loop(): Promise<void> {
    const { run, everyMs, log, name } = this.options;
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        this.again = (await run()) || this.again;
      } catch (error) {
        log.warn({ err: error }, `${name}: failed, will be tried again`);
      }
    }
    this.running = undefined;
    if (this.stopped) return;
    // Replicas that were started together should not ask together for ever.
    const pauseMs = everyMs * (0.8 + 0.4 * runtime.random());
    this.cancelTimer = runtime.after(pauseMs, () => this.wake());
  }
}
