/** Promises attacked here: what is held is there, comes back whole or is drawn whole, and adds up. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { draw, hold, release, type Balance } from './balance.js';
import { beyondLimit, limitOf, type Limits } from './limits.js';
import { Till } from './till.js';

const DAY = '2026-06-01';
const limits: Limits = { minimum: () => 2, maximum: () => 50, maximumADay: () => 80 };
const share = { merchantId: 'tea', currency: 'GBP' };
const balance = (available: number): Balance => ({
  ...{ ...share, available, held: 0, drawn: 0, revision: 1 },
});

describe('limits', () => {
  it.each([
    ['1000', { GBP: 1000, JPY: 1000 }],
    ['GBP:100,JPY:10000', { GBP: 100, JPY: 10_000, EUR: 7 }],
    ['1000, JPY : 10000', { GBP: 1000, JPY: 10_000 }],
  ])('are read from %s', (text, amounts) => {
    const limit = limitOf(text, 7);
    for (const [currency, amount] of Object.entries(amounts))
      expect(limit?.(currency)).toBe(amount);
  });

  it.each(['', 'GBP', 'GBP:', 'GBP:1,GBP:2', '1,2', 'gbp:1', '-1', '1.5', '1000000000001'])(
    'are none in %j',
    (text) => expect(limitOf(text, 7)).toBeUndefined(),
  );

  it('allow what is exactly at them', () => {
    const at = (amount: number, today = 0) =>
      beyondLimit(limits, { currency: 'GBP', amount, today });
    expect([at(2), at(50), at(50, 30)]).toEqual([undefined, undefined, undefined]);
    expect(at(1)).toEqual({ limit: 'minimum', allowed: 2 });
    expect(at(51)).toEqual({ limit: 'maximum', allowed: 50 });
    expect(at(50, 31)).toEqual({ limit: 'maximum-a-day', allowed: 49 });
    expect(at(5, 90)).toEqual({ limit: 'maximum-a-day', allowed: 0 });
  });
});

describe('a balance', () => {
  const step = fc.record({
    what: fc.constantFrom('hold', 'release', 'draw'),
    withdrawalId: fc.constantFrom('a', 'b', 'c', 'd'),
    amount: fc.integer({ min: 1, max: 60 }),
  });

  it('adds up and stays above zero, whatever is asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 120 }), fc.array(step), (settled, steps) => {
        const till = new Till([balance(settled)], [], [], DAY);
        for (const { what, withdrawalId, amount } of steps) {
          const current = till.holdOf(withdrawalId);
          const request = { ...share, withdrawalId, amount, day: DAY };
          if (what === 'hold') {
            const today = till.todayOf(share);
            const decision = hold(current, till.balanceOf(share), request, { limits, today });
            if (decision.kind === 'held') till.apply(decision.change);
          } else {
            const change = attempt(() =>
              what === 'release'
                ? release(current, till.balanceOf)
                : draw(current, withdrawalId, till.balanceOf),
            );
            if (change) till.apply(change);
          }
          const { available, held, drawn } = till.balanceOf(share);
          expect(available + held + drawn).toBe(settled);
          expect(Math.min(available, held, drawn)).toBeGreaterThanOrEqual(0);
          expect(till.todayOf(share)).toBe(held + drawn);
          expect(held + drawn).toBeLessThanOrEqual(80);
        }
      }),
    );
  });

  it('promises nobody what is set aside for another', () => {
    const till = new Till([balance(30)], [], [], DAY);
    const ask = (withdrawalId: string, amount: number) => {
      const request = { ...share, withdrawalId, amount, day: DAY };
      const current = till.holdOf(withdrawalId);
      const decision = hold(current, till.balanceOf(share), request, { limits, today: 0 });
      if (decision.kind === 'held') till.apply(decision.change);
      return decision.kind;
    };
    expect([ask('a', 20), ask('b', 20), ask('b', 10)]).toEqual(['held', 'insufficient', 'held']);
  });

  it('gets back what was held once, and nothing of what was drawn', () => {
    const till = new Till([balance(30)], [], [], DAY);
    for (const withdrawalId of ['a', 'b']) {
      const request = { ...share, withdrawalId, amount: 10, day: DAY };
      const decision = hold(undefined, till.balanceOf(share), request, { limits, today: 0 });
      if (decision.kind === 'held') till.apply(decision.change);
    }
    const back = release(till.holdOf('a'), till.balanceOf);
    if (back) till.apply(back);
    expect(till.balanceOf(share)).toMatchObject({ available: 20, held: 10 });
    expect(release(till.holdOf('a'), till.balanceOf)).toBeUndefined();
    const drawn = draw(till.holdOf('b'), 'b', till.balanceOf);
    if (drawn) till.apply(drawn);
    expect(() => release(till.holdOf('b'), till.balanceOf)).toThrow('what it held is drawn');
    expect(till.balanceOf(share)).toMatchObject({ available: 20, held: 0, drawn: 10 });
  });

  it('holds anew what was given back, and reports both over its whole life', () => {
    const till = new Till([balance(100)], [], [], DAY);
    const ask = (amount: number) => {
      const request = { ...share, withdrawalId: 'a', amount, day: DAY };
      const decision = hold(till.holdOf('a'), till.balanceOf(share), request, { limits, today: 0 });
      if (decision.kind === 'held') till.apply(decision.change);
      return decision.kind;
    };
    expect([ask(10), ask(10), ask(20)]).toEqual(['held', 'unchanged', 'conflict']);
    const change = release(till.holdOf('a'), till.balanceOf);
    if (change) till.apply(change);
    expect(ask(20)).toBe('held');
    expect(till.holdOf('a')).toMatchObject({ amount: 20, taken: 30, returned: 10, revision: 3 });
    expect(till.changes().holds).toHaveLength(1);
  });
});

/** Undefined for what is refused with an error. */
function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
