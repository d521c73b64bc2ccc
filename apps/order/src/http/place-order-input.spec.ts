import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { placeOrderInput } from '#contracts';
import { ProblemException, Sealer } from '#platform';
import { inputOf, RequestHasher } from './place-order-input.js';
import { PlaceOrderDto } from './place-order.dto.js';

const key = Buffer.alloc(32, 1).toString('base64');
const sealer = new Sealer(key);
const terms = { sealer, anotherCardMs: 1_800_000 };
const orderId = '0190a000-0000-7000-8000-000000000001';
const body = {
  customerId: 'c',
  currency: 'JPY',
  items: [{ productId: 'p', quantity: 2, unitPrice: 50 }],
  shippingAddress: { prefecture: 'Tokyo', city: 'Chiyoda', line1: '1-1', postalCode: '100-0005' },
  email: 'a@b.c',
  payment: { method: 'credit_card', token: 'tok_ok' },
};
const request = (changes: object = {}) => plainToInstance(PlaceOrderDto, { ...body, ...changes });

const refusal = (work: () => unknown) => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof ProblemException)) throw error;
    const [first] = error.problem.errors ?? [];
    return { status: error.problem.status, field: first?.field };
  }
};

describe('the input of an order’s saga', () => {
  it('has the total, the defaults and the sealed token', () => {
    const input = inputOf(orderId, request(), terms);
    expect(input).toMatchObject({
      orderId,
      merchantId: 'default-merchant',
      channel: 'web',
      totalAmount: 100,
      payment: { method: 'credit_card' },
    });
    expect(JSON.stringify(input)).not.toContain('tok_ok');
    expect(sealer.open(input.payment.sealedToken ?? '')).toBe('tok_ok');
    expect(inputOf(orderId, request({ merchantId: 'm', channel: 'app' }), terms)).toMatchObject({
      merchantId: 'm',
      channel: 'app',
    });
  });

  it('needs no token where nobody pays by card', () => {
    const input = inputOf(orderId, request({ payment: { method: 'bank_transfer' } }), terms);
    expect(input.payment).toEqual({ method: 'bank_transfer' });
  });

  it('takes no currency that the customer could not pay in', () => {
    const of = (currency: string, method: string) =>
      refusal(() => inputOf(orderId, request({ currency, payment: { method } }), terms));
    const field = { status: 422, field: 'payment.method' };
    expect(of('EUR', 'bank_transfer')).toEqual(field);
    expect(of('USD', 'convenience_store')).toEqual(field);
    const yen = request({ currency: 'JPY', payment: { method: 'convenience_store' } });
    expect(inputOf(orderId, yen, terms).payment).toEqual({ method: 'convenience_store' });
  });

  it('says how long another card may be given, as the order or the setting has it', () => {
    const windowOf = (payment: object) =>
      inputOf(
        orderId,
        request({ payment: { method: 'credit_card', token: 't', ...payment } }),
        terms,
      ).payment.anotherCardMs;
    expect(windowOf({})).toBe(1_800_000);
    expect(windowOf({ anotherCardWithinS: 0 })).toBe(0);
    expect(windowOf({ anotherCardWithinS: 60 })).toBe(60_000);
  });

  it('refuses what the rules of single fields cannot see', () => {
    const items = (...prices: number[]) =>
      prices.map((unitPrice) => ({ productId: 'p', quantity: 1, unitPrice }));
    const of = (changes: object) => refusal(() => inputOf(orderId, request(changes), terms));
    expect(of({ payment: { method: 'convenience_store', token: 'x' } })).toEqual({
      status: 400,
      field: 'payment.token',
    });
    expect(of({ payment: { method: 'credit_card' } })).toEqual({
      status: 400,
      field: 'payment.token',
    });
    expect(of({ items: items(1_000_000_000_000, 1) })).toEqual({ status: 422, field: 'items' });
    expect(of({ items: items(0, 0) })).toEqual({ status: 422, field: 'items' });
  });

  it('fits the message contract whenever the request is valid', () => {
    // mostly within the rules, at their edges, and now and then beyond them
    const text = (max: number) =>
      fc.oneof(
        {
          weight: 12,
          arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: max }),
        },
        { weight: 2, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: max + 2 }) },
        {
          weight: 2,
          arbitrary: fc.integer({ min: max - 1, max: max + 1 }).map((n) => 'x'.repeat(n)),
        },
        { weight: 2, arbitrary: fc.integer({ min: 1, max }).map((n) => '😀'.repeat(n)) },
        { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: max }) },
      );
    const often = <T>(usual: T, ...odd: T[]) =>
      fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, fc.constantFrom(usual, ...odd));
    const requests = fc.record(
      {
        customerId: text(64),
        merchantId: text(64),
        channel: text(32),
        currency: often('JPY', 'eur', 'EURO'),
        items: fc.array(
          fc.record({
            productId: text(64),
            quantity: fc.oneof(fc.integer({ min: 1, max: 1000 }), often(1_000_000, 0, 1_000_001)),
            unitPrice: fc.oneof(fc.integer({ min: 0, max: 100_000 }), often(1, -1, 1e12, 1e12 + 1)),
          }),
          { maxLength: 3 },
        ),
        shippingAddress: fc.record(
          {
            prefecture: text(100),
            city: text(100),
            line1: text(200),
            postalCode: text(16),
            country: often('JP', 'jp', '日本', '😀'),
          },
          { requiredKeys: ['prefecture', 'city', 'line1', 'postalCode'] },
        ),
        email: fc.oneof({ weight: 9, arbitrary: fc.emailAddress() }, text(254)),
        payment: fc.record({
          method: fc.constant('credit_card'),
          token: often('tok_ok', 't'.repeat(255), 't'.repeat(256), 'tök'),
        }),
      },
      { requiredKeys: ['customerId', 'currency', 'items', 'shippingAddress', 'email', 'payment'] },
    );
    let valid = 0;
    fc.assert(
      fc.property(requests, (plain) => {
        const dto = plainToInstance(PlaceOrderDto, plain);
        if (validateSync(dto, { whitelist: true, forbidNonWhitelisted: true }).length > 0) return;
        if (refusal(() => inputOf(orderId, dto, terms))) return;
        valid += 1;
        const input = inputOf(orderId, dto, terms);
        expect(placeOrderInput.parse(input)).toEqual(input);
      }),
      { numRuns: 1000, seed: 7 },
    );
    expect(valid).toBeGreaterThan(100);
  });
});

