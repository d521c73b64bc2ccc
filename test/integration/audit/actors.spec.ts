/** Promise attacked here: who says who they are is named in every fact of what they have done. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { catalogService } from '../../../apps/catalog/src/service.js';
import { customerService } from '../../../apps/customer/src/service.js';
import { inventoryService } from '../../../apps/inventory/src/service.js';
import { merchantService } from '../../../apps/merchant/src/service.js';
import { ServiceWorld } from '../service-world.js';

type Ask = readonly [method: 'PUT' | 'POST' | 'DELETE', path: string, body?: unknown];

const tea = { name: 'The Tea Shop', timeZone: 'Europe/London' };
const account = { holder: 'The Tea Shop Ltd', number: 'GB33BUKB20201555555555' };
const product = { name: 'Mug', unitPrice: 5, currency: 'GBP' };
const customer = { name: 'Kim', email: 'kim@example.com' };
const inAYear = new Date(Date.now() + 31_536_000_000).toISOString();

const services: readonly [
  name: string,
  start: () => Promise<ServiceWorld>,
  asks: readonly Ask[],
][] = [
  [
    'merchant',
    () => ServiceWorld.start(merchantService),
    [
      ['PUT', '/merchants/tea', tea],
      ['POST', '/merchants/tea/suspend', { reason: 'x' }],
      ['POST', '/merchants/tea/activate'],
      ['POST', '/merchants/tea/fee-rates', { basisPoints: 1, validFrom: inAYear }],
      ['PUT', '/merchants/tea/payout-accounts/GBP', account],
      ['DELETE', '/merchants/tea/payout-accounts/GBP'],
      ['POST', '/merchants/tea/api-keys', { label: 'x' }],
    ],
  ],
  [
    'catalog',
    () => ServiceWorld.start(catalogService),
    [
      ['PUT', '/products/mug', product],
      ['POST', '/products/batch', { products: [{ productId: 'cup', ...product }] }],
      ['POST', '/products/mug/withdraw'],
    ],
  ],
  [
    'customer',
    () => ServiceWorld.start(customerService),
    [
      ['PUT', '/customers/kim', customer],
      ['POST', '/customers/batch', { customers: [{ customerId: 'ann', ...customer }] }],
      ['POST', '/customers/kim/block', { reason: 'x' }],
      ['POST', '/customers/kim/unblock'],
    ],
  ],
  [
    'inventory',
    () => ServiceWorld.start(inventoryService),
    [
      ['PUT', '/stock/mug', { onHand: 5 }],
      ['POST', '/stock/mug/receipts', { quantity: 5, reference: 'DN' }],
      ['POST', '/stock/mug/adjustments', { difference: -1, reason: 'lost' }],
    ],
  ],
];

describe.each(services)('the %s service', (_, start, asks) => {
  let world: ServiceWorld;
  beforeAll(async () => {
    world = await start();
  }, 240_000);
  afterAll(() => world?.stop());

  const actors = async () => {
    const rows = await world.database.query<{ actor: string | null }>(
      `select headers ->> 'ce_actor' as actor from outbox order by epoch, seq`,
    );
    return rows.map(({ actor }) => actor);
  };

  it('names who does it in each fact', async () => {
    for (const [index, [method, path, body]] of asks.entries()) {
      const headers = { 'x-actor': `Kim no. ${index}` };
      expect((await world.ask(method, path, body, headers)).status).toBeLessThan(300);
    }
    expect(await actors()).toEqual(asks.map((_one, index) => `Kim no. ${index}`));
  });

  it('names nobody where nobody says who it is, and refuses who cannot be shown', async () => {
    const before = await actors();
    const [method, path, body] = asks[0] as Ask;
    const changed = {
      ...(body as object),
      ...('onHand' in (body as object) ? { onHand: 77 } : { name: 'New' }),
    };
    for (const actor of ['x'.repeat(101), 'k\u00efm', '']) {
      const refused = await world.ask(method, path, changed, { 'x-actor': actor });
      expect(refused.body).toMatchObject({ status: 400, errors: [{ field: 'X-Actor' }] });
    }
    expect((await world.ask(method, path, changed)).status).toBe(200);
    expect(await actors()).toEqual([...before, null]);
  });

  it('tells of the header in its document', async () => {
    const { body } = await world.ask('GET', '/openapi.json');
    const paths = body['paths'] as Record<
      string,
      Record<string, { parameters?: { name: string }[] }>
    >;
    for (const [method, path] of asks) {
      const parts = path.split('/').length;
      const operations = Object.entries(paths)
        .filter(
          ([name]) =>
            name.split('/').length === parts && name.endsWith(path.split('/').at(-1) ?? ''),
        )
        .flatMap(([, operation]) => operation[method.toLowerCase()] ?? []);
      for (const { parameters = [] } of operations) {
        expect(parameters.filter(({ name }) => /^x-actor$/i.test(name))).toHaveLength(1);
      }
    }
  });
});
