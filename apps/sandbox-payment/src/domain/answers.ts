/** Intents, refunds and errors as Stripe's API writes them. Times there are epoch seconds. */
import { ProviderError } from '#sandbox';
import type { CardError, Intent, Refund } from './books.js';

export const intentAnswer = (intent: Intent) => ({
  id: intent.id,
  object: 'payment_intent',
  status: intent.status,
  amount: intent.amount,
  amount_received: intent.captures > 0 ? intent.amount : 0,
  currency: intent.currency,
  metadata: intent.metadata,
  created: Math.floor(intent.createdAtMs / 1000),
  livemode: false,
  last_payment_error: intent.lastError === undefined ? null : cardError(intent.lastError),
});

export const refundAnswer = (refund: Refund, currency: string) => ({
  id: refund.id,
  object: 'refund',
  status: 'succeeded',
  amount: refund.amount,
  currency,
  payment_intent: refund.intentId,
  metadata: refund.metadata,
  created: Math.floor(refund.atMs / 1000),
});

const cardError = ({ code, declineCode, message }: CardError) => ({
  type: 'card_error',
  code,
  decline_code: declineCode,
  message,
});

export const errorBody = (status: number, message: string) => ({
  error: { type: status >= 500 ? 'api_error' : 'invalid_request_error', message },
});

interface InvalidRequest {
  readonly code: string;
  readonly message: string;
  readonly param?: string;
  readonly payment_intent?: object;
}

export const invalidRequest = (error: InvalidRequest, status = 400): ProviderError =>
  new ProviderError(status, { error: { type: 'invalid_request_error', ...error } });

export const noSuch = (object: 'payment_intent' | 'refund', id: string): ProviderError =>
  invalidRequest(
    { code: 'resource_missing', message: `No such ${object}: '${id}'`, param: 'id' },
    404,
  );

export const unexpectedState = (intent: Intent, verb: string): ProviderError =>
  invalidRequest({
    code: 'payment_intent_unexpected_state',
    message: `A PaymentIntent with the status ${intent.status} cannot be ${verb}.`,
    payment_intent: intentAnswer(intent),
  });

export const declined = (intent: Intent, error: CardError): ProviderError =>
  new ProviderError(402, {
    error: { ...cardError(error), payment_intent: intentAnswer(intent) },
  });

export const keyConflict = (): ProviderError =>
  new ProviderError(400, {
    error: {
      type: 'idempotency_error',
      message: 'This Idempotency-Key was first used for another request or other parameters.',
    },
  });
