/** Form parameters as Stripe's clients send them: flat text, with `metadata[name]` for maps. */
import { z } from 'zod';
import { invalidRequest } from '../domain/answers.js';
import { TOKENS, type Token } from '../domain/provider.js';

const amount = z
  .string()
  .regex(/^[1-9]\d{0,12}$/, 'must be a positive whole number of minor units')
  .transform(Number);

/** A form that repeats a parameter, or a JSON body, is not what the API takes. */
const form = z.record(z.string(), z.string({ error: 'must be one value' }), {
  error: 'must be a form (application/x-www-form-urlencoded)',
});

const metadataOf = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => {
      const inner = /^metadata\[([^\]]{1,40})\]$/.exec(name)?.[1];
      return inner === undefined ? [] : [[inner, value]];
    }),
  );

const formWithMetadata = form.transform((fields) => ({
  ...fields,
  metadata: metadataOf(fields),
}));

export const createIntentParameters = formWithMetadata.pipe(
  z.object({
    amount,
    currency: z
      .string()
      .regex(/^[A-Za-z]{3}$/, 'must be an ISO currency code')
      .transform((code) => code.toLowerCase()),
    metadata: z.record(z.string(), z.string()),
  }),
);

export const confirmParameters = form.pipe(z.object({ payment_method: z.string().min(1) }));

/** @throws ProviderError 400 `resource_missing`, as for any card that the provider does not know. */
export const knownToken = (paymentMethod: string): Token => {
  const token = TOKENS.find((known) => known === paymentMethod);
  if (token !== undefined) return token;
  const message = `No such PaymentMethod; this sandbox knows ${TOKENS.join(', ')}.`;
  throw invalidRequest({ code: 'resource_missing', message, param: 'payment_method' });
};

export const createRefundParameters = formWithMetadata.pipe(
  z.object({
    payment_intent: z.string().min(1),
    amount: amount.optional(),
    metadata: z.record(z.string(), z.string()),
  }),
);

export const listRefundsQuery = z.object({ payment_intent: z.string().min(1) });
export const idParameter = z.object({ id: z.string() });
export const idempotencyKey = z.string().min(1).max(255).optional();
