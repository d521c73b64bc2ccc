/** The provider's JSON, as far as it is read: everything else in it may change. */
import { z } from 'zod';
import type { IntentState } from './payment-provider.js';

const problem = z.object({
  type: z.string().optional(),
  code: z.string().optional(),
  decline_code: z.string().optional(),
  param: z.string().optional(),
});
export type ProviderProblem = z.output<typeof problem>;

export const errorAnswer = z.object({ error: problem });

export const intentAnswer = z.object({
  id: z.string().min(1),
  status: z.string(),
  amount_received: z.int().min(0),
  last_payment_error: problem.nullish(),
});

export const refundAnswer = z.object({
  status: z.string().nullish(),
  amount: z.int().min(0),
  metadata: z.record(z.string(), z.string()).nullish(),
});
export const refundsAnswer = z.object({ data: z.array(refundAnswer) });

/** Most specific code first; texts are left out, because they may repeat what was sent. */
export const codeOf = ({ decline_code, code, type }: ProviderProblem): string =>
  decline_code ?? code ?? type ?? 'unknown';

export function stateOf(intent: z.output<typeof intentAnswer>): IntentState {
  switch (intent.status) {
    case 'succeeded':
      return { kind: 'captured', amount: intent.amount_received };
    case 'canceled':
      return { kind: 'canceled' };
    case 'requires_action':
      // Nobody is there any more who could answer their bank's question.
      return { kind: 'declined', code: 'authentication_required' };
    case 'requires_confirmation':
    case 'requires_payment_method':
      return intent.last_payment_error
        ? { kind: 'declined', code: codeOf(intent.last_payment_error) }
        : { kind: 'unconfirmed' };
    default:
      return { kind: 'processing' };
  }
}
