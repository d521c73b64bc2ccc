/**
 * Promise attacked here: the order service's own copy is what the highest revision said, however
 * often and in whatever order the facts come.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KnownFactsController } from '../../../apps/order/src/handlers/known-facts.controller.js';
import {
  customerUpdated,
  eventType,
  merchantUpdated,
  productCreated,
  productUpdated,
  type CustomerFact,
  type MerchantFact,
  type ProductFact,
} from '#contracts';
import { Outbox, type ReceivedEvent, type Tx, type UnitOfWork } from '#messaging';
import { OrderWorld } from './order-world.js';

const received = (name: string, topic: string, key: string, data: unknown): ReceivedEvent => ({
  id: `${name}:${key}`,
  topic,
  key,
  partition: 0,
  offset: '0',
  headers: {},
  source: 'test',
  type: eventType(name),
  subject: key,
  time: '2026-11-26T12:00:00.000Z',
  data,
});

const product = (productId: string, revision: number, changes: Partial<ProductFact> = {}) =>
  received(
    revision === 1 ? productCreated.name : productUpdated.name,
    'product.events',
    productId,
    {
      productId,
      revision,
      name: 'A mug',
      status: 'active',
      unitPrice: revision * 100,
      currency: 'GBP',
      occurredAt: '2026-11-26T12:00:00.000Z',
      ...changes,
    } satisfies ProductFact,
  );

const customer = (customerId: string, revision: number, changes: Partial<CustomerFact> = {}) =>
  received(customerUpdated.name, 'customer.events', customerId, {
    customerId,
    revision,
    name: 'Kim Doe',
    status: 'active',
    email: 'kim@example.com',
    occurredAt: '2026-11-26T12:00:00.000Z',
    ...changes,
  } satisfies CustomerFact);

const merchant = (merchantId: string, revision: number, changes: Partial<MerchantFact> = {}) =>
  received(merchantUpdated.name, 'merchant.events', merchantId, {
    merchantId,
    revision,
    name: 'The Tea Shop',
    status: 'active',
    timeZone: 'Europe/London',
    feeRates: [],
    payoutAccounts: [],
    apiKeys: [],
    occurredAt: '2026-11-26T12:00:00.000Z',
    ...changes,
  } satisfies MerchantFact);

describe('the copy of products, customers and merchants', () => {
  let world: OrderWorld;
  let facts: KnownFactsController;
  beforeAll(async () => {
    world = await OrderWorld.start();
    facts = world.app.get(KnownFactsController);
  });
  afterAll(() => world.stop());

  const learnIn = (unit: UnitOfWork, events: readonly ReceivedEvent[]): Promise<void> => {
    const { topic = '' } = events[0] ?? {};
    if (topic === 'product.events') return facts.onProducts({ topic, events }, unit);
    if (topic === 'customer.events') return facts.onCustomers({ topic, events }, unit);
    return facts.onMerchants({ topic, events }, unit);
  };
  const learn = (...events: ReceivedEvent[]): Promise<void> =>
    world.app.get(Outbox).transaction((unit) => learnIn(unit, events));
  const prices = async (...ids: string[]) => {
    const rows = await world.database.query<{ text: string }>(
      `select format('%s %s %s %s', product_id, unit_price, status, revision) as text
         from catalog_product where product_id = any($1::text[]) order by product_id`,
      [ids],
    );
    return rows.map(({ text }) => text);
  };

  it('is what the latest fact said', async () => {
    await learn(product('a', 1), product('b', 1), product('a', 2));
    expect(await prices('a', 'b')).toEqual(['a 200 active 2', 'b 100 active 1']);
    await learn(product('a', 3, { status: 'withdrawn' }), product('c', 1));
    expect(await prices('a', 'b', 'c')).toEqual([
      'a 300 withdrawn 3',
      'b 100 active 1',
      'c 100 active 1',
    ]);
  });

  it('is not harmed by facts that come again, late, or the wrong way round', async () => {
    await learn(product('late', 2), product('late', 3), product('late', 1));
    expect(await prices('late')).toEqual(['late 300 active 3']);
    await learn(product('late', 1));
    await learn(product('late', 3, { unitPrice: 7 }), product('late', 2));
    expect(await prices('late')).toEqual(['late 300 active 3']);
    const known = () =>
      world.database.query(`select * from known_customer where customer_id = 'kim'`);
    for (const again of [2, 1, 2]) {
      await learn(customer('kim', again, { status: again === 2 ? 'blocked' : 'active' }));
      expect(await known()).toEqual([{ customer_id: 'kim', status: 'blocked', revision: 2 }]);
    }
    await learn(customer('kim', 4), customer('kim', 3, { status: 'blocked' }));
    expect(await known()).toEqual([{ customer_id: 'kim', status: 'active', revision: 4 }]);
    await learn(merchant('tea', 2, { status: 'suspended' }), merchant('tea', 1));
    await learn(merchant('tea', 1));
    expect(await world.database.query('select * from known_merchant')).toEqual([
      { merchant_id: 'tea', status: 'suspended', revision: 2 },
    ]);
  });

  it('holds the keys that a merchant has by the highest revision, and no other', async () => {
    const keyOf = (n: number) => ({ keyId: `${n}`.repeat(16), hash: `${n}`.repeat(64) });
    const kept = async (merchantId: string) =>
      (
        await world.database.query<{ key_id: string }>(
          'select key_id from merchant_key where merchant_id = $1 order by key_id',
          [merchantId],
        )
      ).map((row) => row.key_id[0]);
    const keys = (...numbers: number[]) => ({ apiKeys: numbers.map(keyOf) });
    await learn(merchant('mugs', 1, keys(1, 2)), merchant('pots', 1, keys(3)));
    expect([await kept('mugs'), await kept('pots')]).toEqual([['1', '2'], ['3']]);
    await learn(merchant('mugs', 3, keys(2, 4)));
    for (const late of [1, 2, 3]) await learn(merchant('mugs', late, keys(1, 2)));
    expect([await kept('mugs'), await kept('pots')]).toEqual([['2', '4'], ['3']]);
    await learn(merchant('mugs', 4), merchant('mugs', 3, keys(2, 4)));
    expect([await kept('mugs'), await kept('pots')]).toEqual([[], ['3']]);
  });

  it('forgets a key that is revoked while another replica is still learning it', async () => {
    const apiKeys = [{ keyId: 'e'.repeat(16), hash: 'e'.repeat(64) }];
    await learn(merchant('cups', 1));
    let open = (): void => undefined;
    const held = new Promise<void>((resolve) => (open = resolve));
    const outbox = world.app.get(Outbox);
    let learned = (): void => undefined;
    const isLearned = new Promise<void>((resolve) => (learned = resolve));
    const slow = outbox.transaction(async (unit) => {
      const event = merchant('cups', 2, { apiKeys });
      await facts.onMerchants({ topic: event.topic, events: [event] }, unit);
      learned();
      await held;
    });
    await isLearned;
    const revoking = learn(merchant('cups', 3));
    await world.waitsForLock();
    open();
    await Promise.all([slow, revoking]);
    expect(
      await world.database.query(`select 1 from merchant_key where merchant_id = 'cups'`),
    ).toEqual([]);
  });

  it('is the same whatever the order and the batches, and whoever else learns', async () => {
    const ids = ['x', 'y', 'z'];
    const all = ids.flatMap((id) => [1, 2, 3, 4, 5].map((revision) => product(id, revision)));
    const shuffled = (seed: number) =>
      all.toSorted(
        (a, b) =>
          hash(`${a.key}${JSON.stringify(a.data)}${seed}`) -
          hash(`${b.key}${JSON.stringify(b.data)}${seed}`),
      );
    await Promise.all(
      Array.from({ length: 12 }, async (_, seed) => {
        const events = shuffled(seed);
        for (let from = 0; from < events.length; from += 4) {
          await learn(...events.slice(from, from + 4));
        }
      }),
    );
    expect(await prices(...ids)).toEqual(ids.map((id) => `${id} 500 active 5`));
  });

  it.each([
    ['products', product],
    ['customers', customer],
    ['merchants', merchant],
  ])('is locked in the order of the ids, lest two replicas deadlock: %s', async (_, fact) => {
    await learn(fact('l-1', 1), fact('l-2', 1));
    const learning = (event: ReceivedEvent, tx: Tx): Promise<void> =>
      learnIn({ tx } as UnitOfWork, [event]);
    const both = await world.database.transaction(async (first) => {
      await learning(fact('l-1', 2), first);
      const waiting = learn(fact('l-2', 3), fact('l-1', 3));
      await world.waitsForLock();
      // Who waits for the first id has not yet taken the second.
      await world.database.transaction(async (second) => {
        await second.query(`set local lock_timeout = '5s'`);
        await learning(fact('l-2', 2), second);
      });
      return { waiting };
    });
    await both.waiting;
  });

  it('keeps nothing of a customer but what the check needs', async () => {
    await learn(customer('private', 1));
    const rows = await world.database.query(`select * from known_customer`);
    expect(JSON.stringify(rows)).not.toContain('kim@example.com');
  });

  it('leaves facts of other types alone, and does not take a broken one', async () => {
    const foreign = received('product.photographed', 'product.events', 'a', { any: 'thing' });
    await learn(foreign, product('d', 1));
    expect(await prices('d')).toEqual(['d 100 active 1']);
    await expect(learn(product('e', 1, { unitPrice: -1 }), product('f', 1))).rejects.toThrow();
    // Nothing of the batch is kept: the transport finds the broken one by halving it.
    expect(await prices('e', 'f')).toEqual([]);
  });
});

const hash = (text: string): number => {
  let sum = 7;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return sum;
};
