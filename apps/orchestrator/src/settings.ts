import { milliseconds, serviceSettings, wholeNumber } from '#platform';
import { defaultTiming, type StepTiming } from '#saga';
import type { z } from 'zod';

export const orchestratorSettings = serviceSettings.extend({
  /** How long a step's answer may take before its command goes out again. */
  STEP_TIMEOUT_MS: milliseconds.default(defaultTiming.timeoutMs),
  /** How often a command is sent before its outcome counts as unknown. */
  STEP_ATTEMPTS: wholeNumber(1, 1000).default(defaultTiming.attempts),
  /** The ceiling of the interval between two sendings, which doubles each time. */
  STEP_BACKOFF_MAX_MS: milliseconds.default(defaultTiming.backoffMaxMs),
  /** How often due timers are looked for. */
  TIMER_POLL_MS: milliseconds.default(250),
});
export type OrchestratorSettings = z.output<typeof orchestratorSettings>;

export const stepTiming = (settings: OrchestratorSettings): Required<StepTiming> => ({
  ...defaultTiming,
  timeoutMs: settings.STEP_TIMEOUT_MS,
  attempts: settings.STEP_ATTEMPTS,
  backoffMaxMs: settings.STEP_BACKOFF_MAX_MS,
});
