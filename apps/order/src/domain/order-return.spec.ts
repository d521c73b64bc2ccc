import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { returnOrderInput } from '#contracts';
import { refundOfLost, selectItems } from './order-return.js';

const line = (productId: string, quantity: number, unitPrice: number) => ({
  productId,
  quantity,
  unitPrice,
});
const want = (productId: string, quantity: number) => ({ productId, quantity });
const ordered = [line('mug', 2, 100), line('pot', 1, 500), line('mug', 1, 70)];

describe('what may come back', () => {
  it('is worth what was paid for it', () => {
    expect(selectItems(ordered, [], [want('mug', 1), want('pot', 1)])).toEqual({
      kind: 'possible',
      items: [line('mug', 1, 100), line('pot', 1, 500)],
      amount: 600,
    });
  });

  it('is taken at the prices of its lines, one after the other', () => {
    const all = selectItems(ordered, [], [want('mug', 2), want('mug', 1)]);
    expect(all).toMatchObject({ items: [line('mug', 2, 100), line('mug', 1, 70)], amount: 270 });
    const rest = selectItems(ordered, [line('mug', 1, 100)], [want('mug', 2)]);
    expect(rest).toMatchObject({ items: [line('mug', 1, 100), line('mug', 1, 70)], amount: 170 });
  });

  it('is never more than was ordered and is not on its way back', () => {
    const taken = [line('mug', 2, 100), line('pot', 1, 500)];
    expect(selectItems(ordered, taken, [want('mug', 2)])).toEqual({
      kind: 'too-many',
      productId: 'mug',
      left: 1,
    });
    expect(selectItems(ordered, taken, [want('pot', 1)])).toMatchObject({ left: 0 });
  });

  it('fits the message contracts in the lines it was ordered in, however much it is', () => {
    const many = line('mug', 1_000_000, 1);
    const halves = [want('mug', 900_000), want('mug', 900_000)];
    const found = selectItems([many, many], [], halves);
    expect(found).toMatchObject({ items: [many, line('mug', 800_000, 1)], amount: 1_800_000 });
    const { items } = found as Extract<typeof found, { kind: 'possible' }>;
    expect(returnOrderInput.shape.items.safeParse(items)).toMatchObject({ success: true });
    expect(selectItems([many, many], items, [want('mug', 200_001)])).toMatchObject({
      kind: 'too-many',
      left: 200_000,
    });
    // as a return was kept that was asked for before
    const merged = line('mug', 1_200_000, 1);
    expect(selectItems([many, many], [merged], [want('mug', 800_000)])).toMatchObject({
      items: [line('mug', 800_000, 1)],
    });
  });

  it('is nothing that was never ordered', () => {
    const found = selectItems(ordered, [], [want('mug', 1), want('pan', 1)]);
    expect(found).toEqual({ kind: 'not-ordered', productId: 'pan' });
  });

  it('is worth the whole order in the end, whatever the parts', () => {
    const product = fc.constantFrom<string[]>('a', 'b', 'c');
    const quantity = fc.integer({ min: 1, max: 5 });
    const lines = fc.array(fc.record({ productId: product, quantity, unitPrice: fc.nat(99) }), {
      minLength: 1,
      maxLength: 6,
    });
    const parts = fc.array(fc.record({ productId: product, quantity }), { maxLength: 40 });
    fc.assert(
      fc.property(lines, parts, (given, wishes) => {
        const taken: (typeof given)[number][] = [];
        let amount = 0;
        const all = [...wishes, ...given.flatMap((one) => Array<typeof one>(5).fill(one))];
        for (const { productId, quantity: wanted } of all) {
          for (const wish of [wanted, 1]) {
            const found = selectItems(given, taken, [want(productId, wish)]);
            if (found.kind !== 'possible') continue;
            taken.push(...found.items);
            amount += found.amount;
          }
        }
        const total = given.reduce((sum, one) => sum + one.quantity * one.unitPrice, 0);
        expect(amount).toBe(total);
      }),
    );
  });
});

describe('what a lost parcel gives back', () => {
  const now = new Date('2026-11-26T12:00:00Z');
  const lost = (taken: readonly ReturnType<typeof line>[], items = ordered) =>
    refundOfLost({ orderId: 'o-1', items }, taken, 'r-1', now);

  it('is all of it, at what was paid', () => {
    expect(lost([])).toEqual({
      returnId: 'r-1',
      orderId: 'o-1',
      origin: 'parcel-lost',
      items: ordered,
      refundAmount: 770,
      status: 'approved',
      revision: 1,
      createdAt: now,
      updatedAt: now,
    });
  });

  it('is what no return is to bring back', () => {
    const left = lost([line('mug', 2, 100), line('pot', 1, 500)]);
    expect(left).toMatchObject({ items: [line('mug', 1, 70)], refundAmount: 70 });
    expect(lost(ordered)).toBeUndefined();
  });

  it('is nothing where nothing was paid', () => {
    expect(lost([], [line('gift', 2, 0)])).toBeUndefined();
  });
});
