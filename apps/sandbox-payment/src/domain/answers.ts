/** Customers, intents, charges, refunds, disputes and errors as Stripe's API writes them. Times there are epoch seconds. */
import { ProviderError } from '#sandbox';
import type { Customer, Dispute, Intent, PaymentError, Refund } from './books.js';
import { nextActionAnswer } from './next-action.js';

/** @param expandCharge whether the latest charge is shown itself and not by its id */
export const intentAnswer = (intent: Intent, expandCharge = false) => ({
  id: intent.id,
  object: 'payment_intent',
  status: intent.status,
  amount: intent.amount,
  amount_received: received(intent),
  currency: intent.currency,
  customer: intent.customer ?? null,
  latest_charge: expandCharge ? chargeAnswer(intent) : (intent.charge ?? null),
  metadata: intent.metadata,
  next_action: nextActionAnswer(intent),
  payment_method_types: intent.methods,
  receipt_email: intent.receiptEmail ?? null,
  created: seconds(intent.createdAtMs),
  livemode: false,
  last_payment_error: intent.lastError === undefined ? null : paymentError(intent.lastError),
});

const received = ({ captures, amount }: Intent): number => (captures > 0 ? amount : 0);

const chargeAnswer = (intent: Intent) =>
  intent.charge === undefined
    ? null
    : {
        id: intent.charge,
        object: 'charge',
        status: intent.captures > 0 ? 'succeeded' : 'failed',
        amount: intent.amount,
        amount_captured: received(intent),
        amount_refunded: intent.amountRefunded,
        disputed: intent.disputes.length > 0,
        currency: intent.currency,
        payment_intent: intent.id,
      };

export const refundAnswer = (refund: Refund, { currency, charge = null }: RefundedIntent) => ({
  id: refund.id,
  object: 'refund',
  status: refund.failed ? 'failed' : 'succeeded',
  amount: refund.amount,
  charge,
  currency,
  payment_intent: refund.intentId,
  metadata: refund.metadata,
  created: seconds(refund.atMs),
});
type RefundedIntent = { readonly currency: string; readonly charge?: string | null | undefined };

/** @param expandIntent whether the intent is shown itself and not by its id */
export const disputeAnswer = (dispute: Dispute, intent: Intent, expandIntent = false) => ({
  id: dispute.id,
  object: 'dispute',
  status: dispute.status,
  amount: dispute.amount,
  charge: intent.charge ?? null,
  currency: intent.currency,
  payment_intent: expandIntent ? intentAnswer(intent) : intent.id,
  reason: dispute.reason,
  is_charge_refundable: false,
  metadata: {},
  created: seconds(dispute.atMs),
  livemode: false,
});

export const customerAnswer = (customer: Customer) => ({
  id: customer.id,
  object: 'customer',
  email: customer.email ?? null,
  name: customer.name ?? null,
  metadata: customer.metadata,
  created: seconds(customer.createdAtMs),
  livemode: false,
});

const paymentError = ({
  type = 'card_error',
  code,
  declineCode,
  message,
  charge,
}: PaymentError) => ({
  type,
  code,
  ...(declineCode !== undefined && { decline_code: declineCode }),
  ...(charge !== undefined && { charge }),
  message,
});

const seconds = (ms: number): number => Math.floor(ms / 1000);

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

export const noSuch = (object: string, id: string, param = 'id', status = 404): ProviderError =>
  invalidRequest(
    { code: 'resource_missing', message: `No such ${object}: '${id}'`, param },
    status,
  );

export const unexpectedState = (intent: Intent, verb: string): ProviderError =>
  invalidRequest({
    code: 'payment_intent_unexpected_state',
    message: `A PaymentIntent with the status ${intent.status} cannot be ${verb}.`,
    payment_intent: intentAnswer(intent),
  });

export const declined = (intent: Intent, error: PaymentError): ProviderError =>
  new ProviderError(402, {
    error: { ...paymentError(error), payment_intent: intentAnswer(intent) },
  });

export const keyConflict = (): ProviderError =>
  new ProviderError(400, {
    error: {
      type: 'idempotency_error',
      message: 'This Idempotency-Key was first used for another request or other parameters.',
    },
  });
