/** The provider's JSON, as far as it is read: everything else in it may change. */
import { OutboundError, plainCode, type OutboundAnswer } from '#platform';
import { z } from 'zod';
import type { BookedIntent, CustomerInstructions, IntentState } from './payment-provider.js';

const problem = z.object({
  type: z.string().nullish(),
  code: z.string().nullish(),
  decline_code: z.string().nullish(),
  param: z.string().nullish(),
});
export type ProviderProblem = z.output<typeof problem>;

const errorAnswer = z.object({ error: problem });

export const TARGET = 'payment provider';

/**
 * @returns undefined when the provider did what it was asked
 * @throws OutboundError for what another try may answer
 */
export function problemOf({ status, body }: OutboundAnswer): ProviderProblem | undefined {
  if (status >= 200 && status < 300) return undefined;
  // Another request holds this key right now; it will have its answer by the next try.
  if (status === 409) throw new OutboundError(TARGET, 'server-error', 'HTTP 409');
  const parsed = errorAnswer.safeParse(body);
  return parsed.success ? parsed.data.error : { code: `http_${status}` };
}

const nextAction = z.object({
  type: z.string(),
  konbini_display_details: z
    .object({
      expires_at: z.int(),
      hosted_voucher_url: z.string().nullish(),
      stores: z.record(
        z.string(),
        z.object({ confirmation_number: z.string().nullish() }).nullish(),
      ),
    })
    .optional(),
  display_bank_transfer_instructions: z
    .object({ reference: z.string().nullish(), hosted_instructions_url: z.string().nullish() })
    .optional(),
});

export const intentAnswer = z.object({
  id: z.string().min(1),
  status: z.string(),
  amount_received: z.int().min(0),
  last_payment_error: problem.nullish(),
  next_action: nextAction.nullish(),
});
type IntentAnswer = z.output<typeof intentAnswer>;

const charge = z.object({ amount_captured: z.int().min(0), amount_refunded: z.int().min(0) });

export const intentsAnswer = z.object({
  has_more: z.boolean(),
  data: z.array(
    intentAnswer.extend({
      amount: z.int().min(0),
      currency: z.string(),
      metadata: z.record(z.string(), z.string()).nullish(),
      latest_charge: charge.nullish(),
    }),
  ),
});

export const customerAnswer = z.object({ id: z.string().min(1) });

export const refundAnswer = z.object({
  status: z.string().nullish(),
  amount: z.int().min(0),
  metadata: z.record(z.string(), z.string()).nullish(),
});
export const refundsAnswer = z.object({ data: z.array(refundAnswer) });

/** Most specific code first; texts are left out, because they may repeat what was sent. */
export const codeOf = ({ decline_code, code, type }: ProviderProblem): string =>
  plainCode(decline_code || code || type || 'unknown');

export const declinedBy = (error: ProviderProblem): IntentState => ({
  kind: 'declined',
  code: codeOf(error),
});

export function stateOf(intent: IntentAnswer): IntentState {
  switch (intent.status) {
    case 'succeeded':
      return { kind: 'captured', amount: intent.amount_received };
    case 'canceled':
      return canceledState(intent);
    case 'requires_action': {
      const instructions = instructionsOf(intent);
      if (instructions) return { kind: 'awaiting-customer', instructions };
      // Nobody is there any more who could answer their bank's question.
      return { kind: 'declined', code: 'authentication_required' };
    }
    case 'requires_confirmation':
    case 'requires_payment_method':
      return failedState(intent);
    default:
      return { kind: 'processing' };
  }
}

function canceledState(intent: IntentAnswer): IntentState {
  const before = failedState(intent);
  return { kind: 'canceled', ...(before.kind === 'declined' && { code: before.code }) };
}

function failedState({ last_payment_error: error }: IntentAnswer): IntentState {
  if (!error) return { kind: 'unconfirmed' };
  return error.code === 'payment_intent_payment_attempt_expired'
    ? { kind: 'expired' }
    : declinedBy(error);
}

function instructionsOf({
  id,
  next_action: action,
}: IntentAnswer): CustomerInstructions | undefined {
  const { konbini_display_details: shop, display_bank_transfer_instructions: bank } = action ?? {};
  if (shop) {
    const numbers = Object.values(shop.stores).map((store) => store?.confirmation_number);
    return {
      reference: numbers.find((number) => number) ?? id,
      ...(shop.hosted_voucher_url && { url: shop.hosted_voucher_url }),
      payBy: new Date(shop.expires_at * 1000).toISOString(),
    };
  }
  if (!bank) return undefined;
  return {
    // Without one, the account that the page names is this customer's alone.
    reference: bank.reference || id,
    ...(bank.hosted_instructions_url && { url: bank.hosted_instructions_url }),
  };
}

export const bookedIntent = (
  intent: z.output<typeof intentsAnswer>['data'][number],
): BookedIntent => {
  const orderId = intent.metadata?.['order_id'];
  return {
    intentId: intent.id,
    ...(orderId !== undefined && { orderId }),
    amount: intent.amount,
    currency: intent.currency.toUpperCase(),
    status: stateOf(intent).kind,
    captured: intent.latest_charge?.amount_captured ?? 0,
    refunded: intent.latest_charge?.amount_refunded ?? 0,
  };
};
