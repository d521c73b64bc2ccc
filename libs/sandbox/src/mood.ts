/** How a sandbox behaves for everyone, until told otherwise; single requests choose by their tokens. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

/**
 * - `ok`: answers at once.
 * - `down`: refuses everything (HTTP 503, SMTP 421) without effect.
 * - `slow`: waits `delayMs` before it does what was asked, even if the client has hung up by then.
 */
export const moodSchema = z.strictObject({
  mode: z.enum(['ok', 'down', 'slow']),
  /** Milliseconds, for `slow`; 5 s when absent, which is past the time-outs of this system. */
  delayMs: z.coerce.number().int().min(0).max(600_000).optional(),
});
export type MoodSetting = z.infer<typeof moodSchema>;

const SLOW_DELAY_MS = 5_000;

export class Mood {
  #setting: MoodSetting = { mode: 'ok' };
  readonly #stopping = new AbortController();

  get setting(): MoodSetting {
    return this.#setting;
  }

  set(setting: MoodSetting): void {
    this.#setting =
      setting.mode === 'slow' ? { delayMs: SLOW_DELAY_MS, ...setting } : { mode: setting.mode };
  }

  /** Waits as the mood demands; false when the request must be refused. */
  async admits(): Promise<boolean> {
    if (this.#setting.mode === 'slow') await this.pause(this.#setting.delayMs ?? SLOW_DELAY_MS);
    return this.#setting.mode !== 'down';
  }

  /** A pause that ends early when the sandbox stops. */
  async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  stop(): void {
    this.#stopping.abort();
  }
}
