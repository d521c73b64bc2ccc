import { milliseconds, serviceSettings, wholeNumber } from '#platform';
import { defaultTiming, type StepTiming } from '#saga';
import type { z } from 'zod';
import type { BulkLimits } from './bulk/bulk-desk.js';

export const orchestratorSettings = serviceSettings.extend({
  /** How long a step's answer may take before its command goes out again. */
  STEP_TIMEOUT_MS: milliseconds.default(defaultTiming.timeoutMs),
  /** How often a command is sent before its outcome counts as unknown. */
  STEP_ATTEMPTS: wholeNumber(1, 1000).default(defaultTiming.attempts),
  /** The ceiling of the interval between two sendings, which doubles each time. */
  STEP_BACKOFF_MAX_MS: milliseconds.default(defaultTiming.backoffMaxMs),
  /** How often due timers are looked for. */
  TIMER_POLL_MS: milliseconds.default(250),
  /** A bulk action on more sagas than this needs the approval of a second person. */
  BULK_APPROVAL_ABOVE: wholeNumber(0, 1_000_000).default(100),
  /** Sagas a second for each participant, where a bulk action does not say it. */
  BULK_PER_SECOND: wholeNumber(1, 1000).default(50),
});
export type OrchestratorSettings = z.output<typeof orchestratorSettings>;

export const stepTiming = (settings: OrchestratorSettings): Required<StepTiming> => ({
  ...defaultTiming,
  timeoutMs: settings.STEP_TIMEOUT_MS,
  attempts: settings.STEP_ATTEMPTS,
  backoffMaxMs: settings.STEP_BACKOFF_MAX_MS,
});

export const bulkLimits = (settings: OrchestratorSettings): BulkLimits => ({
  approvalAbove: settings.BULK_APPROVAL_ABOVE,
  perSecond: settings.BULK_PER_SECOND,
});
