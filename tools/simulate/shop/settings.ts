/** Settings of the simulated services: short pauses, so that little virtual time passes idly. */
import { ANY_CHANNEL, type PayoutAccount } from '#contracts';
import { Sealer } from '#platform';
import type { KnownMerchant } from '../../../apps/payment/src/persistence/fee-rate-rows.js';
import { CLOSED_ACCOUNT } from '../outside/bank.js';

export const PAYMENT_TOKEN_KEY = Buffer.alloc(32, 7).toString('base64');

const sealer = new Sealer(PAYMENT_TOKEN_KEY);
/** Sealed once: a seal holds random bytes, and costs more than the rest of an order. */
export const SEALED = { ok: sealer.seal('tok_ok'), declined: sealer.seal('tok_declined') };

export const OUTBOUND_TIMEOUT_MS = 3_000;
export const OUTBOUND = {
  OUTBOUND_CONNECTIONS: 8,
  OUTBOUND_TIMEOUT_MS,
  OUTBOUND_BACKOFF_MS: 300,
  OUTBOUND_BACKOFF_MAX_MS: 5_000,
};
/** How long customers may take to pay by transfer, and how often the provider is asked meanwhile. */
export const PAYING = { PAY_WITHIN_MS: 12_000, PAY_POLL_MS: 5_000 };
/** How parcels are sent. */
export const SENDING = { CARRIER_SERVICE: 'standard' } as const;
/** How often the carrier's feed is read without its being told to, and how long one who reads may. */
export const TRACKING = { TRACKING_POLL_MS: 3_000, OUTBOUND_TIMEOUT_MS: 600 };
/** How often the carrier is asked where goods are. */
export const RETURN_POLLS = { RETURN_POLL_MS: 400, RETURN_POLL_MAX_MS: 5_000 };
export const MAIL = {
  MAIL_CONNECTIONS: 2,
  MAIL_TIMEOUT_MS: OUTBOUND_TIMEOUT_MS,
  MAIL_ATTEMPTS: 400,
  MAIL_BACKOFF_MS: 500,
  MAIL_BACKOFF_MAX_MS: 5_000,
};

/** Who sells, and at which fee; all orders are theirs. */
export const MERCHANT = {
  merchantId: 'merchant-1',
  revision: 1,
  feeRates: [
    {
      rateId: 'rate-1',
      channel: ANY_CHANNEL,
      validFrom: '1970-01-01T00:00:00Z',
      basisPoints: 325,
      fixed: [{ currency: 'JPY', amount: 3 }],
    },
  ],
} as const satisfies KnownMerchant;

export const CURRENCY = 'JPY';
/** What was settled to merchants before the world begins, minor units. */
export const BALANCES: ReadonlyMap<string, number> = new Map([
  ['merchant-1', 100_000],
  ['merchant-2', 50_000],
]);
/** That of one of them is closed. */
export const accountOf = (merchantId: string): PayoutAccount => ({
  currency: CURRENCY,
  holder: merchantId,
  number: merchantId === 'merchant-2' ? CLOSED_ACCOUNT : 'JP00OPEN',
});
/** How much may be drawn. */
export const LIMITS = {
  minimum: () => 1_000,
  maximum: () => 50_000,
  maximumADay: () => 60_000,
};
/** For how long a request waits for another one with its key. */
export const KEY_WAIT_MS = 2_000;
/** How often the bank is asked what has become of a payout. */
export const PAYOUT_POLLS = { PAYOUT_POLL_MS: 400, PAYOUT_POLL_MAX_MS: 5_000 };

/** How often replicas look for work that nobody told them of. */
export const POLL_MS = 5_000;
export const TIMER_POLL_MS = 1_000;
export const PARK_BACKOFF_MS = 500;
