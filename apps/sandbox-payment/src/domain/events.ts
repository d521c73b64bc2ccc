/** What the provider tells its clients by webhook, as Stripe's API writes it. */
import type { WebhookEntry } from '#sandbox';
import { disputeAnswer, intentAnswer, refundAnswer } from './answers.js';
import type { Entry, Intent } from './books.js';
import { randomId } from './random-id.js';

const TYPES: Readonly<Partial<Record<Entry['kind'], readonly string[]>>> = {
  created: ['payment_intent.created'],
  awaiting: ['payment_intent.requires_action'],
  captured: ['payment_intent.succeeded'],
  declined: ['payment_intent.payment_failed'],
  expired: ['payment_intent.payment_failed'],
  canceled: ['payment_intent.canceled'],
  refunded: ['refund.created'],
  'refund-failed': ['refund.updated', 'refund.failed'],
  disputed: ['charge.dispute.created'],
  'dispute-closed': ['charge.dispute.closed'],
};

/** For an entry that was just applied: they hold what it was about as it stands then. */
export const eventsOf = (entry: Entry, intent: Intent, nowMs: number): WebhookEntry[] =>
  (TYPES[entry.kind] ?? []).map((type) => {
    const event = {
      id: `evt_${randomId()}`,
      object: 'event',
      type,
      created: Math.floor(nowMs / 1000),
      data: { object: objectOf(entry, intent) },
      livemode: false,
    };
    return { kind: 'webhook', id: event.id, type, body: JSON.stringify(event), atMs: nowMs };
  });

const objectOf = (entry: Entry, intent: Intent): object => {
  if (entry.kind === 'disputed' || entry.kind === 'dispute-closed') {
    const dispute = intent.disputes.find(({ id }) => id === entry.id);
    return dispute === undefined ? intentAnswer(intent) : disputeAnswer(dispute, intent);
  }
  if (entry.kind !== 'refunded' && entry.kind !== 'refund-failed') return intentAnswer(intent);
  const refund = intent.refunds.find(({ id }) => id === entry.id);
  return refund === undefined ? intentAnswer(intent) : refundAnswer(refund, intent);
};