describe('a repeated request', () => {
  const hasher = new RequestHasher(key);
  const hashOf = (changes: object = {}, id = orderId) => {
    const dto = request(changes);
    return hasher.requestKey('k', inputOf(id, dto, terms), dto.payment).hash;
  };

  it('is recognised by its meaning', () => {
    const other = '0190a000-0000-7000-8000-000000000002';
    expect(hashOf({}, other)).toBe(hashOf());
    expect(hashOf({ merchantId: 'default-merchant', channel: 'web' })).toBe(hashOf());
    const reversed = Object.fromEntries(Object.entries(body).reverse());
    expect(hashOf(reversed)).toBe(hashOf());
  });

  it.each([
    ['customer', { customerId: 'd' }],
    ['merchant', { merchantId: 'm' }],
    ['quantity', { items: [{ productId: 'p', quantity: 3, unitPrice: 50 }] }],
    ['address', { shippingAddress: { ...body.shippingAddress, country: 'JP' } }],
    ['e-mail', { email: 'b@b.c' }],
    ['card token', { payment: { method: 'credit_card', token: 'tok_other' } }],
    ['time for another card', { payment: { ...body.payment, anotherCardWithinS: 0 } }],
  ])('is another one when its %s differs', (_, changes) => {
    expect(hashOf(changes)).not.toBe(hashOf());
  });

  it('has a hash that needs the key', () => {
    const dto = request();
    const others = new RequestHasher(Buffer.alloc(32, 2).toString('base64'));
    const { hash } = others.requestKey('k', inputOf(orderId, dto, terms), dto.payment);
    expect(hash).not.toBe(hashOf());
  });
});
