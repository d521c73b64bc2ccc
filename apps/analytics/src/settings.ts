import { serviceSettings } from '#platform';
import type { z } from 'zod';

export const analyticsSettings = serviceSettings.extend({});
export type AnalyticsSettings = z.output<typeof analyticsSettings>;
