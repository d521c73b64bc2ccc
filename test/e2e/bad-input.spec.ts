/** Bad input of every kind is the caller's fault and says which field: a 4xx, never a 500. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { TestWorld, type ServiceName } from '#testing';
import { call, type Answer, type Call } from '../support/http.js';
import { anOrder } from '../support/orders.js';
import { Shop } from '../support/shop.js';

jest.setTimeout(240_000);

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

const order = anOrder({ productId: 'sku' });
const [line] = order.items;
const { shippingAddress, payment } = order;
const json = (text: string, contentType = 'application/json'): Call => ({
  raw: text,
  headers: { 'content-type': contentType },
});
const lines = (change: object) => ({ ...order, items: [{ ...line, ...change }] });
const address = (change: object) => ({
  ...order,
  shippingAddress: { ...shippingAddress, ...change },
});
const pay = (change: object) => ({ ...order, payment: { ...payment, ...change } });
const text = (length: number) => 'x'.repeat(length);

/** [what, body, the field that must be named] */
const badOrders: readonly (readonly [what: string, body: unknown, field: string])[] = [
  ['no fields', {}, 'customerId'],
  ['a list', [order], ''],
  ['a text', 'order', ''],
  ['null', null, ''],
  ['a customer id that is a number', { ...order, customerId: 7 }, 'customerId'],
  ['an empty customer id', { ...order, customerId: '' }, 'customerId'],
  ['a customer id that is too long', { ...order, customerId: text(65) }, 'customerId'],
  ['a NUL', { ...order, customerId: 'a\u0000b' }, 'customerId'],
  ['half a character', { ...order, customerId: '\ud800' }, 'customerId'],
  ['an unknown field', { ...order, discount: 5 }, 'discount'],
  ['a field named like a member of every object', { ...order, constructor: 1 }, 'constructor'],
  ['an unknown field in a line', lines({ colour: 'red' }), 'items.0.colour'],
  ['no currency', { ...order, currency: undefined }, 'currency'],
  ['a currency in lower case', { ...order, currency: 'jpy' }, 'currency'],
  ['no items', { ...order, items: [] }, 'items'],
  ['items that are no list', { ...order, items: { 0: line } }, 'items'],
  ['items that are null', { ...order, items: null }, 'items'],
  ['10,000 items', { ...order, items: Array.from({ length: 10_000 }, () => line) }, 'items'],
  ['an item that is a number', { ...order, items: [3] }, 'items'],
  ['an item that is null', { ...order, items: [null] }, 'items'],
  ['no quantity', lines({ quantity: undefined }), 'items.0.quantity'],
  ['a quantity of zero', lines({ quantity: 0 }), 'items.0.quantity'],
  ['a negative quantity', lines({ quantity: -1 }), 'items.0.quantity'],
  ['a fractional quantity', lines({ quantity: 1.5 }), 'items.0.quantity'],
  ['a quantity in quotes', lines({ quantity: '2' }), 'items.0.quantity'],
  ['a huge quantity', lines({ quantity: 1e300 }), 'items.0.quantity'],
  ['a negative price', lines({ unitPrice: -100 }), 'items.0.unitPrice'],
  ['a fractional price', lines({ unitPrice: 19.99 }), 'items.0.unitPrice'],
  ['a price that is true', lines({ unitPrice: true }), 'items.0.unitPrice'],
  ['a price beyond all money', lines({ unitPrice: 2 ** 53 }), 'items.0.unitPrice'],
  ['a sum beyond all money', lines({ quantity: 1e6, unitPrice: 1e12 }), 'items'],
  ['a product id of spaces', lines({ productId: '   ' }), 'items.0.productId'],
  ['no address', { ...order, shippingAddress: undefined }, 'shippingAddress'],
  ['an address that is a text', { ...order, shippingAddress: 'Tokyo' }, 'shippingAddress'],
  ['an empty city', address({ city: '' }), 'shippingAddress.city'],
  ['a postal code of lines', address({ postalCode: '1\n2' }), 'shippingAddress.postalCode'],
  ['a country by name', address({ country: 'Japan' }), 'shippingAddress.country'],
  ['no email', { ...order, email: undefined }, 'email'],
  ['an email without @', { ...order, email: 'example.com' }, 'email'],
  ['two emails', { ...order, email: 'a@example.com,b@example.com' }, 'email'],
  ['no payment', { ...order, payment: undefined }, 'payment'],
  ['an unknown method', pay({ method: 'cash' }), 'payment.method'],
  ['a card token where nobody pays by card', pay({ method: 'bank_transfer' }), 'payment.token'],
  ['no card token', pay({ token: undefined }), 'payment.token'],
  ['a card token that is an object', pay({ token: { a: 1 } }), 'payment.token'],
];

