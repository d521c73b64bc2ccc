/**
 * Who sells, at which fees, and where their money goes. Facts hold all of a merchant, so the latest is
 * enough.
 */
import { z } from 'zod';
import { defineEvent } from './contract.js';
import { currency, minorUnits } from './values.js';

/** Who is suspended takes no orders. */
export const merchantStatus = z.enum(['active', 'suspended']);
export type MerchantStatus = z.infer<typeof merchantStatus>;

/** A rate for every channel that has none of its own. */
export const ANY_CHANNEL = '*';
export const BASIS_POINTS = 10_000;

export const feeRate = z.object({
  rateId: z.string().min(1).max(64),
  /** As orders name it, or `*`. */
  channel: z.string().min(1).max(32),
  /** RFC 3339, UTC: counts from this moment on, until the next one of its channel. */
  validFrom: z.string(),
  /** Hundredths of a per cent of what was paid. */
  basisPoints: z.int().min(0).max(BASIS_POINTS),
  /** On top, for each payment in that currency. */
  fixed: z.array(z.object({ currency, amount: minorUnits })).max(20),
});
export type FeeRate = z.infer<typeof feeRate>;

/** One a currency. */
export const payoutAccount = z.object({
  currency,
  holder: z.string().min(1).max(140),
  /** As the bank writes it: an IBAN, or an account number. */
  number: z.string().min(4).max(34),
  /** BIC, sort code or branch, where the number alone does not tell. */
  bank: z.string().min(1).max(34).optional(),
});
export type PayoutAccount = z.infer<typeof payoutAccount>;

const SHOWN_DIGITS = 4;

/** The account as it is shown: the end of its number is enough to know it by. */
export const shownAccount = ({ currency: of, holder, number, bank }: PayoutAccount) => ({
  currency: of,
  holder,
  number: `…${number.slice(-Math.min(SHOWN_DIGITS, Math.floor(number.length / 2)))}`,
  ...(bank !== undefined && { bank }),
});

/** A key that is good; what it is a hash of is known to its holder only. */
export const apiKey = z.object({
  keyId: z.string().min(1).max(64),
  /** SHA-256 of the whole key, hex. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ApiKey = z.infer<typeof apiKey>;

const merchantFact = z.object({
  merchantId: z.string().min(1).max(64),
  /** Grows by one with each change of the merchant. */
  revision: z.int().min(1),
  name: z.string().min(1).max(200),
  status: merchantStatus,
  /** Of the IANA database; the merchant's days begin at midnight there. */
  timeZone: z.string().min(1).max(64),
  feeRates: z.array(feeRate),
  payoutAccounts: z.array(payoutAccount),
  apiKeys: z.array(apiKey),
  occurredAt: z.string(),
});
export type MerchantFact = z.infer<typeof merchantFact>;

export const merchantCreated = defineEvent({
  name: 'merchant.created',
  version: 1,
  topic: 'merchant.events',
  data: merchantFact,
});
export const merchantUpdated = defineEvent({
  name: 'merchant.updated',
  version: 1,
  topic: 'merchant.events',
  data: merchantFact,
});

/**
 * The rate of a payment in this channel at this moment: the latest of the channel's own that has begun,
 * else the latest for every channel.
 * @param at epoch ms
 */
export function feeRateAt(
  rates: readonly FeeRate[],
  channel: string,
  at: number,
): FeeRate | undefined {
  const latestOf = (wanted: string): FeeRate | undefined => {
    let latest: FeeRate | undefined;
    for (const rate of rates) {
      const from = Date.parse(rate.validFrom);
      if (rate.channel !== wanted || from > at) continue;
      if (latest === undefined || from > Date.parse(latest.validFrom)) latest = rate;
    }
    return latest;
  };
  return latestOf(channel) ?? latestOf(ANY_CHANNEL);
}

/**
 * Minor units: the share of the amount, half a unit rounded up, and what is fixed for the currency.
 * Never more than the amount. No rate, no fee.
 */
export function feeOf(rate: FeeRate | undefined, amount: number, inCurrency: string): number {
  if (rate === undefined) return 0;
  // Amounts may be so large that ten thousand times them is no longer a whole double.
  const share = (BigInt(amount) * BigInt(rate.basisPoints) + 5_000n) / BigInt(BASIS_POINTS);
  const fixed = rate.fixed.find((one) => one.currency === inCurrency)?.amount ?? 0;
  return Math.min(amount, Number(share) + fixed);
}
