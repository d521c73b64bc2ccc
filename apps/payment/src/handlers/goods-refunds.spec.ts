/**
 * Promises attacked here: what returned goods cost is given back once a return, wherever a run is
 * cut off, and taking the whole payment back gives back what is left, never more.
 */
import { describe, expect, it } from '@jest/globals';
import { OutboundError } from '#platform';
import { acceptGoodsRefund, acceptUndo } from '../domain/accept.js';
import { factsBetween } from '../domain/facts.js';
import { nextStep } from '../domain/next-step.js';
import { isGivenBack, type Payment } from '../domain/payment.js';
import { settle } from '../domain/settle.js';
import { DiedError, FakeProvider, type Fault } from '../fixtures/fake-provider.js';
import { ORDER, payment } from '../fixtures/payments.js';
import { PaymentExecution } from './payment.execution.js';

const CAPTURED = 1200;
const wish = (returnId: string, amount: number) => ({
  orderId: ORDER,
  currency: 'JPY',
  returnId,
  amount,
});

interface Plan {
  readonly amounts: readonly number[];
  readonly faults?: readonly Fault[];
  /** It is taken back after this many calls. */
  readonly undoAfter?: number;
  /** After this call the run stalls, and goes on when another one has done everything. */
  readonly stallAfter?: number;
  /** So many outcomes are lost. */
  readonly lost?: number;
}

/** @returns the row, the facts and the provider's books when there is nothing left to do */
async function ended({ amounts, faults = [], undoAfter, stallAfter, lost = 0 }: Plan) {
  let row: Payment = payment({ status: 'captured', intentId: 'pi_1', captured: CAPTURED });
  amounts.forEach((amount, index) => {
    const acceptance = acceptGoodsRefund(row, wish(`r-${index}`, amount), `refund-${index}`);
    if (acceptance.kind === 'later') row = acceptance.payment;
  });
  const facts: string[] = [];
  let calls = 0;
  const undo = (): void => {
    const acceptance = acceptUndo(row, 'undo-1');
    if (acceptance.kind === 'later') row = acceptance.payment;
  };
  const provider = new FakeProvider(['none', 'none', ...faults], async () => {
    calls += 1;
    // the first two have made and captured the intent
    if (calls === (undoAfter ?? -9) + 2) undo();
    if (calls === (stallAfter ?? -9) + 2) await finish(0);
  });
  const execution = new PaymentExecution(
    provider,
    { open: (sealed) => sealed },
    {
      find: () => Promise.resolve(row),
      storeIntent: () => Promise.resolve(false),
      instruct: () => Promise.reject(new Error('a card needs no instructions')),
    },
    { payWithinMs: 60_000, pollMs: 1_000 },
  );
  async function finish(losing: number): Promise<void> {
    for (let run = 0; run < 30 && nextStep(row) !== 'rest'; run += 1) {
      try {
        const outcome = await execution.execute(ORDER, new AbortController().signal);
        if (run < losing) continue;
        const after = settle(row, outcome);
        facts.push(...factsBetween(row, after).map(({ kind }) => kind));
        row = after;
      } catch (error) {
        if (!(error instanceof OutboundError) && !(error instanceof DiedError)) throw error;
      }
    }
  }
  const id = await provider.createIntent({
    ...{ orderId: ORDER, attempt: 1, amount: CAPTURED, currency: 'JPY' },
    ...{ method: 'credit_card', payer: { customerId: 'c-1' } },
  });
  await provider.confirmIntent(id, { method: 'credit_card', token: 'tok_ok' });
  if (undoAfter === 0) undo();
  await finish(lost);
  return { row, facts, provider };
}

const FAULTS: readonly Fault[] = ['none', 'lost-request', 'lost-answer', 'dies'];
const sequences = (length: number): Fault[][] =>
  length === 0
    ? [[]]
    : sequences(length - 1).flatMap((rest) => FAULTS.map((fault) => [fault, ...rest]));

