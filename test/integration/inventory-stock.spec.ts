import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { releaseStock, reserveStock, restockGoods, sagaReport, secureStock } from '#contracts';
import type { ReceivedEvent } from '#messaging';
import { Answers, createParticipant } from '#participant';
import { startPostgres, type PostgresServer } from '#testing';
import { ExpirySweeper } from '../../apps/inventory/src/expiry/expiry-sweeper.js';
import { StockHandler } from '../../apps/inventory/src/handlers/stock.handler.js';
import { StockDesk } from '../../apps/inventory/src/http/stock-desk.js';
import { migrations } from '../../migrations/inventory/index.js';
import {
  command,
  deliver,
  newOrderId,
  ParticipantDatabase,
  silent,
  type Replica,
} from './participant-harness.js';

type Lines = Record<string, number>;

describe('inventory on Postgres', () => {
  let server: PostgresServer;
  let database: ParticipantDatabase;
  let replicas: [Replica, Replica];
  let productNo = 0;

  beforeAll(async () => {
    server = await startPostgres({ fsync: false });
  }, 240_000);
  afterAll(() => server.stop());
  beforeEach(async () => {
    database = await ParticipantDatabase.create(server, async (runner) => {
      for (const Migration of migrations) await new Migration().up(runner);
    });
    replicas = [await database.replica(10), await database.replica(10)];
  });
  afterEach(() => database.close());

  /** Commands as they come from Kafka, in one batch and one transaction. */
  const run = (
    on: Replica,
    events: readonly ReceivedEvent[],
    { ttlMs = 900_000, maxMs = 604_800_000 } = {},
  ) => {
    const { inbox } = createParticipant({
      participant: 'inventory',
      handlers: [new StockHandler({ ttlMs, maxMs }, new Answers('inventory'))],
      outbox: on.outbox,
      parking: { attempts: 4, backoffMs: 1 },
      log: silent,
    });
    return deliver(on, inbox, events);
  };
  const reserve = (orderId: string, lines: Lines): ReceivedEvent => {
    const items = Object.entries(lines).map(([productId, quantity]) => ({ productId, quantity }));
    return command({
      name: reserveStock.name,
      key: orderId,
      id: `${orderId}:reserve`,
      data: { orderId, items },
    });
  };
  const secure = (orderId: string): ReceivedEvent =>
    command({ name: secureStock.name, key: orderId, data: { orderId } });
  const release = (orderId: string): ReceivedEvent =>
    command({
      name: releaseStock.name,
      key: orderId,
      undoes: `${orderId}:reserve`,
      data: { orderId },
    });
  const restock = (orderId: string, returnId: string, lines: Lines, by = 'one') => {
    const items = Object.entries(lines).map(([productId, quantity]) => ({ productId, quantity }));
    return command({
      name: restockGoods.name,
      key: returnId,
      id: `${returnId}:${by}`,
      data: { orderId, returnId, items },
    });
  };
  const put = (productId: string, onHand: number) =>
    new StockDesk(replicas[0].outbox).set({ productId, onHand });
  const product = async (onHand: number): Promise<string> => {
    const productId = `P${(productNo += 1)}`;
    await put(productId, onHand);
    return productId;
  };
  const stockOf = async (productId: string) => {
    const [row] = await replicas[0].database.query<{ onHand: number; reserved: number }>(
      'select on_hand as "onHand", reserved from stock where product_id = $1',
      [productId],
    );
    return row;
  };
  const statusOf = async (orderId: string) => {
    const [row] = await replicas[0].database.query<{ status: string }>(
      'select status from reservation where order_id = $1',
      [orderId],
    );
    return row?.status;
  };
  const replies = () => replicas.flatMap((replica) => replica.replies());
  const deadlocks = async () => {
    const [row] = await replicas[0].database.query<{ deadlocks: string }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    return Number(row?.deadlocks);
  };
  /** Products whose books do not agree with the reservations. */
  const wrongBooks = () =>
    replicas[0].database.query(
      `select s.product_id, s.on_hand, s.reserved, coalesce(sum(l.quantity), 0) as promised
         from stock s
         left join (
           select l.value ->> 'productId' as product_id, (l.value ->> 'quantity')::int as quantity
             from reservation, json_array_elements(lines) l
            where status in ('held', 'secured')) l using (product_id)
        group by s.product_id
       having s.reserved <> coalesce(sum(l.quantity), 0) or s.reserved > s.on_hand`,
    );

  it('sells ten pieces ten times to 500 orders that want them at the same time', async () => {
    const productId = await product(10);
    const orders = Array.from({ length: 500 }, newOrderId);
    await Promise.all(
      orders.map((order, index) =>
        run(replicas[index % 2 === 0 ? 0 : 1], [reserve(order, { [productId]: 1 })]),
      ),
    );
    const outcomes = replies().map(({ outcome }) => outcome);
    expect(outcomes).toHaveLength(500);
    expect(outcomes.filter((outcome) => outcome === 'succeeded')).toHaveLength(10);
    expect(await stockOf(productId)).toEqual({ onHand: 10, reserved: 10 });
    expect(await wrongBooks()).toEqual([]);
  }, 240_000);

  it('does not deadlock over products in opposite orders', async () => {
    const products = await Promise.all(Array.from({ length: 6 }, () => product(100_000)));
    const forwards = Object.fromEntries(products.map((id) => [id, 1]));
    const backwards = Object.fromEntries(products.toReversed().map((id) => [id, 1]));
    const orders = Array.from({ length: 200 }, newOrderId);
    const batches = Array.from({ length: 40 }, (_, batch) =>
      orders.slice(batch * 5, batch * 5 + 5),
    );
    await Promise.all(
      batches.map((batch, index) =>
        run(
          replicas[index % 2 === 0 ? 0 : 1],
          batch.map((order) => reserve(order, index % 2 === 0 ? forwards : backwards)),
        ),
      ),
    );
    await Promise.all(
      batches.map((batch, index) =>
        run(
          replicas[index % 2 === 0 ? 0 : 1],
          (index % 2 === 0 ? batch : batch.toReversed()).map(release),
        ),
      ),
    );
    expect(replies()).toHaveLength(400);
    for (const id of products) expect(await stockOf(id)).toEqual({ onHand: 100_000, reserved: 0 });
    expect(await deadlocks()).toBe(0);
  }, 240_000);

  it('writes each product once a batch, in one statement a table', async () => {
    const [one, two] = [await product(1000), await product(1000)];
    const { database: db } = replicas[0];
    await db.query('create table write_log (product_id text)');
    await db.query(`
      create function log_write() returns trigger language plpgsql as
        $$ begin insert into write_log values (new.product_id); return new; end $$`);
    await db.query(`
      create trigger log_write after update on stock
        for each row execute function log_write()`);
    const orders = Array.from({ length: 500 }, newOrderId);
    replicas[0].statements = [];
    await run(
      replicas[0],
      orders.map((order) => reserve(order, { [one]: 1, [two]: 2 })),
    );
    // Barrier: read, insert. Reservations and stock: lock and write each.
    expect(replicas[0].statements).toHaveLength(6);
    const writes = await db.query('select product_id from write_log order by product_id');
    expect(writes).toEqual([{ product_id: one }, { product_id: two }]);
    expect(await stockOf(two)).toEqual({ onHand: 1000, reserved: 1000 });
  });

  it('takes an order through its whole life, whatever is repeated', async () => {
    const productId = await product(5);
    const order = newOrderId();
    const [first, second] = replicas;
    const all = [reserve(order, { [productId]: 3 }), secure(order), release(order)];
    await run(first, all.slice(0, 1));
    await run(first, all.slice(0, 2));
    expect(await statusOf(order)).toBe('secured');
    expect(await stockOf(productId)).toEqual({ onHand: 5, reserved: 3 });
    await run(second, all);
    await run(second, all);
    expect(await statusOf(order)).toBe('released');
    expect(await stockOf(productId)).toEqual({ onHand: 5, reserved: 0 });
    const effects = replicas.flatMap(({ published }) =>
      published.flatMap(({ data }) => (data as { effects?: object[] }).effects ?? []),
    );
    expect(effects.at(-1)).toEqual({
      id: `stock:${order}`,
      kind: 'stock',
      unit: 'pcs',
      taken: 3,
      returned: 3,
      revision: 3,
    });
  });

  it('keeps one reservation an order, also for two commands at the same time', async () => {
    const productId = await product(1000);
    const orders = Array.from({ length: 20 }, newOrderId);
    const reserving = (by: string, pieces: number) =>
      orders.map((order) => ({ ...reserve(order, { [productId]: pieces }), id: `${order}:${by}` }));
    await Promise.all([
      run(replicas[0], reserving('one', 1)),
      run(replicas[1], reserving('two', 1)),
      run(replicas[1], reserving('three', 2)),
    ]);
    expect(await wrongBooks()).toEqual([]);
    for (const order of orders) {
      const replied = replicas.flatMap((replica) =>
        ['one', 'two', 'three'].flatMap((by) => replica.replies(`${order}:${by}`)),
      );
      expect(replied).toHaveLength(3);
      expect(replied.some(({ outcome }) => outcome === 'succeeded')).toBe(true);
      expect(replied.some(({ code }) => code === 'already-reserved')).toBe(true);
    }
  });

  it('reserves nothing for an order that was given up before', async () => {
    const productId = await product(5);
    const order = newOrderId();
    await run(replicas[0], [release(order)]);
    await run(replicas[1], [reserve(order, { [productId]: 3 })]);
    expect(await stockOf(productId)).toEqual({ onHand: 5, reserved: 0 });
    expect(replicas[1].replies()).toMatchObject([{ outcome: 'refused', code: 'undone' }]);
  });

  it('has none of a product that nobody has set, even one that could not be', async () => {
    const odd = ['never set', 'null \u0000 byte', '../etc'];
    for (const id of odd) await run(replicas[0], [reserve(newOrderId(), { [id]: 1 })]);
    expect(replies().map(({ code }) => code)).toEqual(odd.map(() => 'insufficient-stock'));
  });

  it('finds an order by its id, however that is written', async () => {
    const productId = await product(5);
    const order = newOrderId();
    await run(replicas[0], [reserve(order, { [productId]: 1 })]);
    await run(replicas[0], [release(order.toUpperCase())]);
    expect(await stockOf(productId)).toEqual({ onHand: 5, reserved: 0 });
  });

  describe('expiry', () => {
    const sweeperOn = (on: Replica) =>
      new ExpirySweeper({
        outbox: on.outbox,
        answers: new Answers('inventory'),
        log: silent,
        everyMs: 1_000_000,
      });

    it('gives back what nobody secured, once, and tells the saga', async () => {
      const productId = await product(10);
      const [kept, left] = [newOrderId(), newOrderId()];
      const lines = { [productId]: 2 };
      await run(replicas[0], [reserve(kept, lines), reserve(left, lines), secure(kept)], {
        ttlMs: 0,
      });
      await Promise.all(replicas.map((replica) => sweeperOn(replica).sweep()));
      expect(await statusOf(kept)).toBe('secured');
      expect(await statusOf(left)).toBe('expired');
      expect(await stockOf(productId)).toEqual({ onHand: 10, reserved: 2 });
      const published = replicas.flatMap((replica) => replica.published);
      const reports = published.filter(({ type }) => type.endsWith('saga.report-effects'));
      expect(reports.map(({ data }) => sagaReport.parse(data))).toMatchObject([
        {
          sagaId: `saga-${left}`,
          effects: [{ id: `stock:${left}`, taken: 2, returned: 2, revision: 2 }],
          reason: { code: 'reservation-expired' },
        },
      ]);
      await run(replicas[0], [secure(left), release(left)]);
      expect(replicas[0].replies().slice(-2)).toMatchObject([
        { outcome: 'refused', code: 'reservation-expired' },
        { outcome: 'succeeded' },
      ]);
      expect(await stockOf(productId)).toEqual({ onHand: 10, reserved: 2 });
    });

    it('holds as long as the saga asks for, but no longer than anybody may', async () => {
      const productId = await product(1000);
      const holding = (holdMs: number) => {
        const asked = reserve(newOrderId(), { [productId]: 1 });
        return { ...asked, data: { ...(asked.data as object), holdMs } };
      };
      const commands = [holding(60_000), holding(900_000_000)];
      const from = Date.now();
      await run(replicas[0], commands, { ttlMs: 1_000, maxMs: 500_000 });
      const until = Date.now();
      const heldMs: number[] = [];
      for (const { key } of commands) {
        const [row] = await replicas[0].database.query<{ at: Date }>(
          'select expires_at as at from reservation where order_id = $1',
          [key],
        );
        heldMs.push(Number(row?.at));
      }
      for (const [index, ms] of [60_000, 500_000].entries()) {
        expect(heldMs[index]).toBeGreaterThanOrEqual(from + ms);
        expect(heldMs[index]).toBeLessThanOrEqual(until + ms);
      }
    });

    it('never takes from an order what it was told is secure', async () => {
      const productId = await product(1000);
      const orders = Array.from({ length: 60 }, newOrderId);
      await run(
        replicas[0],
        orders.map((order) => reserve(order, { [productId]: 1 })),
        { ttlMs: 0 },
      );
      const secured = orders.map((order) => run(replicas[0], [secure(order)]));
      const sweeps = Array.from({ length: 5 }, () => sweeperOn(replicas[1]).sweep());
      await Promise.all([...secured, ...sweeps]);
      let expired = 0;
      for (const order of orders) {
        const [reply] = replicas[0].replies(`${order}:inventory.secure-stock`);
        const status = await statusOf(order);
        expect(status).toBe(reply?.outcome === 'succeeded' ? 'secured' : 'expired');
        if (status === 'expired') expired += 1;
      }
      expect(await stockOf(productId)).toEqual({ onHand: 1000, reserved: 60 - expired });
      expect(await deadlocks()).toBe(0);
    });
  });

  describe('goods that come back', () => {
    const sold = async (pieces: number) => {
      const productId = await product(10);
      const orderId = newOrderId();
      await run(replicas[0], [reserve(orderId, { [productId]: pieces }), secure(orderId)]);
      return { productId, orderId };
    };
    const outcomesOf = (commandId: string) =>
      replicas.flatMap((on) => on.replies(commandId)).map(({ outcome }) => outcome);

    it('are available again, once a return, whichever command brings them', async () => {
      const { productId, orderId } = await sold(3);
      const [one, two] = [newOrderId(), newOrderId()];
      const lines = { [productId]: 1 };
      const again = restock(orderId, one, lines, 'another-command');
      await run(replicas[0], [restock(orderId, one, lines), restock(orderId, one, lines), again]);
      expect(await stockOf(productId)).toEqual({ onHand: 10, reserved: 2 });
      expect(outcomesOf(again.id)).toEqual(['succeeded']);
      await Promise.all([
        run(replicas[0], [restock(orderId, two, { [productId]: 2 }, 'left')]),
        run(replicas[1], [restock(orderId, two, { [productId]: 2 }, 'right')]),
      ]);
      expect(await stockOf(productId)).toEqual({ onHand: 10, reserved: 0 });
      expect([...outcomesOf(`${two}:left`), ...outcomesOf(`${two}:right`)]).toEqual([
        'succeeded',
        'succeeded',
      ]);
      expect(await wrongBooks()).toEqual([]);
    });

    it('are never more than the order holds, also of two returns at the same time', async () => {
      const { productId, orderId } = await sold(3);
      const returns = [newOrderId(), newOrderId()];
      await Promise.all(
        returns.map((id, index) =>
          run(replicas[index === 0 ? 0 : 1], [restock(orderId, id, { [productId]: 2 })]),
        ),
      );
      expect(await stockOf(productId)).toEqual({ onHand: 10, reserved: 1 });
      const outcomes = returns.flatMap((id) => outcomesOf(`${id}:one`));
      expect(outcomes.toSorted()).toEqual(['parked', 'succeeded']);
    });

    it('count in the ledger of the saga that took them, and in no other', async () => {
      const { productId, orderId } = await sold(3);
      const returnId = newOrderId();
      await run(replicas[0], [restock(orderId, returnId, { [productId]: 2 })]);
      const { published } = replicas[0];
      const reports = published.filter(({ type }) => type.endsWith('saga.report-effects'));
      expect(reports.map(({ key }) => key)).toEqual([orderId]);
      expect(sagaReport.parse(reports[0]?.data)).toEqual({
        sagaId: `saga-${orderId}`,
        effects: [
          {
            id: `stock:${orderId}`,
            kind: 'stock',
            unit: 'pcs',
            taken: 3,
            returned: 2,
            revision: 3,
          },
        ],
      });
      const reply = published.find(({ causationid }) => causationid === `${returnId}:one`);
      expect(reply?.data).not.toHaveProperty('effects');
      await run(replicas[1], [release(orderId)]);
      expect(await stockOf(productId)).toEqual({ onHand: 10, reserved: 0 });
    });
  });

  it('keeps its books in any mixture of commands on two replicas', async () => {
    const products = await Promise.all([3, 10, 40, 0].map(product));
    const orders = Array.from({ length: 40 }, newOrderId);
    const returns = Array.from({ length: 10 }, newOrderId);
    let seed = 42;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
    const any = (): ReceivedEvent => {
      const order = pick(orders);
      const kind = random(4);
      if (kind === 3) return restock(order, pick(returns), { [pick(products)]: 1 });
      if (kind === 1) return secure(order);
      if (kind === 2) return release(order);
      return reserve(order, { [pick(products)]: 1 + random(3), [pick(products)]: 1 });
    };
    const batches = Array.from({ length: 60 }, () => Array.from({ length: 1 + random(20) }, any));
    await Promise.all(batches.map((batch, index) => run(replicas[index % 2 === 0 ? 0 : 1], batch)));
    expect(await wrongBooks()).toEqual([]);
    expect(await deadlocks()).toBe(0);
    const changes = replicas
      .flatMap(({ published }) => published)
      .filter(({ topic, type }) => topic === 'inventory.events' && !type.endsWith('insufficient'));
    expect(new Set(changes.map(({ id }) => id)).size).toBe(changes.length);
  }, 240_000);

  describe('setting stock by hand', () => {
    it('makes a product known once, also when several do it at once', async () => {
      await Promise.all([4, 5, 6].map((onHand) => put('new', onHand)));
      const [row] = await replicas[0].database.query<{ revision: number }>(
        `select revision from stock where product_id = 'new'`,
      );
      expect(row?.revision).toBe(3);
    });

    it('does not go below what is promised, also at the moment of the promise', async () => {
      const productId = await product(10);
      const [adjusted] = await Promise.all([
        put(productId, 4),
        run(replicas[1], [reserve(newOrderId(), { [productId]: 8 })]),
      ]);
      const [reply] = replicas[1].replies();
      expect([adjusted.kind, reply?.outcome]).toEqual(
        adjusted.kind === 'set' ? ['set', 'refused'] : ['below-reserved', 'succeeded'],
      );
    });
  });
});
