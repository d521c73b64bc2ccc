import { milliseconds, wholeNumber } from '#platform';

/** To spread into a participant's settings: `serviceSettings.extend({ ...parkingSettings })`. */
export const parkingSettings = {
  /** Tries of a command that throws, the first one counted, until it becomes a dead letter. */
  PARK_ATTEMPTS: wholeNumber(1, 100).default(4),
  /** Pause before the second try; it doubles. */
  PARK_BACKOFF_MS: milliseconds.default(1000),
};
