import { parkingSettings } from '#participant';
import { serviceSettings } from '#platform';
import type { z } from 'zod';

export const withdrawalSettings = serviceSettings.extend({ ...parkingSettings });
export type WithdrawalSettings = z.output<typeof withdrawalSettings>;
