import { httpUrl, milliseconds, serviceSettings } from '#platform';
import type { z } from 'zod';

export const analyticsSettings = serviceSettings.extend({
  /** Where all facts are kept, to rebuild the figures from. */
  AUDIT_URL: httpUrl,
  /** How long a rebuild, in its end, may keep new facts waiting for the store to know all old ones. */
  REBUILD_SETTLE_MS: milliseconds.default(10_000),
});
export type AnalyticsSettings = z.output<typeof analyticsSettings>;