const uuid = randomUUID();
const stock = '/stock/sku-1';

/** [service, what, path, request, status, field] */
const badCalls: readonly (readonly [ServiceName, string, string, Call, number, string?])[] = [
  ['order', 'broken JSON', '/orders', json('{"customerId": '), 400],
  ['order', 'an empty body', '/orders', json(''), 400],
  ['order', 'a body of 2 MB', '/orders', json(JSON.stringify(text(2_000_000))), 413],
  ['order', 'a form', '/orders', json('customerId=1', 'application/x-www-form-urlencoded'), 415],
  ['order', 'plain text', '/orders', json('order', 'text/plain'), 415],
  ['order', 'XML', '/orders', json('<order/>', 'application/xml'), 415],
  [
    'order',
    'a key that is too long',
    '/orders',
    { json: order, headers: { 'idempotency-key': text(256) } },
    400,
    'Idempotency-Key',
  ],
  ['order', 'an id that is none', '/orders/17', {}, 400, 'orderId'],
  ['order', 'an id that is SQL', `/orders/${encodeURIComponent("' or 1=1")}`, {}, 400, 'orderId'],
  ['order', 'an unknown id', `/orders/${uuid}`, {}, 404, 'orderId'],
  ['order', 'a path that does not decode', '/orders/%ff', {}, 400],
  ['order', 'cancelling an unknown id', `/orders/${uuid}/cancel`, { method: 'POST' }, 404],
  ['order', 'cancelling no id', '/orders/x/cancel', { method: 'POST' }, 400, 'orderId'],
  ['order', 'a bad reason', `/orders/${uuid}/cancel`, { json: { reason: 1 } }, 400, 'reason'],
  ['order', 'an unknown status', '/orders?status=lost', {}, 400, 'status'],
  ['order', 'a cursor that is none', '/orders?cursor=x', {}, 400, 'cursor'],
  ['order', 'a page of none', '/orders?limit=0', {}, 400, 'limit'],
  ['order', 'a page of a million', '/orders?limit=1000000', {}, 400, 'limit'],
  ['order', 'two customers', '/orders?customerId=a&customerId=b', {}, 400, 'customerId'],
  ['order', 'an unknown filter', '/orders?colour=red', {}, 400, 'colour'],
  ['order', 'an unknown path', '/order', {}, 404],
  ['order', 'a method it does not know', '/orders', { method: 'DELETE' }, 405],
  ['orchestrator', 'an unknown state', '/admin/sagas?state=lost', {}, 400, 'state'],
  ['orchestrator', 'a cursor that is none', '/admin/sagas?cursor=1', {}, 400, 'cursor'],
  ['orchestrator', 'a page of words', '/admin/sagas?limit=ten', {}, 400, 'limit'],
  ['orchestrator', 'an unknown filter', '/admin/sagas?owner=me', {}, 400, 'owner'],
  ['orchestrator', 'an id that is none', '/admin/sagas/17', {}, 404],
  ['orchestrator', 'an unknown id', `/admin/sagas/${uuid}`, {}, 404],
  ['orchestrator', 'the history of none', `/admin/sagas/${uuid}/history`, {}, 404],
  ['inventory', 'an unknown product', `/stock/${uuid}`, {}, 404],
  ['inventory', 'a product id that is too long', `/stock/${text(65)}`, {}, 400, 'productId'],
  ['inventory', 'a product id with a NUL', '/stock/a%00b', {}, 400, 'productId'],
  ['inventory', 'no amount', stock, { method: 'PUT', json: {} }, 400, 'onHand'],
  ['inventory', 'less than none', stock, { method: 'PUT', json: { onHand: -1 } }, 400, 'onHand'],
  ['inventory', 'half a piece', stock, { method: 'PUT', json: { onHand: 0.5 } }, 400, 'onHand'],
  ['inventory', 'a word', stock, { method: 'PUT', json: { onHand: 'ten' } }, 400, 'onHand'],
  ['inventory', 'null', stock, { method: 'PUT', json: { onHand: null } }, 400, 'onHand'],
  ['inventory', 'too many', stock, { method: 'PUT', json: { onHand: 1e30 } }, 400, 'onHand'],
  [
    'inventory',
    'an unknown field',
    stock,
    { method: 'PUT', json: { onHand: 1, reserved: 5 } },
    400,
    'reserved',
  ],
  ['inventory', 'broken JSON', stock, { ...json('{'), method: 'PUT' }, 400],
  ['payment', 'an unknown path', '/payments', {}, 404],
  ['payment', 'an id that is none', '/payments/17', {}, 400, 'orderId'],
  ['payment', 'an unknown id', `/payments/${uuid}`, {}, 404, 'orderId'],
  ['shipping', 'an unknown path', '/shipments', {}, 404],
  ['shipping', 'an id that is none', '/shipments/17', {}, 400, 'orderId'],
  ['shipping', 'an unknown id', `/shipments/${uuid}`, {}, 404, 'orderId'],
  ['notification', 'an unknown path', '/notices', {}, 404],
];

