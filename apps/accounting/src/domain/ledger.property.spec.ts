/**
 * Promise attacked here: whatever the order in which facts come, however often, and however they are
 * split into batches, the ledger is the same, adds up to nothing, and has each amount once.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ledgerFacts } from '../spec/histories.js';
import { entryOf, type Entry } from './entry.js';
import { aggregateOf, contentOf, entryIdOf, type LedgerFact } from './facts.js';
import type { RefundSpan } from './given-back.js';
import { sortOut, type Known } from './sort-out.js';

const knownOf = (entry: Entry): Known => ({
  ...entry,
  currency: entry.lines[0]?.currency ?? '',
});

/** As `book` does it, on a map instead of tables. */
function bookInMemory(batches: readonly (readonly LedgerFact[])[]): Map<string, Entry> {
  const ledger = new Map<string, Entry>();
  for (const facts of batches) {
    const candidates = facts.map((fact) => ({
      ...{ fact, entryId: entryIdOf(fact), content: contentOf(fact) },
    }));
    const { fresh, contradictions } = sortOut(candidates, [...ledger.values()].map(knownOf));
    expect(contradictions).toEqual([]);
    for (const fact of fresh.toSorted((a, b) => a.data.revision - b.data.revision)) {
      const { id } = aggregateOf(fact);
      const spans: RefundSpan[] = [...ledger.values()].flatMap(({ aggregateId, refund }) =>
        aggregateId === id && refund ? [refund] : [],
      );
      const entry = entryOf(fact, spans);
      if (entry) ledger.set(entry.entryId, entry);
    }
  }
  return ledger;
}

/** Debit less credit by currency, account and merchant. */
function sumsOf(ledger: Map<string, Entry>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { lines } of ledger.values()) {
    for (const { currency, account, merchantId, debit, credit } of lines) {
      const key = `${currency} ${account} ${merchantId}`;
      sums[key] = (sums[key] ?? 0) + debit - credit;
    }
  }
  return Object.fromEntries(
    Object.entries(sums)
      .filter(([, sum]) => sum !== 0)
      .sort(),
  );
}

const byId = (ledger: Map<string, Entry>): Entry[] =>
  [...ledger.values()].sort((a, b) => (a.entryId < b.entryId ? -1 : 1));

/** Every fact at least once, some again, in any order, in batches of any size. */
const told = (facts: readonly LedgerFact[]) =>
  fc
    .tuple(
      fc.array(fc.nat(Math.max(0, facts.length - 1)), { maxLength: 10 }),
      fc.array(fc.double({ noNaN: true }), { minLength: 200, maxLength: 200 }),
      fc.integer({ min: 1, max: 7 }),
    )
    .map(([again, dice, size]) => {
      const all = [...facts, ...again.flatMap((index) => facts[index] ?? [])];
      const shuffled = all
        .map((fact, index) => ({ fact, dice: dice[index % dice.length] ?? 0 }))
        .sort((a, b) => a.dice - b.dice)
        .map(({ fact }) => fact);
      return Array.from({ length: Math.ceil(shuffled.length / size) }, (_, batch) =>
        shuffled.slice(batch * size, (batch + 1) * size),
      );
    });

describe('the ledger', () => {
  it('is the same whatever the order, the repetitions and the batches', () => {
    fc.assert(
      fc.property(
        ledgerFacts({ mereTotals: false }).chain((facts) =>
          fc.tuple(fc.constant(facts), told(facts)),
        ),
        ([facts, batches]) => {
          const inTurn = bookInMemory([facts]);
          expect(byId(bookInMemory(batches))).toEqual(byId(inTurn));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('has the same sums also where refunds tell their totals alone', () => {
    fc.assert(
      fc.property(
        ledgerFacts({ mereTotals: true }).chain((facts) =>
          fc.tuple(fc.constant(facts), told(facts)),
        ),
        ([facts, batches]) => {
          const sums = sumsOf(bookInMemory(batches));
          expect(sums).toEqual(sumsOf(bookInMemory([facts])));
          const byCurrency = Map.groupBy(Object.entries(sums), ([key]) => key.slice(0, 3));
          for (const [, ofCurrency] of byCurrency) {
            expect(ofCurrency.reduce((total, [, sum]) => total + sum, 0)).toBe(0);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
