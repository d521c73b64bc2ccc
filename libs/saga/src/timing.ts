/** When an unanswered command goes out again. */
import type { Step, StepTiming } from './definition.js';

const DAY_MS = 24 * 60 * 60 * 1000;

export const defaultTiming: Required<StepTiming> = {
  timeoutMs: 10_000,
  attempts: 5,
  backoff: 'exponential',
  backoffMaxMs: 60_000,
  pendingMs: 7 * DAY_MS,
};

/** How long a command that nobody has seen yet stays valid; barriers remember longer than this. */
export const COMMAND_VALIDITY_MS = 7 * DAY_MS;

/**
 * A participant remembers a command for so long after its day of issue that a copy sent within these
 * days is valid to its end. One sent later would meet a barrier that has forgotten the first.
 */
const RESEND_DAYS = 7;

export const isTooOldToResend = (issuedOn: string, now: number): boolean =>
  // Days in this form compare as they follow each other.
  issuedOn <= utcDay(now - RESEND_DAYS * DAY_MS);

/** Up to a fifth is added to an interval, so that what failed together is not retried together. */
const JITTER_SHARE = 0.2;

export const timingOf = (step: Step, defaults: Required<StepTiming>): Required<StepTiming> => ({
  timeoutMs: step.timeoutMs ?? defaults.timeoutMs,
  attempts: step.attempts ?? defaults.attempts,
  backoff: step.backoff ?? defaults.backoff,
  backoffMaxMs: step.backoffMaxMs ?? defaults.backoffMaxMs,
  pendingMs: step.pendingMs ?? defaults.pendingMs,
});

/** Milliseconds to wait for an answer to sending number `attempt` (from 1). `jitter` is in [0, 1). */
export const intervalMs = (
  timing: Required<StepTiming>,
  attempt: number,
  jitter: number,
): number => {
  const { timeoutMs, backoffMaxMs } = timing;
  // 2^30 is far beyond any ceiling and still an exact integer.
  const factor = timing.backoff === 'fixed' ? 1 : 2 ** Math.min(attempt - 1, 30);
  const base = Math.max(timeoutMs, Math.min(timeoutMs * factor, backoffMaxMs));
  return Math.round(base * (1 + JITTER_SHARE * jitter));
};

export const longestIntervalMs = (timing: Required<StepTiming>, jitter: number): number =>
  intervalMs(timing, Number.MAX_SAFE_INTEGER, jitter);

/** UTC day of a moment, `YYYY-MM-DD`. */
export const utcDay = (epochMs: number): string => {
  // Civil date from days since 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms"):
  // the core may not touch the Date object, which would also let it read the clock.
  const days = Math.floor(epochMs / DAY_MS) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${year}-${pad(month)}-${pad(day)}`;
};

const pad = (n: number): string => String(n).padStart(2, '0');
