import { milliseconds, wholeNumber } from '#platform';
import { sandboxSettings, webhookSettings, webhooksTogether } from '#sandbox';
import { RETURN_TRANSIT_MS } from './domain/carrier.js';
import { DELIVERED_AFTER_MS, PICKUP_AFTER_MS } from './domain/parcels.js';

const timer = wholeNumber(0, 2_147_483_647);

const all = sandboxSettings.extend({
  ...webhookSettings,
  RETURN_TRANSIT_MS: milliseconds.default(RETURN_TRANSIT_MS),
  /** Until a van comes; 0: it is at the door, and the answer says so. */
  PICKUP_AFTER_MS: timer.default(PICKUP_AFTER_MS),
  /** From the van to the customer. */
  DELIVERED_AFTER_MS: timer.default(DELIVERED_AFTER_MS),
});

export const sandboxCarrierSettings = all.refine(...webhooksTogether);
