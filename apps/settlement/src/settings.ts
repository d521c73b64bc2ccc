import { parkingSettings } from '#participant';
import { serviceSettings } from '#platform';
import type { z } from 'zod';

export const settlementSettings = serviceSettings.extend({ ...parkingSettings });
export type SettlementSettings = z.output<typeof settlementSettings>;
