/** Promise attacked here: the look at a whole world tells of each thing that is wrong. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Customer } from '../shop/customers.js';
import type { Drawing } from '../shop/merchants.js';
import { itTells } from './spec/cases.js';
import { ORDERS, WITHDRAWALS } from './spec/small-plan.js';
import { added, assigned, changed, gone, SmallWorld, type Change } from './spec/small-world.js';

const order = (w: SmallWorld): string => w.orderId(ORDERS.delivered);
const back = (w: SmallWorld): string => w.returnId(ORDERS.sentBack);
const drawn = (w: SmallWorld): string => w.withdrawalId(WITHDRAWALS.paid);

const customer = (w: SmallWorld, no: number): Customer => {
  const found = w.shop.customers.all.find(({ plan }) => plan.no === no);
  if (!found) throw new Error(`no customer ${no}`);
  return found;
};
const drawing = (w: SmallWorld): Drawing => {
  const found = w.shop.merchants.all.find(({ withdrawalId }) => withdrawalId === drawn(w));
  if (!found) throw new Error('nobody draws');
  return found;
};
/** The same row once more, under another id. */
const copied = <Row>(rows: Map<string, Row>, key: string, change: (row: Row) => Row): Change => {
  const row = rows.get(key);
  if (row === undefined) throw new Error(`there is no ${key}`);
  return added(rows, 'copy', change(row));
};

describe('of sagas', () => {
  itTells({
    'one is missing': (w) => [
      `no place-order of ${order(w)}`,
      gone(w.sagas, w.sagaOf(order(w)).id),
    ],
    'one of a return is missing': (w) => [
      `no return-order of ${back(w)}`,
      gone(w.sagas, w.sagaOf(back(w)).id),
    ],
    'one of a lost parcel is missing': (w) => [
      `no refund-lost-parcel of ${w.returnId(ORDERS.lost)}`,
      gone(w.sagas, w.sagaOf(w.returnId(ORDERS.lost)).id),
    ],
    'one of a withdrawal is missing': (w) => [
      `no withdraw of ${drawn(w)}`,
      gone(w.sagas, w.sagaOf(drawn(w)).id),
    ],
    'one is there twice': (w) => [
      `two sagas: place-order ${order(w)}`,
      copied(w.sagas, w.sagaOf(order(w)).id, (row) => ({ ...row })),
    ],
  });
});

describe('under one key', () => {
  itTells({
    'there are two orders': (w) => [
      `two of key-1: ${order(w)} and copy`,
      copied(w.tables.order.orders.rows, order(w), (row) => ({
        ...row,
        order: { ...row.order, orderId: 'copy' },
      })),
    ],
    'there are two returns': (w) => [
      `two of ${w.orderId(ORDERS.sentBack)} return-1: ${back(w)} and copy`,
      copied(w.tables.returns.returns.rows, back(w), (row) => ({
        ...row,
        asked: { ...row.asked, returnId: 'copy' },
      })),
    ],
    'there are two withdrawals': (w) => [
      `two of withdrawal-1: ${drawn(w)} and copy`,
      copied(w.tables.withdrawal.withdrawals.rows, drawn(w), (row) => ({
        ...row,
        withdrawal: { ...row.withdrawal, withdrawalId: 'copy' },
      })),
    ],
  });
});

describe('who asked', () => {
  itTells({
    'for an order was never answered': (w) => [
      'order 1 was never accepted',
      nobodyTold(customer(w, ORDERS.delivered), 'orderId'),
    ],
    'for an order was told of another one': (w) => [
      `order 1 is ${order(w)}, not other as was said`,
      assigned(customer(w, ORDERS.delivered), { orderId: 'other' }),
    ],
    'for a return was told of another one': (w) => [
      `return 1 of ${w.orderId(ORDERS.sentBack)} is ${back(w)}, not other as was said`,
      assigned(customer(w, ORDERS.sentBack), {
        returns: customer(w, ORDERS.sentBack).returns.map(({ plan, answer }) => ({
          plan,
          answer: { ...answer, returnId: 'other' } as typeof answer,
        })),
      }),
    ],
    'for a withdrawal was never answered': (w) => [
      'withdrawal 1 was never accepted',
      nobodyTold(drawing(w), 'withdrawalId'),
    ],
    'for a withdrawal was told of another one': (w) => [
      `withdrawal 1 is ${drawn(w)}, not other`,
      assigned(drawing(w), { withdrawalId: 'other' }),
    ],
  });
});

describe('on the shelf', () => {
  itTells({
    'more is put aside than orders have': (w) => [
      'product-1/main: 3 put aside, 0 by orders',
      changed(w.tables.shelf.stock.rows, 'product-1/main', (row) => ({ ...row, reserved: 3 })),
    ],
    'something is missing': (w) => [
      'product-1: 37 on hand, not 38',
      changed(w.tables.shelf.stock.rows, 'product-1/main', (row) => ({ ...row, onHand: 17 })),
    ],
  });
});

describe('those outside', () => {
  itTells({
    'took money for no order of ours': (w) => [
      'payment of no order: other',
      changed(w.outside.provider.intents, 'pi_1', (intent) => ({ ...intent, orderId: 'other' })),
    ],
    'gave money back for no return of ours': (w) => [
      'refund of no return: other',
      changed(w.outside.provider.intents, 'pi_1', (intent) => ({
        ...intent,
        parts: new Map([['other', 1]]),
      })),
    ],
    'bring back what nobody sends': (w) => [
      'parcel of no return: other',
      added(w.outside.carrier.returns, 'other', {
        ...{ no: 9, orderId: order(w), pieces: 1, isLost: false, arrivesAtMs: 0 },
      }),
    ],
  });
});

describe('a world', () => {
  let world: SmallWorld;
  let restore: () => void = () => undefined;

  beforeAll(async () => {
    world = await SmallWorld.played();
  });
  afterAll(() => restore());

  it('that does not come to its end says what it waits for', () => {
    const running = world.saga(order(world), (saga) => ({ ...saga, state: 'running' }));
    expect(world.saysWhen(false, running)).toContain(
      `not over long after the last fault: ${order(world)} is running and 0 more`,
    );
  });

  it('says what was committed and never published, once there was time for it', () => {
    const { scheduler } = world.shop.world;
    const { database, outboxTables } = world.shop.services.order;
    const message = { topic: 'order.events', partition: null, key: 'k', value: '{}' };
    const row = { epoch: '1', seq: 1, message: { ...message, headers: { ce_id: 'lost' } } };
    database.onCommit(new Map([[outboxTables.rows as never, new Map([['1/1', { row }]])]]));
    const { nowMs } = scheduler;
    restore = () => (scheduler.nowMs = nowMs);
    expect(world.says()).toEqual([]);
    scheduler.nowMs = nowMs + 1_000;
    expect(world.says()).toEqual(['committed, never published: order: order.events lost']);
    world.shop.broker.onArrival(row.message, 0);
    expect(world.says()).toEqual([]);
  });
});

const nobodyTold = <Who extends object>(who: Who, field: keyof Who): Change => {
  return () => {
    const before = { ...who };
    Reflect.deleteProperty(who, field);
    return () => Object.assign(who, before);
  };
};
