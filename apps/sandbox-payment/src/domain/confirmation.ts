/** How an intent is to be paid, and what of it the provider does not take. */
import { invalidRequest } from './answers.js';
import type { Intent } from './books.js';
import type { Token } from './cards.js';
import { TRANSFERS } from './slow-payment.js';

export type Confirmation =
  | { readonly method: 'card'; readonly token: Token }
  | {
      readonly method: 'konbini' | 'customer_balance';
      readonly email?: string | undefined;
      readonly konbiniDays?: number | undefined;
      readonly transfer?: string | undefined;
    };
export type SlowConfirmation = Exclude<Confirmation, { method: 'card' }>;

/** @throws ProviderError 400 */
export const checkMethod = (intent: Intent, { method }: Confirmation): void => {
  if (intent.methods.includes(method)) return;
  throw invalidRequest({
    code: 'payment_intent_incompatible_payment_method',
    message: `This PaymentIntent takes ${intent.methods.join(', ')}, and no ${method}.`,
    param: 'payment_method',
  });
};

/**
 * @returns the kind of bank transfer, where it is one
 * @throws ProviderError 400
 */
export const checkTransfer = (
  { customer, currency, transfer: known }: Intent,
  { method, transfer = known }: SlowConfirmation,
): string | undefined => {
  if (method === 'konbini') return undefined;
  if (customer === undefined) {
    const message = 'A customer is needed to pay from a customer balance.';
    throw invalidRequest({ code: 'parameter_missing', message, param: 'customer' });
  }
  if (transfer !== undefined && TRANSFERS[transfer] === currency) return transfer;
  throw invalidRequest({
    code: transfer === undefined ? 'parameter_missing' : 'payment_method_currency_mismatch',
    message: `The kind of bank transfer is missing or does not take ${currency}.`,
    param: 'payment_method_options[customer_balance][bank_transfer][type]',
  });
};
