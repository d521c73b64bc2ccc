import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { amountAttribute, attributesOf, currencyOf, type SagaAttributes } from './attributes.js';
import { saga } from './builder.js';
import { confirm, sample } from './spec/saga-run.js';

const input = z.object({ id: z.string(), total: z.int() });
const found = (of: SagaAttributes) =>
  saga({ name: 'found', version: 1, input })
    .attributes(() => of)
    .retriable('confirm', { command: confirm, payload: ({ input: { id } }) => ({ id }) })
    .build();

describe('the attributes of a saga', () => {
  it('are named by its definition, its amount among them', () => {
    const definition = saga({ name: 'found', version: 1, input })
      .attributes(({ input: { id } }) => ({ customer: id, weight: 1.5 }))
      .amount(({ input: { total } }) => ({ value: total, currency: 'JPY' }))
      .retriable('confirm', { command: confirm, payload: ({ input: { id } }) => ({ id }) })
      .build();
    const given = { id: 'c-1', total: 300 };
    expect(attributesOf(definition, given)).toEqual({
      ...{ customer: 'c-1', weight: 1.5, 'amount.JPY': 300 },
    });
    expect(attributesOf(definition, null)).toEqual({});
    expect(attributesOf(sample, given)).toEqual({});
  });

  it('do not compile where the input has no such thing', () => {
    // @ts-expect-error there is no such field
    saga({ name: 'found', version: 1, input }).attributes(({ input: { no } }) => ({ no }));
    // @ts-expect-error no amount
    saga({ name: 'found', version: 1, input }).amount(({ input: { id } }) => id);
    expect(attributesOf(found({}), {})).toEqual({});
  });

  it('are sixteen at most, short, and such as a database takes', () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`a${n}`, n]));
    expect(Object.keys(attributesOf(found(many), {}))).toHaveLength(16);
    const odd = { none: '', infinite: Infinity, long: 'x'.repeat(300), 'n\u0000': 'v\u0001\ud83d' };
    expect(attributesOf(found(odd), {})).toEqual({
      long: 'x'.repeat(200),
      'n\ufffd': 'v\ufffd\ufffd',
    });
  });

  it('tell the amount in a currency from others', () => {
    expect(currencyOf(amountAttribute('GBP'))).toBe('GBP');
    expect(currencyOf('customer')).toBeUndefined();
  });
});