describe('refunding goods', () => {
  it('gives each part back once, whatever goes wrong with the first four calls', async () => {
    for (const faults of sequences(4)) {
      for (const lost of [0, 1]) {
        const { row, provider } = await ended({ amounts: [300, 500], faults, lost });
        expect(provider.totals).toMatchObject({ captures: 1, refunded: 800 });
        expect(row).toMatchObject({ status: 'captured', wanted: 'captured', refunded: 800 });
        expect(row.goodsRefunds.every(({ done }) => done)).toBe(true);
      }
    }
  });

  it('gives each part back once when two runs are at it', async () => {
    for (const stallAfter of [1, 2]) {
      const { row, provider } = await ended({ amounts: [300, 500], stallAfter });
      expect(provider.totals.refunded).toBe(800);
      expect(row.refunded).toBe(800);
    }
  });

  it('leaves for the undoing what is left, and never more', async () => {
    for (const faults of sequences(3)) {
      for (const undoAfter of [0, 1, 2, 3]) {
        const { row, provider } = await ended({ amounts: [300, 900], faults, undoAfter });
        expect(provider.totals.refunded).toBe(CAPTURED);
        if (row.wanted === 'captured') {
          expect(row).toMatchObject({ status: 'captured', refunded: CAPTURED });
        } else {
          expect(row).toMatchObject({ status: 'refunded', refunded: CAPTURED });
        }
        expect(row.goodsRefunds.every((refund) => isGivenBack(row, refund))).toBe(true);
      }
    }
  });

  it('is told once a change, and not again when the rest is nothing', async () => {
    const { facts } = await ended({ amounts: [300, 900] });
    expect(facts).toEqual(['refunded']);
    expect((await ended({ amounts: [300], undoAfter: 1 })).facts).toEqual(['refunded', 'refunded']);
  });
});

describe('accepting a refund of goods', () => {
  const captured = payment({ status: 'captured', intentId: 'pi_1', captured: 1200, chargeTo: [] });
  const accept = (current: Payment<string> | undefined, returnId: string, amount: number) => {
    const acceptance = acceptGoodsRefund(current, wish(returnId, amount), `to-${returnId}`);
    if (acceptance.kind === 'conflict' || acceptance.kind === 'nothing-to-undo') throw new Error();
    return acceptance;
  };

  it('never exceeds what was captured, all returns together', () => {
    const one = accept(captured, 'r-1', 700).payment;
    expect(() => accept(one, 'r-2', 501)).toThrow('500 are left');
    expect(accept(one, 'r-2', 500)).toMatchObject({ kind: 'later', work: true });
  });

  it('is one a return: it waits with the first, or is known', () => {
    const one = accept(captured, 'r-1', 700).payment;
    const two = accept(one, 'r-1', 700);
    expect(two).toMatchObject({
      kind: 'later',
      payment: { goodsRefunds: [{ to: ['to-r-1', 'to-r-1'] }] },
    });
    const done = settle(two.payment, { kind: 'goods-refunded', returnIds: ['r-1'], rejected: [] });
    expect(accept(done, 'r-1', 700)).toEqual({ kind: 'known', payment: done });
    expect(() => accept(done, 'r-1', 600)).toThrow('700 before');
  });

  it('adds up, one after the other, and counts none twice', () => {
    const given = (current: Payment<string>, returnId: string) =>
      settle(current, { kind: 'goods-refunded', returnIds: [returnId], rejected: [] });
    const one = given(accept(captured, 'r-1', 700).payment, 'r-1');
    const two = given(accept(one, 'r-2', 200).payment, 'r-2');
    expect([one.refunded, two.refunded]).toEqual([700, 900]);
    expect(given(two, 'r-1')).toBe(two);
  });

  it('stays open when the provider rejects it, and says why', () => {
    const rejected = [{ returnId: 'r-1', code: 'expired_or_canceled_card' }];
    const open = accept(captured, 'r-1', 700).payment;
    const after = settle(open, { kind: 'goods-refunded', returnIds: [], rejected });
    expect(after).toMatchObject({ refunded: 0, problemCode: 'expired_or_canceled_card' });
    expect(nextStep(after)).toBe('refund-goods');
  });

  it('needs money that was captured and is not being taken back', () => {
    expect(() => accept(undefined, 'r-1', 1)).toThrow('not known');
    expect(() => accept(payment(), 'r-1', 1)).toThrow('accepted');
    expect(() => accept({ ...captured, wanted: 'undone' }, 'r-1', 1)).toThrow('captured');
    const other = { ...wish('r-1', 1), currency: 'EUR' };
    expect(() => acceptGoodsRefund(captured, other, 'to')).toThrow('paid in JPY');
  });
});
