/** How a sandbox behaves for everyone, until told otherwise; single requests choose by their tokens. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

export const WEBHOOK_WISHES = ['ok', 'off', 'late', 'twice', 'shuffled'] as const;

/**
 * - `ok`: answers at once.
 * - `down`: refuses everything (HTTP 503, SMTP 421) without effect.
 * - `slow`: waits `delayMs` before it does what was asked, even if the client has hung up by then.
 *
 * Some can do more, which is their own business; see `MORE_MODES`.
 *
 * `webhooks` is how a sandbox that sends them does so:
 * - `ok`: as soon as something has happened.
 * - `off`: none; what happens meanwhile is told when they are on again.
 * - `late`: `delayMs` after it happened.
 * - `twice`: each of them twice.
 * - `shuffled`: held back for a moment, and then one after the other, the newest first.
 */
const moodSchemaOf = (modes: readonly Mode[]) =>
  z.strictObject({
    mode: z.enum(modes),
    /** Milliseconds, for `slow` and `late`; 5 s when absent, past the time-outs of this system. */
    delayMs: z.coerce.number().int().min(0).max(600_000).optional(),
    webhooks: z.enum(WEBHOOK_WISHES).optional(),
  });

const COMMON_MODES = ['ok', 'slow', 'down'] as const;
/**
 * - `late`: does what was asked, and answers `delayMs` afterwards.
 * - `mute`: does what was asked, and hangs up without an answer.
 * - `refuse`: says a business no to everything that it is asked to do.
 */
export const MORE_MODES = ['late', 'mute', 'refuse'] as const;
export type Mode = (typeof COMMON_MODES | typeof MORE_MODES)[number];
export type MoodSetting = z.infer<ReturnType<typeof moodSchemaOf>>;
export type WebhookWish = (typeof WEBHOOK_WISHES)[number];

const SLOW_DELAY_MS = 5_000;

export class Mood {
  #setting: MoodSetting = { mode: 'ok' };
  readonly #stopping = new AbortController();
  readonly #listeners: (() => void)[] = [];
  /** What it can be set to, in the order of the page's buttons. */
  readonly modes: readonly Mode[];
  readonly schema: ReturnType<typeof moodSchemaOf>;

  /** @param more what this sandbox can do beyond what all can */
  constructor(more: readonly (typeof MORE_MODES)[number][] = []) {
    this.modes = [...COMMON_MODES, ...more];
    this.schema = moodSchemaOf(this.modes);
  }

  /** Without `webhooks` they are sent as they should be. */
  get setting(): MoodSetting {
    return this.#setting;
  }

  get webhooks(): WebhookWish {
    return this.#setting.webhooks ?? 'ok';
  }

  get delayMs(): number {
    return this.#setting.delayMs ?? SLOW_DELAY_MS;
  }

  /** Replaces all of it: what is absent is as it should be. */
  set({ mode, delayMs = SLOW_DELAY_MS, webhooks = 'ok' }: MoodSetting): void {
    this.#setting = {
      mode,
      ...((mode === 'slow' || mode === 'late' || webhooks === 'late') && { delayMs }),
      ...(webhooks !== 'ok' && { webhooks }),
    };
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` after each change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Waits as the mood demands; false when the request must be refused. */
  async admits(): Promise<boolean> {
    if (this.#setting.mode === 'slow') await this.pause(this.delayMs);
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
