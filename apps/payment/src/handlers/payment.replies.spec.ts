import { describe, expect, it } from '@jest/globals';
import {
  chargePayment,
  effect,
  paymentCompleted,
  paymentFailed,
  paymentInstructed,
  refundCompleted,
  refundPayment,
} from '#contracts';
import type { CommandAddress } from '#participant';
import { settle, type Outcome } from '../domain/settle.js';
import type { PaymentStatus } from '../domain/payment.js';
import { ORDER, payment } from '../fixtures/payments.js';
import type { StoredPayment } from '../persistence/payment-row.js';
import { factEvents } from './payment.facts.js';
import { answersDue, nothingToUndo } from './payment.replies.js';

const address = (commandId: string): CommandAddress => ({
  commandId,
  issuedOn: '2026-03-15',
  sagaId: 'saga-1',
  businessKey: ORDER,
  traceparent: '00-1-2-01',
});

const stored = (status: PaymentStatus): StoredPayment => ({
  ...payment({ status, intentId: 'pi_1' }),
  captured: status === 'captured' || status === 'refunded' ? 1200 : 0,
  refunded: status === 'refunded' ? 1200 : 0,
  chargeTo: [address('charge')],
  undoTo: [address('undo')],
  goodsRefunds: [],
});

const outcomesOf = (status: PaymentStatus) =>
  answersDue(stored(status)).answers.map(({ to, answer }) => `${to.commandId} ${answer.outcome}`);

describe('what those who wait are told', () => {
  it.each<[PaymentStatus, string[]]>([
    ['accepted', []],
    ['intended', []],
    ['captured', ['charge succeeded']],
    ['declined', ['charge refused']],
    ['failed', ['charge dead']],
    ['canceled', ['charge refused', 'undo succeeded']],
    ['refunded', ['charge refused', 'undo succeeded']],
  ])('of a payment that is %s: %j', (status, expected) => {
    expect(outcomesOf(status)).toEqual(expected);
  });

  it('is owed to nobody afterwards', () => {
    const { payment: after } = answersDue(stored('captured'));
    expect(after).toMatchObject({ chargeTo: [], undoTo: [address('undo')] });
  });

  it.each<PaymentStatus>(['captured', 'declined', 'canceled', 'refunded'])(
    'fits its contract when it is %s',
    (status) => {
      const contracts = { ...chargePayment.replies, ...refundPayment.replies };
      for (const { answer } of answersDue(stored(status)).answers) {
        if (answer.outcome !== 'succeeded' && answer.outcome !== 'refused') throw new Error();
        const contract = contracts[answer.name as keyof typeof contracts];
        expect(contract.kind).toBe(answer.outcome === 'succeeded' ? 'success' : 'refusal');
        expect(contract.data.safeParse(answer.result).success).toBe(true);
        for (const one of answer.effects ?? []) expect(effect.safeParse(one).success).toBe(true);
      }
    },
  );

  it('fits its contract when there is nothing to take back', () => {
    expect(nothingToUndo()).toMatchObject({
      name: 'payment.payment-refunded',
      result: { refunded: 0 },
    });
  });
});

describe('what others are told', () => {
  const contracts = [paymentInstructed, paymentCompleted, paymentFailed, refundCompleted];
  const events = (outcome: Outcome) => {
    const before = stored('intended');
    return factEvents(before, settle(before, outcome), address('charge'), new Date(0));
  };

  it.each<Outcome>([
    { kind: 'captured', captured: 1200 },
    { kind: 'declined', code: 'lost', attempt: 1 },
    { kind: 'instructed', instructions: { reference: 'R', payBy: '2026-11-29T12:00:00Z' } },
    { kind: 'expired' },
    { kind: 'dropped' },
    { kind: 'refunded', captured: 1200, refunded: 1200 },
  ])('fits its contract after %j', (outcome) => {
    const told = events(outcome);
    expect(told.length).toBeGreaterThan(0);
    for (const { type, topic, key, data } of told) {
      const contract = contracts.find(({ name }) => type === `com.example.${name}`);
      expect({ topic, key }).toEqual({ topic: contract?.topic, key: ORDER });
      expect(contract?.data.safeParse(data).error).toBeUndefined();
    }
  });

  it('has an id of its own for each fact, the same whenever it is made', () => {
    const ids = events({ kind: 'refunded', captured: 1200, refunded: 1200 }).map(({ id }) => id);
    expect(ids).toEqual([`payment.completed:${ORDER}:2`, `refund.completed:${ORDER}:3`]);
  });

  it('carries on the trace of what caused it', () => {
    expect(events({ kind: 'dropped' })[0]).toMatchObject({
      causationid: 'charge',
      correlationid: 'saga-1',
      traceparent: '00-1-2-01',
    });
  });
});
