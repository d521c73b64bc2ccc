/** A payment's changes as the facts that others read. */
import {
  chargebackLost,
  chargebackOpened,
  chargebackWon,
  eventType,
  paymentCompleted,
  paymentFailed,
  paymentInstructed,
  paymentRequested,
  refundCompleted,
  refundFailed,
} from '#contracts';
import type { OutgoingEvent } from '#messaging';
import { factsBetween, type Fact } from '../domain/facts.js';
import type { Chargeback } from '../domain/payment.js';
import type { StoredPayment } from '../persistence/payment-row.js';

const FACTS = {
  requested: paymentRequested,
  instructed: paymentInstructed,
  completed: paymentCompleted,
  failed: paymentFailed,
  refunded: refundCompleted,
  'refund-failed': refundFailed,
  'chargeback-opened': chargebackOpened,
  'chargeback-won': chargebackWon,
  'chargeback-lost': chargebackLost,
} as const;

type AnyFact = Fact | { readonly kind: 'requested'; readonly revision: number };

/** `cause`: the command that the change answers, if it answers one. */
export function factEvents(
  before: StoredPayment,
  after: StoredPayment,
  cause: StoredPayment['chargeTo'][number] | undefined,
  now: Date,
): OutgoingEvent[] {
  return factsBetween(before, after).map((fact) => factEvent(fact, after, cause, now));
}

/** The first that is heard of a payment. */
export const requestedEvent = (payment: StoredPayment, now: Date): OutgoingEvent =>
  factEvent({ kind: 'requested', revision: payment.revision }, payment, payment.chargeTo[0], now);

function factEvent(
  fact: AnyFact,
  payment: StoredPayment,
  cause: StoredPayment['chargeTo'][number] | undefined,
  now: Date,
): OutgoingEvent {
  const { name, topic } = FACTS[fact.kind];
  return {
    topic,
    key: payment.orderId,
    id: `${name}:${payment.orderId}:${fact.revision}`,
    source: 'payment',
    type: eventType(name),
    subject: payment.orderId,
    time: now.toISOString(),
    correlationid: payment.sagaId,
    ...(cause && { causationid: cause.commandId }),
    ...(cause?.traceparent !== undefined && { traceparent: cause.traceparent }),
    data: factData(fact, payment, now),
  };
}

const factData = (fact: AnyFact, payment: StoredPayment, now: Date) => ({
  orderId: payment.orderId,
  revision: fact.revision,
  merchantId: payment.merchantId,
  customerId: payment.customerId,
  channel: payment.channel,
  method: payment.method,
  currency: payment.currency,
  amount: payment.amount,
  occurredAt: now.toISOString(),
  ...detailsOf(fact, payment),
});

function detailsOf(fact: AnyFact, payment: StoredPayment): object {
  switch (fact.kind) {
    case 'requested':
      return {};
    case 'instructed':
      return { instructions: payment.instructions };
    case 'completed': {
      const { fee, feeRateId } = payment;
      return { fee, ...(feeRateId !== null && { feeRateId }) };
    }
    case 'failed': {
      const { code, outcome } = fact;
      return { reason: { code, message: 'The payment was not made.' }, outcome };
    }
    case 'refunded': {
      const { given, feeReturned } = fact;
      return { refunded: payment.refunded, given, feeReturned };
    }
    case 'refund-failed':
      return {
        reason: { code: fact.code, message: 'The provider will not give the money back.' },
      };
    case 'chargeback-opened': {
      const { reason: code } = fact.chargeback;
      const message = "The customer's bank has taken the money back.";
      return { ...disputedBy(fact.chargeback), reason: { code, message } };
    }
    case 'chargeback-won':
    case 'chargeback-lost':
      return disputedBy(fact.chargeback);
  }
}

const disputedBy = ({ chargebackId, disputed }: Chargeback) => ({ chargebackId, disputed });
