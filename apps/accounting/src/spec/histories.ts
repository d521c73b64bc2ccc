/** What may happen to payments, settlements and balances, for property tests. */
import fc from 'fast-check';
import type { LedgerFact } from '../domain/facts.js';
import { fact } from '../fixtures/facts.js';

const currency = fc.constantFrom('GBP', 'JPY');
const merchantId = fc.constantFrom('tea', 'coffee');
const amount = fc.integer({ min: 1, max: 100_000 });

/** Parts of a payment that were given back, and disputes about it, in their turn. */
const payment = (mereTotals: boolean) =>
  fc
    .record({
      orderId: fc.uuid(),
      currency,
      merchantId,
      amount,
      fee: fc.option(fc.integer({ min: 0, max: 300 }), { nil: undefined }),
      parts: fc.array(
        fc.record({
          part: fc.integer({ min: 1, max: 1_000 }),
          // once one tells what is new, all later ones do
          isTotal: fc.boolean(),
          feeReturned: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
        }),
        { maxLength: 5 },
      ),
      disputed: fc.option(amount, { nil: undefined }),
      won: fc.boolean(),
    })
    .map(({ parts, disputed, won, fee, ...about }) => {
      let revision = 3;
      let refunded = 0;
      const facts: LedgerFact[] = [fact('payment.completed', { ...about, revision, fee })];
      for (const { part, isTotal, feeReturned } of parts) {
        refunded += part;
        revision += 2;
        const given = mereTotals && isTotal ? {} : { given: part };
        const told = { ...about, revision, refunded, ...given, feeReturned };
        facts.push(fact('refund.completed', told));
      }
      if (disputed === undefined) return facts;
      const chargeback = { ...about, disputed };
      facts.push(fact('chargeback.opened', { ...chargeback, revision: revision + 1 }));
      if (won) facts.push(fact('chargeback.won', { ...chargeback, revision: revision + 2 }));
      return facts;
    });

const settlement = fc
  .record({
    settlementId: fc.uuid(),
    currency,
    merchantId,
    fees: fc.integer({ min: -50, max: 50 }),
    refunds: fc.integer({ min: -50, max: 50 }),
    chargebacks: fc.integer({ min: -50, max: 50 }),
    net: amount,
  })
  .map((given) => {
    const gross = given.net + given.fees + given.refunds + given.chargebacks;
    return [fact('settlement.settled', { ...given, gross })];
  });

const withdrawal = fc
  .record({ withdrawalId: fc.uuid(), currency, merchantId: fc.uuid(), amount, paid: fc.boolean() })
  .map(({ paid, ...about }) => [
    fact('balance.held', { ...about, revision: 1 }),
    paid
      ? fact('withdrawal.paid', { ...about, revision: 2 })
      : fact('balance.released', { ...about, revision: 2 }),
  ]);

/**
 * Facts in the order in which they happened.
 * @param mereTotals whether some refunds tell their totals alone, as those of before
 */
export const ledgerFacts = ({ mereTotals }: { mereTotals: boolean }): fc.Arbitrary<LedgerFact[]> =>
  fc
    .array(fc.oneof({ weight: 3, arbitrary: payment(mereTotals) }, settlement, withdrawal), {
      ...{ minLength: 1, maxLength: 6 },
    })
    .map((histories) => histories.flat());
