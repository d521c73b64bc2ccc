/** What is asked of the provider, in its own words: typed by its package, whoever sends it. */
import { methodCurrencies } from '#contracts';
import type { Stripe } from 'stripe';
import {
  ProviderRejection,
  type NewIntent,
  type PayWith,
  type Payer,
  type Refund,
  type TimeRange,
} from './payment-provider.js';

/** What these words and the answers' shapes are of; another one of the package must be looked at. */
export const API_VERSION: Stripe.LatestApiVersion = '2026-10-28.endive';
/** Names the return in the metadata of a refund. */
export const RETURN = 'return_id';
const PAGE = 100;
const DAY_MS = 24 * 60 * 60 * 1000;

type SlowPayWith = Exclude<PayWith, { method: 'credit_card' }>;
type Transfer = Stripe.PaymentIntentCreateParams.PaymentMethodOptions.CustomerBalance.BankTransfer;

type TransferCurrency = (typeof methodCurrencies.bank_transfer)[number];

const isTransferCurrency = (currency: string): currency is TransferCurrency =>
  methodCurrencies.bank_transfer.some((one) => one === currency);

/** Each takes one currency; euros need to know of the payer's country and are not among them. */
const TRANSFERS: Readonly<Record<TransferCurrency, Transfer['type']>> = {
  JPY: 'jp_bank_transfer',
  USD: 'us_bank_transfer',
  GBP: 'gb_bank_transfer',
  MXN: 'mx_bank_transfer',
};

export const customerParameters = (
  orderId: string,
  { customerId, email }: Payer,
): Stripe.CustomerCreateParams => ({
  ...(email !== undefined && { email }),
  metadata: { order_id: orderId, customer_id: customerId },
});

/** @param customer the provider's id of the payer, for a transfer */
export const intentParameters = (
  { orderId, amount, currency, method, payer }: NewIntent,
  customer?: string,
): Stripe.PaymentIntentCreateParams => ({
  amount,
  currency: currency.toLowerCase(),
  metadata: { order_id: orderId },
  // Nobody is there who could be sent to another page and back.
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  ...(payer.email !== undefined && { receipt_email: payer.email }),
  ...(customer !== undefined && { customer }),
  ...methodParameters(method, currency),
});

const methodParameters = (
  method: NewIntent['method'],
  currency: string,
): Partial<Stripe.PaymentIntentCreateParams> => {
  switch (method) {
    case 'credit_card':
      return { allowed_payment_method_types: ['card'] };
    case 'convenience_store':
      return { allowed_payment_method_types: ['konbini'] };
    case 'bank_transfer': {
      const type = isTransferCurrency(currency) ? TRANSFERS[currency] : undefined;
      if (type === undefined) throw new ProviderRejection('transfer-currency-not-supported');
      return {
        allowed_payment_method_types: ['customer_balance'],
        payment_method_options: {
          customer_balance: { funding_type: 'bank_transfer', bank_transfer: { type } },
        },
      };
    }
  }
};

export const confirmParameters = (payWith: PayWith): Stripe.PaymentIntentConfirmParams =>
  payWith.method === 'credit_card' ? { payment_method: payWith.token } : slowParameters(payWith);

const slowParameters = ({
  method,
  payer,
  payWithinMs,
}: SlowPayWith): Stripe.PaymentIntentConfirmParams => {
  const { customerId: name, email } = payer;
  const billing_details = { name, ...(email !== undefined && { email }) };
  if (method === 'bank_transfer') {
    return { payment_method_data: { type: 'customer_balance', billing_details } };
  }
  const days = Math.min(60, Math.max(1, Math.ceil(payWithinMs / DAY_MS)));
  return {
    payment_method_data: { type: 'konbini', billing_details },
    payment_method_options: { konbini: { expires_after_days: days } },
  };
};

export const refundParameters = ({
  orderId,
  intentId,
  part,
}: Refund): Stripe.RefundCreateParams => ({
  payment_intent: intentId,
  metadata: { order_id: orderId, ...(part && { [RETURN]: part.returnId }) },
  ...(part && { amount: part.amount }),
});

export const refundsQuery = (intentId: string): Stripe.RefundListParams => ({
  payment_intent: intentId,
  limit: PAGE,
});

export const intentsQuery = (
  { from, to }: TimeRange,
  cursor?: string,
): Stripe.PaymentIntentListParams => ({
  created: { gte: seconds(from), lt: seconds(to) },
  limit: PAGE,
  expand: ['data.latest_charge'],
  ...(cursor !== undefined && { starting_after: cursor }),
});

/** The intent comes with each: a dispute does not know the order by itself. */
export const disputesQuery = (intentId: string, cursor?: string): Stripe.DisputeListParams => ({
  payment_intent: intentId,
  ...disputesPage(cursor),
});

export const disputesOpenedQuery = (
  { from, to }: TimeRange,
  cursor?: string,
): Stripe.DisputeListParams => ({
  created: { gte: seconds(from), lt: seconds(to) },
  ...disputesPage(cursor),
});

const disputesPage = (cursor: string | undefined): Stripe.DisputeListParams => ({
  limit: PAGE,
  expand: ['data.payment_intent'],
  ...(cursor !== undefined && { starting_after: cursor }),
});

const seconds = (time: Date): number => Math.floor(time.getTime() / 1000);
