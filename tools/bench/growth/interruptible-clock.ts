import { setTimeout as after } from 'node:timers/promises';
import type { Clock } from '../../../bench/load.js';

/** A clock whose pauses end at once when the user has had enough: a load then ends by itself. */
export const interruptibleClock = (signal: AbortSignal): Clock => ({
  now: () => performance.now(),
  sleep: (ms) => after(ms, undefined, { signal }).catch(() => undefined),
});