describe('bad input', () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await TestWorld.start({
      apps: ['order', 'orchestrator', 'inventory', 'payment', 'shipping', 'notification'],
    });
  }, 240_000);
  afterAll(() => world?.stop(), 240_000);

  const isProblem = (answer: Answer<Problem>, status: number, path: string): void => {
    expect(answer).toMatchObject({
      status,
      body: { type: expect.any(String), title: expect.any(String), status, instance: path },
    });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body.detail).not.toMatch(/select |insert |pg_|node_modules|\.js/i);
  };
  const names = ({ body }: Answer<Problem>, field: string): void => {
    const fields = (body.errors ?? []).map((error) => error.field);
    expect(fields).toContain(field);
  };

  it.each(badOrders)(
    'of an order is refused by the name of its field: %s',
    async (_, body, field) => {
      const answer = await call<Problem>(`${world.url('order')}/orders`, { json: body });
      expect([400, 422]).toContain(answer.status);
      isProblem(answer, answer.status, '/orders');
      names(answer, field);
    },
  );

  it.each(badCalls)('of %s is refused: %s', async (...row) => {
    const [service, , path, request, status, field] = row;
    const key: Record<string, string> =
      service === 'orchestrator' ? { 'x-api-key': await world.adminKey('approver') } : {};
    const headers = { ...request.headers, ...key };
    const answer = await call<Problem>(world.url(service) + path, { ...request, headers });
    isProblem(answer, status, path);
    if (field !== undefined) names(answer, field);
  });

  it.each(['/orders?limit=%', '/orders?customerId=%ff', `/orders/${randomUUID()}?a=%zz`])(
    'of a query that is not percent-encoded is refused, packed as the services are: %s',
    async (path) => {
      const answer = await call<Problem>(world.url('order') + path, {});
      isProblem(answer, 400, path);
      expect(answer.body.title).toBe('The query string is not valid');
    },
  );

  it('names every field that is wrong, not only the first', async () => {
    const body = { ...order, customerId: 1, email: 'x', items: [] };
    const answer = await call<Problem>(`${world.url('order')}/orders`, { json: body });
    for (const field of ['customerId', 'email', 'items']) names(answer, field);
  });

  it('leaves nothing behind: no order was made of any of it', async () => {
    expect(await new Shop(world).orders()).toEqual([]);
  });
});
