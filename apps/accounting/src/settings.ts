import { serviceSettings } from '#platform';
import type { z } from 'zod';

export const accountingSettings = serviceSettings.extend({});
export type AccountingSettings = z.output<typeof accountingSettings>;
