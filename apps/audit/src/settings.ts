import { serviceSettings } from '#platform';
import type { z } from 'zod';

export const auditSettings = serviceSettings.extend({});
export type AuditSettings = z.output<typeof auditSettings>;
