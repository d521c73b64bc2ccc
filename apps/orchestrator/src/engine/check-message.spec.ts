import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { chargePayment, refundPayment } from '#contracts';
import { carryOn, compensate, mendable, saga } from '#saga';
import { mendProblem } from './check-message.js';

const payload = () => {
  throw new Error('never built here');
};
const compensation = { command: refundPayment, payload };
const expired = { 'payment.payment-expired': compensate } as const;
const base = { command: chargePayment, payload, compensation };
const definition = saga({ name: 'cards', version: 1, input: z.object({ card: z.string() }) })
  .compensable('charge', {
    ...base,
    on: {
      ...expired,
      'payment.payment-declined': mendable({
        windowMs: 1_000,
        data: z.object({ card: z.string() }),
        apply: (_: { card: string }, { card }) => ({ card }),
      }),
    },
  })
  .compensable('gift', { ...base, on: { ...expired, 'payment.payment-declined': carryOn } })
  .compensable('tip', { ...base, on: { ...expired, 'payment.payment-declined': compensate } })
  .build();

const problem = (step: string, data: unknown) =>
  mendProblem(definition, { kind: 'mend', messageId: 'm', step, data });

describe('a mend', () => {
  it('fits a step that can be mended by such data, or the misfit is named', () => {
    expect(problem('charge', { card: 'better' })).toBeUndefined();
    expect(problem('charge', { card: 7 })).toContain("the data for 'charge' does not fit: card");
    expect(problem('gift', { card: 'x' })).toBe("the step 'gift' cannot be mended");
    expect(problem('tip', { card: 'x' })).toBe("the step 'tip' cannot be mended");
    expect(problem('other', {})).toBe("'cards' has no step 'other'");
  });
});
