/** Disputes in the provider's JSON, as far as it is read: everything else in it may change. */
import { z } from 'zod';
import type { BookedDispute } from './payment-provider.js';

const expandedIntent = z.object({
  id: z.string().min(1),
  metadata: z.record(z.string(), z.string()).nullish(),
});

export const disputesAnswer = z.object({
  has_more: z.boolean(),
  data: z.array(
    z.object({
      id: z.string().min(1).max(200),
      amount: z.int().min(0),
      currency: z.string(),
      payment_intent: expandedIntent.nullish(),
      reason: z.string().nullish(),
      status: z.string(),
    }),
  ),
});

/** Others are questions that have moved no money: `warning_*`, `prevented`, and what is yet to come. */
const STATUSES: Readonly<Partial<Record<string, BookedDispute['status']>>> = {
  needs_response: 'open',
  under_review: 'open',
  won: 'won',
  lost: 'lost',
  appeal_needs_response: 'lost',
  appeal_under_review: 'lost',
};

const LONGEST_REASON = 64;

/** @returns none where no money has moved, or where it was taken by a charge without an intent */
export function bookedDispute(
  dispute: z.output<typeof disputesAnswer>['data'][number],
): BookedDispute[] {
  const { id: disputeId, amount, currency, payment_intent: intent, reason } = dispute;
  const status = STATUSES[dispute.status];
  if (status === undefined || !intent || amount === 0) return [];
  const orderId = intent.metadata?.['order_id'];
  return [
    {
      ...{ disputeId, intentId: intent.id, amount, currency: currency.toUpperCase() },
      ...(orderId !== undefined && { orderId }),
      reason: reason?.slice(0, LONGEST_REASON) || 'general',
      status,
    },
  ];
}
