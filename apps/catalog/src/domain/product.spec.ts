import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nameOfType, productCreated, productUpdated } from '#contracts';
import { factEvent } from './facts.js';
import { revise, reviseRead, type Product, type ProductWish } from './product.js';

const wish: ProductWish = { productId: 'mug', name: 'A mug', unitPrice: 100, currency: 'GBP' };
const mug: Product = { ...wish, status: 'active', revision: 3 };

const anyWish: fc.Arbitrary<ProductWish> = fc.record(
  {
    productId: fc.constant('mug'),
    name: fc.constantFrom('A mug', 'A red mug'),
    unitPrice: fc.constantFrom(100, 120),
    currency: fc.constantFrom('GBP', 'JPY'),
    status: fc.constantFrom('active', 'withdrawn'),
  },
  { requiredKeys: ['productId', 'name', 'unitPrice', 'currency'] },
);

describe('a product', () => {
  it('is new and active at revision 1', () => {
    expect(revise(undefined, wish)).toEqual({
      kind: 'created',
      product: { ...wish, status: 'active', revision: 1 },
    });
    expect(revise(undefined, { ...wish, status: 'withdrawn' }).product.status).toBe('withdrawn');
  });

  it.each([
    ['name', { name: 'A red mug' }],
    ['price', { unitPrice: 101 }],
    ['currency', { currency: 'JPY' }],
    ['status', { status: 'withdrawn' as const }],
  ])('has another revision with another %s', (_, change) => {
    expect(revise(mug, { ...wish, ...change })).toEqual({
      kind: 'updated',
      product: { ...mug, ...change, revision: 4 },
    });
  });

  it('is not changed by what it is already', () => {
    expect(revise(mug, wish)).toEqual({ kind: 'unchanged', product: mug });
    expect(revise(mug, { ...wish, status: 'active' }).kind).toBe('unchanged');
  });

  it('stays withdrawn when only its price changes', () => {
    const gone: Product = { ...mug, status: 'withdrawn' };
    expect(revise(gone, { ...wish, unitPrice: 1 }).product.status).toBe('withdrawn');
    expect(revise(gone, { ...wish, status: 'active' }).kind).toBe('updated');
  });

  it('is changed only by who has read its latest revision, where that matters', () => {
    const cheaper = { ...wish, unitPrice: 99 };
    expect(reviseRead(mug, cheaper, 3).kind).toBe('updated');
    expect(reviseRead(mug, cheaper, 2)).toEqual({ kind: 'moved', revision: 3 });
    expect(reviseRead(mug, cheaper, 4)).toEqual({ kind: 'moved', revision: 3 });
    expect(reviseRead(undefined, wish, 1)).toEqual({ kind: 'moved', revision: undefined });
    // the same request again, of which the first answer was lost
    expect(reviseRead(mug, wish, 2)).toEqual({ kind: 'unchanged', product: mug });
  });

  it('is made only where there is none, where that matters', () => {
    expect(reviseRead(undefined, wish, 'absent').kind).toBe('created');
    expect(reviseRead(mug, wish, 'absent')).toEqual({ kind: 'moved', revision: 3 });
  });

  it('has revisions without gaps and one fact for each, whatever is wished for', () => {
    fc.assert(
      fc.property(fc.array(anyWish, { maxLength: 30 }), (wishes) => {
        let current: Product | undefined;
        const facts: Product[] = [];
        for (const one of wishes) {
          const { kind, product } = revise(current, one);
          const { revision: _, status: before, ...rest } = current ?? { status: 'active' };
          const { status = before, ...asked } = one;
          const differs = current === undefined || before !== status;
          const changes = differs || JSON.stringify(rest) !== JSON.stringify(asked);
          expect(kind !== 'unchanged').toBe(changes);
          if (kind !== 'unchanged') facts.push(product);
          current = product;
        }
        expect(facts.map(({ revision }) => revision)).toEqual(facts.map((_, index) => index + 1));
      }),
    );
  });

  it('is told of by facts that fit their contracts', () => {
    const time = '2026-11-26T12:00:00.000Z';
    const created = factEvent({ ...mug, revision: 1 }, time);
    const updated = factEvent(mug, time);
    expect(nameOfType(created.type)).toBe(productCreated.name);
    expect(nameOfType(updated.type)).toBe(productUpdated.name);
    expect(created).toMatchObject({ topic: 'product.events', key: 'mug', subject: 'mug' });
    expect(productUpdated.data.parse(updated.data)).toEqual({ ...mug, occurredAt: time });
    expect(created.id).not.toBe(updated.id);
  });
});
