/**
 * Promises attacked here: what a person does to the stock is done once and on record for good; the
 * record and the facts together account for every piece.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stockAdjusted, stockReceived } from '#contracts';
import { inventoryService } from '../../apps/inventory/src/service.js';
import { ServiceWorld } from './service-world.js';

interface Movement {
  readonly movementId: string;
  readonly warehouseId: string;
  readonly difference: number;
}

describe('what people do to the stock', () => {
  let world: ServiceWorld;
  beforeAll(async () => {
    world = await ServiceWorld.start(inventoryService);
    const east = { name: 'East', priority: 200, active: true };
    await world.ask('PUT', '/warehouses/east', east);
  }, 240_000);
  afterAll(() => world.stop());

  type Headers = Record<string, string>;
  const receive = (productId: string, body: object, headers?: Headers) =>
    world.ask('POST', `/stock/${productId}/receipts`, { reference: 'DN-1', ...body }, headers);
  const adjust = (productId: string, body: object, headers?: Headers) =>
    world.ask('POST', `/stock/${productId}/adjustments`, body, headers);
  const batch = (receipts: readonly object[], headers?: Headers) =>
    world.ask('POST', '/stock/batch', { receipts }, headers);
  const list = (productId: string, query = '') =>
    world.ask('GET', `/stock/${productId}/movements${query}`);
  const itemsOf = (answer: { body: Record<string, unknown> }) => answer.body['items'] as Movement[];
  const onHand = async (productId: string) =>
    (await world.ask('GET', `/stock/${productId}`)).body['onHand'];
  const promise = (productId: string, reserved: number) =>
    world.database.query(
      `update stock set reserved = $2 where product_id = $1 and warehouse_id = 'main'`,
      [productId, reserved],
    );

  it('is a movement, a fact, and more or less on the shelf', async () => {
    const received = await receive('mug', { quantity: 5, note: 'one box' }, { 'x-actor': 'kim' });
    expect(received.status).toBe(201);
    expect(received.body).toEqual({
      movementId: expect.stringMatching(/^\d+$/),
      productId: 'mug',
      warehouseId: 'main',
      kind: 'received',
      difference: 5,
      onHand: 5,
      revision: 1,
      reference: 'DN-1',
      note: 'one box',
      by: 'kim',
      at: expect.any(String),
    });
    const damaged = { difference: -2, reason: 'damaged', by: 'sam' };
    expect((await adjust('mug', damaged, { 'x-actor': 'kim' })).body).toMatchObject({
      kind: 'adjusted',
      difference: -2,
      onHand: 3,
      revision: 2,
      reason: 'damaged',
      by: 'sam',
    });
    await world.ask('PUT', '/stock/mug', { onHand: 4 }, { 'x-actor': 'kim' });
    await world.ask('PUT', '/stock/mug', { onHand: 4 });
    expect(await onHand('mug')).toBe(4);
    const told = await world.told('mug');
    expect(told.map(({ type }) => type.split('.').at(-1))).toEqual([
      'received',
      'adjusted',
      'adjusted',
    ]);
    expect(stockReceived.data.parse(told[0]?.data)).toMatchObject({ quantity: 5, onHand: 5 });
    expect(stockAdjusted.data.parse(told[1]?.data)).toMatchObject({ quantity: -2, revision: 2 });
    expect(told.every(({ data }) => !('orderId' in data))).toBe(true);
    expect(itemsOf(await list('mug'))).toMatchObject([
      { kind: 'counted', difference: 1, onHand: 4, revision: 3, by: 'kim' },
      { kind: 'adjusted' },
      { kind: 'received' },
    ]);
  });

  it('never leaves less than is promised, and says so with the numbers', async () => {
    await receive('promised', { quantity: 5 });
    await promise('promised', 4);
    const lost = { difference: -2, reason: 'lost', by: 'kim' };
    expect(await adjust('promised', lost)).toMatchObject({
      status: 409,
      body: { title: 'Less than is reserved', onHand: 5, reserved: 4, warehouseId: 'main' },
    });
    expect((await adjust('promised', { ...lost, difference: -1 })).status).toBe(201);
    // Of another warehouse, in which there is none.
    const elsewhere = { ...lost, warehouseId: 'east' };
    expect(await adjust('promised', elsewhere)).toMatchObject({
      status: 409,
      body: { title: 'More than is there', onHand: 0, reserved: 0 },
    });
  });

  it('is refused where it cannot be meant, naming the field', async () => {
    await receive('strict', { quantity: 1 });
    const fine = { difference: 1, reason: 'found', by: 'kim' };
    for (const [body, status, field] of [
      [{ ...fine, difference: 0 }, 400, 'difference'],
      [{ ...fine, by: undefined }, 400, 'by'],
      [{ ...fine, reason: 'whim' }, 400, 'reason'],
      [{ ...fine, warehouseId: 'nowhere' }, 422, 'warehouseId'],
      [{ ...fine, difference: 1_000_000_000 }, 422, 'difference'],
    ] as const) {
      const refused = await adjust('strict', body);
      expect(refused).toMatchObject({ status, body: { errors: [{ field }] } });
    }
    expect((await adjust('never-seen', fine)).status).toBe(404);
    for (const [body, field] of [
      [{ quantity: 0 }, 'quantity'],
      [{ quantity: 1, reference: undefined }, 'reference'],
      [{ quantity: 1, note: 'two\nlines' }, 'note'],
    ] as const) {
      const refused = await receive('strict', body);
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ field }] } });
    }
    const headers = [{ 'x-actor': ' ' }, { 'idempotency-key': 'two words' }];
    for (const header of headers) {
      expect((await receive('strict', { quantity: 1 }, header)).status).toBe(400);
    }
    expect(await onHand('strict')).toBe(1);
  });

  it('is done once for a key, with the same answer, however many ask at once', async () => {
    const key = { 'idempotency-key': 'delivery-1' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => receive('once', { quantity: 7 }, key)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    await receive('once', { quantity: 1 });
    expect((await receive('once', { quantity: 7 }, key)).body).toEqual(answers[0]?.body);
    expect(await onHand('once')).toBe(8);
    expect(itemsOf(await list('once'))).toHaveLength(2);
  });

  it('is refused for a key that was used for something else, also at the same time', async () => {
    const key = { 'idempotency-key': 'delivery-2' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, no) => receive(`other-${no}`, { quantity: 7 }, key)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(422)]);
    const refused = answers.find(({ status }) => status === 422);
    expect(refused?.body).toMatchObject({ errors: [{ field: 'Idempotency-Key' }] });
    const [first] = answers.flatMap(({ status }, no) => (status === 201 ? [`other-${no}`] : []));
    expect((await receive(first ?? '', { quantity: 8 }, key)).status).toBe(422);
    const adjustment = { difference: 7, reason: 'found', by: 'kim' };
    expect((await adjust(first ?? '', adjustment, key)).status).toBe(422);
    expect(await onHand(first ?? '')).toBe(7);
  });

  describe('in a batch of receipts', () => {
    it('is all done, one upon the other, and once for a key', async () => {
      const many = Array.from({ length: 1_000 }, (_, no) => ({
        productId: `b-${no % 400}`,
        quantity: 1 + (no % 3),
        reference: `DN-${no}`,
        ...(no % 2 === 0 && { warehouseId: 'east' }),
      }));
      const key = { 'idempotency-key': 'truck-1', 'x-actor': 'kim' };
      const answer = await batch(many, key);
      expect(answer.status).toBe(201);
      expect(itemsOf(answer)).toMatchObject(
        many.map(({ productId, quantity, reference }) => ({
          productId,
          difference: quantity,
          reference,
          by: 'kim',
        })),
      );
      // The third receipt of a product in the same warehouse builds on the ones before.
      expect(itemsOf(answer)[800]).toMatchObject({ revision: 3, onHand: 1 + 2 + 3 });
      expect(await batch(many, key)).toMatchObject({ status: 201, body: answer.body });
      const sum = many.reduce((all, { quantity }) => all + quantity, 0);
      const [stored] = await world.database.query<{ pieces: number; rows: number }>(
        `select sum(on_hand)::int as pieces, count(*)::int as rows
           from stock where product_id like 'b-%'`,
      );
      expect(stored).toEqual({ pieces: sum, rows: 400 });
      expect((await batch([...many, ...many.slice(0, 1)])).status).toBe(400);
    });

    it('is not done at all when one of them cannot be, and that one is named', async () => {
      const fine = { productId: 'half', quantity: 1, reference: 'DN' };
      for (const [wrong, field] of [
        [{ ...fine, warehouseId: 'nowhere' }, 'receipts.1.warehouseId'],
        [{ ...fine, quantity: 1_000_000_000 }, 'receipts.1.quantity'],
      ] as const) {
        const refused = await batch([fine, wrong, fine]);
        expect(refused).toMatchObject({ status: 422, body: { errors: [{ field }] } });
      }
      expect((await world.ask('GET', '/stock/half')).status).toBe(404);
      expect(itemsOf(await list('half'))).toEqual([]);
    });
  });

  describe('is on record', () => {
    it('newest first, a page at a time, of one warehouse or of all', async () => {
      const wanted = Array.from({ length: 25 }, (_, no) => ({
        productId: 'paged',
        quantity: no + 1,
        reference: 'DN',
        warehouseId: no % 2 === 0 ? 'main' : 'east',
      }));
      await batch(wanted);
      const all: Movement[] = [];
      for (let cursor = ''; ;) {
        const { body } = await list('paged', `?limit=10${cursor}`);
        all.push(...(body['items'] as Movement[]));
        // What comes meanwhile is newer than all pages that follow.
        await receive('paged', { quantity: 100 });
        if (body['nextCursor'] === undefined) break;
        cursor = `&cursor=${body['nextCursor'] as string}`;
      }
      expect(all.map(({ difference }) => difference)).toEqual(
        wanted.map(({ quantity }) => quantity).reverse(),
      );
      const east = itemsOf(await list('paged', '?warehouseId=east&limit=100'));
      expect(east).toHaveLength(12);
      expect(new Set(east.map(({ warehouseId }) => warehouseId))).toEqual(new Set(['east']));
      for (const query of ['?cursor=x', `?cursor=${Buffer.from('-1').toString('base64url')}`]) {
        expect((await list('paged', query)).status).toBe(400);
      }
      for (const query of ['?limit=0', '?warehouseId=A', '?page=1']) {
        expect((await list('paged', query)).status).toBe(400);
      }
    });

    it('for good: no row is changed or taken away, by whatever statement', async () => {
      await receive('kept', { quantity: 3 });
      for (const sql of [
        'update stock_movement set difference = 4',
        `delete from stock_movement where product_id = 'kept'`,
        'truncate stock_movement',
      ]) {
        await expect(world.database.query(sql)).rejects.toThrow('append only');
      }
      expect(itemsOf(await list('kept'))).toMatchObject([{ difference: 3 }]);
    });
  });
});
