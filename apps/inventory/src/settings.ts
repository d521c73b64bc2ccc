import type { z } from 'zod';
import { parkingSettings } from '#participant';
import { milliseconds, serviceSettings } from '#platform';

export const inventorySettings = serviceSettings.extend({
  ...parkingSettings,
  /** How long a reservation is held when nobody secures it. */
  RESERVATION_TTL_MS: milliseconds.default(900_000),
  /** The longest that anybody may hold stock, whatever the saga asks for. */
  RESERVATION_MAX_MS: milliseconds.default(604_800_000),
  /** Pause between two looks for reservations that have expired. */
  RESERVATION_SWEEP_MS: milliseconds.default(1000),
});
export type InventorySettings = z.output<typeof inventorySettings>;
