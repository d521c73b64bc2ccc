/** What the API takes, parameter by parameter. */
import { z } from 'zod';
import { invalidRequest } from '../domain/answers.js';
import { METHODS } from '../domain/books.js';
import { TOKENS, type Token } from '../domain/cards.js';
import type { Confirmation } from '../domain/confirmation.js';
import type { ListDisputes } from '../domain/disputes.js';
import type { ListIntents } from '../domain/listing.js';
import type { CreateIntent } from '../domain/provider.js';
import { TRANSFERS } from '../domain/slow-payment.js';
import { formOf, listOf, metadata, text } from './form.js';

const amount = text
  .regex(/^[1-9]\d{0,12}$/, 'must be a positive whole number of minor units')
  .transform(Number);
const wholeNumber = text.regex(/^\d{1,12}$/, 'must be a whole number').transform(Number);

const methodOptions = z
  .strictObject({
    konbini: z
      .strictObject({ expires_after_days: wholeNumber.pipe(z.int().min(1).max(60)).optional() })
      .optional(),
    customer_balance: z
      .strictObject({
        funding_type: z.literal('bank_transfer'),
        bank_transfer: z
          .strictObject({
            type: z.enum(Object.keys(TRANSFERS)),
            eu_bank_transfer: z.strictObject({ country: text }).optional(),
          })
          .optional(),
      })
      .optional(),
  })
  .optional()
  .transform((options) => ({
    konbiniDays: options?.konbini?.expires_after_days,
    transfer: options?.customer_balance?.bank_transfer?.type,
  }));

export const createCustomerParameters = formOf({
  email: text.optional(),
  name: text.optional(),
  metadata,
});

const methods = listOf(z.enum(METHODS));

export const createIntentParameters = formOf({
  amount,
  currency: text
    .regex(/^[A-Za-z]{3}$/, 'must be an ISO currency code')
    .transform((code) => code.toLowerCase()),
  /** The newer name, and the one before. */
  allowed_payment_method_types: methods.optional(),
  payment_method_types: methods.optional(),
  automatic_payment_methods: z
    .strictObject({ enabled: text, allow_redirects: text.optional() })
    .optional(),
  payment_method_options: methodOptions,
  customer: text.optional(),
  receipt_email: text.optional(),
  metadata,
}).transform(({ amount: wanted, currency, customer, metadata: about, ...given }): CreateIntent => ({
  ...{ amount: wanted, currency, customer, metadata: about },
  ...given.payment_method_options,
  methods: given.allowed_payment_method_types ?? given.payment_method_types ?? ['card'],
  receiptEmail: given.receipt_email,
}));

/** From this version of the API on the older name is gone. */
const NEWER_NAME_SINCE = '2026-09-30';

/** @throws ProviderError 400 for a parameter that this version of the API does not have */
export const checkVersion = (body: unknown, version: string | string[] | undefined): void => {
  const names = Object.keys(body ?? {});
  const older = names.find((name) => name.startsWith('payment_method_types['));
  if (older === undefined || String(version ?? '') < NEWER_NAME_SINCE) return;
  const message = 'Received unknown parameter: payment_method_types';
  throw invalidRequest({ code: 'parameter_unknown', message, param: 'payment_method_types' });
};

/** @throws ProviderError 400 for what a shop in Japan cannot take */
export const withPossibleMethods = (wanted: CreateIntent): CreateIntent => {
  if (!wanted.methods.includes('konbini') || wanted.currency === 'jpy') return wanted;
  throw invalidRequest({
    code: 'payment_method_currency_mismatch',
    message: `konbini takes jpy and no ${wanted.currency}.`,
    param: 'currency',
  });
};

export const confirmParameters = formOf({
  payment_method: text.optional(),
  payment_method_data: z
    .strictObject({
      type: z.enum(['konbini', 'customer_balance']),
      billing_details: z.strictObject({ email: text.optional(), name: text.optional() }).optional(),
    })
    .optional(),
  payment_method_options: methodOptions,
});

/** @throws ProviderError 400 `resource_missing`, as for any card that the provider does not know. */
export const confirmationOf = ({
  payment_method: card,
  payment_method_data: data,
  payment_method_options,
}: z.output<typeof confirmParameters>): Confirmation => {
  if (card !== undefined) return { method: 'card', token: knownToken(card) };
  if (data === undefined) {
    const message = 'payment_method or payment_method_data is needed to confirm.';
    throw invalidRequest({ code: 'parameter_missing', message, param: 'payment_method' });
  }
  const { type: method, billing_details } = data;
  return { method, email: billing_details?.email, ...payment_method_options };
};

const knownToken = (card: string): Token => {
  const token = TOKENS.find((known) => known === card);
  if (token !== undefined) return token;
  const message = `No such PaymentMethod; this sandbox knows ${TOKENS.join(', ')}.`;
  throw invalidRequest({ code: 'resource_missing', message, param: 'payment_method' });
};

export const listIntentsQuery = formOf({
  created: z.strictObject({ gte: wholeNumber.optional(), lt: wholeNumber.optional() }).optional(),
  limit: wholeNumber.pipe(z.int().min(1).max(100)).default(10),
  starting_after: text.optional(),
  expand: listOf(z.literal('data.latest_charge')).optional(),
}).transform(({ created, limit, starting_after, expand }): ListIntents => ({
  from: created?.gte,
  before: created?.lt,
  limit,
  startingAfter: starting_after,
  expandCharge: expand !== undefined,
}));

export const createRefundParameters = formOf({
  payment_intent: text,
  amount: amount.optional(),
  metadata,
});

export const listRefundsQuery = formOf({
  payment_intent: text,
  limit: wholeNumber.pipe(z.int().min(1).max(100)).optional(),
});
/** As the API names them. */
const REASONS = [
  ...(['credit_not_processed', 'duplicate', 'fraudulent', 'general'] as const),
  ...(['product_not_received', 'product_unacceptable', 'subscription_canceled'] as const),
  'unrecognized',
] as const;

/** Of the control route: JSON, a form, or nothing at all. */
export const openDisputeParameters = z
  .strictObject({
    amount: z.union([z.int().min(1), amount]).optional(),
    reason: z.enum(REASONS).default('fraudulent'),
  })
  .prefault({});

export const listDisputesQuery = formOf({
  payment_intent: text.optional(),
  created: z.strictObject({ gte: wholeNumber.optional(), lt: wholeNumber.optional() }).optional(),
  limit: wholeNumber.pipe(z.int().min(1).max(100)).default(10),
  starting_after: text.optional(),
  expand: listOf(z.literal('data.payment_intent')).optional(),
}).transform(({ payment_intent, created, limit, starting_after, expand }): ListDisputes => ({
  intentId: payment_intent,
  from: created?.gte,
  before: created?.lt,
  limit,
  startingAfter: starting_after,
  expandIntent: expand !== undefined,
}));

export const idParameter = z.object({ id: z.string() });
export const idempotencyKey = z.string().min(1).max(255).optional();
