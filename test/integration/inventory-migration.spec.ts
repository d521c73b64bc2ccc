/** Promises attacked here: what was promised before there were several warehouses is kept. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { QueryRunner } from 'typeorm';
import { Answers, createParticipant } from '#participant';
import { testPostgres, type PostgresServer } from '#testing';
import { GoodsOut } from '../../apps/inventory/src/handlers/goods-out.js';
import { StockHandler } from '../../apps/inventory/src/handlers/stock.handler.js';
import { findStock } from '../../apps/inventory/src/persistence/stock-rows.js';
import { migrations } from '../../migrations/inventory/index.js';
import { handedOver, release, reserve, restock, secure } from './inventory-world.js';
import {
  deliver,
  newOrderId,
  ParticipantDatabase,
  silent,
  type Replica,
} from './participant-harness.js';

const [held, kept, sold, given] = Array.from({ length: 4 }, newOrderId) as [
  string,
  string,
  string,
  string,
];

/** As the service left it before. */
async function fill(runner: QueryRunner): Promise<void> {
  await runner.query(`insert into stock values ('A', 10, 7, 9), ('B', 4, 1, 2)`);
  const rows = [
    [held, 'held', [['A', 2]], 2, 0],
    [kept, 'secured', [['A', 1]], 1, 0],
    [
      sold,
      'secured',
      [
        ['A', 4],
        ['B', 1],
      ],
      6,
      1,
    ],
    [given, 'released', [['A', 3]], 3, 3],
  ] as const;
  for (const [orderId, status, lines, taken, returned] of rows) {
    const json = lines.map(([productId, quantity]) => ({ productId, quantity }));
    await runner.query(
      `insert into reservation values ($1, 's', 'k', $2, $3, now() + interval '1 day', $4, $5, 1)`,
      [orderId, status, JSON.stringify(json), taken, returned],
    );
  }
}

describe('a shelf of before there were several warehouses', () => {
  let server: PostgresServer;
  let database: ParticipantDatabase;
  let on: Replica;
  beforeEach(async () => {
    server = await testPostgres();
    database = await ParticipantDatabase.create(server, async (runner) => {
      for (const Migration of migrations.slice(0, 2)) await new Migration().up(runner);
      await fill(runner);
      for (const Migration of migrations.slice(2)) await new Migration().up(runner);
    });
    on = await database.replica();
  });
  afterEach(async () => {
    await database.close();
    await server.stop();
  });

  const run = (...events: ReturnType<typeof secure>[]) => {
    const { inbox } = createParticipant({
      participant: 'inventory',
      handlers: [new StockHandler({ ttlMs: 1_000, maxMs: 1_000 }, new Answers('inventory'))],
      outbox: on.outbox,
      parking: { attempts: 4, backoffMs: 1 },
      log: silent,
    });
    return deliver(on, inbox, events);
  };
  const books = async () => {
    const rows = await Promise.all(['A', 'B'].map((id) => findStock(on.database, id)));
    return rows.flat().map((one) => [one.warehouseId, one.onHand, one.reserved, one.revision]);
  };

  it('lies in the main warehouse, and is released, secured, issued and restocked from there', async () => {
    expect(await books()).toEqual([
      ['main', 10, 7, 9],
      ['main', 4, 1, 2],
    ]);
    const goodsOut = new GoodsOut(silent);
    await run(release(held), secure(kept), release(given));
    expect(await books()).toEqual([
      ['main', 10, 5, 10],
      ['main', 4, 1, 2],
    ]);
    await run(restock(sold, newOrderId(), { A: 1 }));
    await on.outbox.transaction((unit) => goodsOut.handle(unit, [sold, kept].map(handedOver)));
    await run(restock(sold, newOrderId(), { A: 3, B: 1 }));
    expect(await books()).toEqual([
      ['main', 9, 0, 14],
      ['main', 4, 0, 4],
    ]);
    expect(on.replies().map(({ outcome }) => outcome)).toEqual(Array(5).fill('succeeded'));
  });

  it('knows an order that repeats its reservation, and answers where its goods lie', async () => {
    await run(reserve(sold, { B: 1, A: 4 }));
    const [answer] = on.published.filter(({ topic }) => topic === 'saga.inbox');
    expect(answer?.data).toMatchObject({
      outcome: 'succeeded',
      result: {
        allocations: [
          { productId: 'A', warehouseId: 'main', quantity: 4 },
          { productId: 'B', warehouseId: 'main', quantity: 1 },
        ],
      },
    });
  });

  it('can be taken back, as long as nothing lies elsewhere or has left', async () => {
    const runner = on.dataSource.createQueryRunner();
    const last = new (migrations[2] as (typeof migrations)[number])();
    await last.down(runner);
    expect(await runner.query('select * from stock order by product_id')).toEqual([
      { product_id: 'A', on_hand: 10, reserved: 7, revision: 9 },
      { product_id: 'B', on_hand: 4, reserved: 1, revision: 2 },
    ]);
    await last.up(runner);
    await runner.query(`insert into warehouse values ('east', 'East', 1, true)`);
    await runner.query(`insert into stock values ('A', 1, 0, 1, 'east')`);
    await runner.startTransaction();
    await expect(last.down(runner)).rejects.toThrow('check constraint');
    await runner.rollbackTransaction();
    await runner.release();
    expect(await findStock(on.database, 'A')).toHaveLength(2);
  });
});
