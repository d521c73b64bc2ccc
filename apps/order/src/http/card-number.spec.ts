/** Promise attacked here: no card number comes in as a token, at either door, and none is repeated. */
import { describe, expect, it } from '@jest/globals';
import { ProblemException, StrictValidationPipe } from '#platform';
import { isCardNumber } from './card-number.js';
import { AnotherCardDto, PlaceOrderDto } from './place-order.dto.js';

const order = (token: unknown, method = 'credit_card') => ({
  customerId: 'c',
  currency: 'JPY',
  items: [{ productId: 'p', quantity: 2, unitPrice: 50 }],
  shippingAddress: { prefecture: 'Tokyo', city: 'Chiyoda', line1: '1-1', postalCode: '100-0005' },
  email: 'a@b.example',
  payment: { method, token },
});

/** What the request is answered with, as the client sees it; undefined where it passes. */
async function answer(body: object, metatype: new () => object) {
  try {
    await new StrictValidationPipe().transform(body, { type: 'body', metatype });
    return undefined;
  } catch (error) {
    if (!(error instanceof ProblemException)) throw error;
    return { problem: error.problem, all: JSON.stringify([error, error.problem, String(error)]) };
  }
}
const placed = (token: unknown, method?: string) => answer(order(token, method), PlaceOrderDto);
const paidAnew = (token: unknown) => answer({ token }, AnotherCardDto);

const CARDS = [
  '4242424242424242',
  '4242 4242 4242 4242',
  '4242-4242-4242-4242',
  '4242 - 4242 4242  4242',
  ' 4242424242424242\t',
  '378282246310005',
  '3566 0020 2036 0505',
  '630490017740',
  '6304900177402926445',
];

describe('a card number', () => {
  it.each(CARDS)('is refused where an order is placed or paid anew, unseen: %j', async (number) => {
    for (const [field, refused] of [
      ['payment.token', await placed(number)],
      ['payment.token', await placed(number, 'bank_transfer')],
      ['token', await paidAnew(number)],
    ] as const) {
      expect(refused?.problem).toMatchObject({
        status: 422,
        detail: expect.stringMatching(/provider's token of the card, never a card number/),
        errors: [{ field, message: expect.stringContaining('never a card number') }],
      });
      for (const group of number.match(/\d{4}/g) ?? []) expect(refused?.all).not.toContain(group);
    }
  });

  it('is refused before anything else that is wrong with the request', async () => {
    const body = { ...order(CARDS[0]), email: 'none', more: 1 };
    expect((await answer(body, PlaceOrderDto))?.problem.status).toBe(422);
  });

  it.each([
    ['a token', 'tok_4242424242424242'],
    ['what fails the check of its last digit', '4242424242424241'],
    ['eleven digits', '63049001777'],
    ['twenty digits', '63049001774029264413'],
    ['digits with something else between', '4242.4242.4242.4242'],
  ])('is not %s', async (_, token) => {
    expect(isCardNumber(token)).toBe(false);
    expect([await placed(token), await paidAnew(token)]).toEqual([undefined, undefined]);
  });

  it('is nothing but a text', () => {
    for (const value of [undefined, null, 4_242_424_242_424_242, ['4242424242424242'], {}]) {
      expect(isCardNumber(value)).toBe(false);
    }
  });
});
