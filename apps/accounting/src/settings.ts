import { httpUrl, milliseconds, outboundSettings, serviceSettings, wholeNumber } from '#platform';
import { z } from 'zod';

export const accountingSettings = serviceSettings.extend({
  ...outboundSettings,
  /** Where all facts are kept: the ledger is compared with them, or built anew. */
  AUDIT_URL: httpUrl,
  /** Whose books the ledger is compared with. */
  PAYMENT_URL: httpUrl,
  BANK_URL: httpUrl,
  BANK_KEY: z.string().min(1),
  /** `manual`: days are closed by people alone. */
  DAY_CLOSE: z.enum(['auto', 'manual']).default('auto'),
  /** After the end of a day (UTC) until it is closed; facts that come later are booked on an open day. */
  DAY_CLOSE_GRACE_MS: wholeNumber(0, 2_147_483_647).default(21_600_000),
  /** Between two looks whether a day is to be closed. */
  DAY_CLOSE_POLL_MS: milliseconds.default(60_000),
  /** `manual`: days are compared with the books of others only when somebody asks for it. */
  RECONCILIATION: z.enum(['auto', 'manual']).default('auto'),
  /** Between two looks whether a day is still to be compared with the books of others. */
  RECONCILIATION_POLL_MS: milliseconds.default(900_000),
});
export type AccountingSettings = z.output<typeof accountingSettings>;
