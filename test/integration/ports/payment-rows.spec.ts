/** The contract of payment's rows: one payment an order, and the gate before money is taken. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { FeeRate } from '#contracts';
import { migrations } from '#migrations/payment';
import { RetryableError, type Tx } from '#messaging';
import { barrierTable } from '#participant';
import type { StoredPayment } from '../../../apps/payment/src/persistence/payment-row.js';
import {
  postgresPaymentRows,
  type PaymentRows,
} from '../../../apps/payment/src/persistence/payment-rows.js';
import {
  postgresFeeRateRows,
  type FeeRateRows,
  type KnownMerchant,
} from '../../../apps/payment/src/persistence/fee-rate-rows.js';
import { SimFeeRateRows } from '../../../tools/simulate/stores/fee-rate-rows.js';
import { SimPaymentRows } from '../../../tools/simulate/stores/payment-rows.js';
import { crossed, inOrder, second, SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

const id = (no: number) => `019aa0c5-7d5c-7000-8000-00000000000${no}`;
const to = { issuedOn: '2026-11-21', commandId: 'c', sagaId: 's', businessKey: 'k\u0000"' };
const payment = (no: number, change: Partial<StoredPayment> = {}): StoredPayment => ({
  orderId: id(no),
  sagaId: `saga-${no}`,
  customerId: 'c',
  merchantId: 'm',
  channel: 'web',
  method: 'credit_card',
  currency: 'JPY',
  amount: Number.MAX_SAFE_INTEGER,
  sealedToken: 'sealed',
  email: 'kim@example.com',
  wanted: 'captured',
  status: 'accepted',
  intentId: null,
  captured: 0,
  refunded: 0,
  problemCode: null,
  attempt: 1,
  instructions: null,
  revision: 1,
  chargeTo: [to],
  undoTo: [],
  goodsRefunds: [],
  capturedAt: null,
  fee: 0,
  feeRateId: null,
  feeReturned: 0,
  chargebacks: [],
  ...change,
});
const captured = payment(1, {
  status: 'captured',
  sealedToken: null,
  captured: Number.MAX_SAFE_INTEGER,
  refunded: 300,
  problemCode: 'p',
  email: null,
  attempt: 3,
  instructions: { reference: 'R', payBy: '2026-11-29T12:00:00.000Z' },
  revision: 2,
  chargeTo: [],
  undoTo: [to],
  goodsRefunds: [{ returnId: id(7), amount: 300, done: true, to: [to] }],
  capturedAt: '2026-11-26T12:00:00.123Z',
  fee: 4_000_000_000_000,
  feeRateId: 'rate-1',
  feeReturned: 4_000_000_000_000,
  chargebacks: [{ chargebackId: 'dp_1', disputed: 7, reason: 'fraudulent', status: 'open' }],
});

describe.each(SIDES)('the rows of payments on %s', (_name, open) => {
  let side: Side;
  let rows: PaymentRows;

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    rows = side.postgres ? postgresPaymentRows : new SimPaymentRows();
  });
  afterEach(() => side.close());

  const find = async (no: number) => (await rows.findPayments(side.session, [id(no)])).get(id(no));
  const insert = (...all: StoredPayment[]) =>
    side.transaction((tx) => rows.insertPayments(tx, all));
  const update = (before: StoredPayment, after: StoredPayment) =>
    side.transaction((tx) => rows.updatePayments(tx, [{ before, after }]));

  it('gives back what was inserted, and nothing for orders without a payment', async () => {
    await insert(payment(2), payment(1));
    const expected = new Map([
      [id(1), payment(1)],
      [id(2), payment(2)],
    ]);
    const ids = [id(2), id(9), id(1), id(2)];
    await expect(rows.findPayments(side.session, ids)).resolves.toEqual(expected);
    const locked = await side.transaction((tx) => rows.lockPayments(tx, ids));
    expect([...locked]).toEqual([...expected]);
  });

  it('leaves what is not known of a new one to the table', async () => {
    const { goodsRefunds, capturedAt, fee, feeRateId, feeReturned, chargebacks } = captured;
    const books = { capturedAt, fee, feeRateId, feeReturned, chargebacks };
    const known = { intentId: 'i', captured: 9, refunded: 9, problemCode: 'p', goodsRefunds };
    await insert(payment(1, { ...known, ...books }));
    await expect(find(1)).resolves.toEqual(payment(1));
  });

  it('keeps addresses as JSON', async () => {
    const odd = { ...to, chain: undefined, traceparent: 't' } as unknown as typeof to;
    await insert(payment(1, { chargeTo: [odd] }));
    const found = await find(1);
    expect(found?.chargeTo).toStrictEqual([{ ...to, traceparent: 't' }]);
  });

  it('has one payment an order, and inserts all of them or none', async () => {
    await insert(payment(1));
    await expect(insert(payment(2), payment(1, { amount: 5 }))).rejects.toThrow(RetryableError);
    await expect(insert(payment(3), payment(3))).rejects.toThrow('a payment was made meanwhile');
    await expect(find(1)).resolves.toEqual(payment(1));
    await expect(find(2)).resolves.toBeUndefined();
    await expect(find(3)).resolves.toBeUndefined();
  });

  it('lets a second insert of an order wait, and takes it when the first is rolled back', async () => {
    const first = (tx: Tx) => rows.insertPayments(tx, [payment(1)]);
    const then = (tx: Tx) => rows.insertPayments(tx, [payment(1, { sagaId: 'second' })]);
    await expect(second(side, first, then, 'rollback')).resolves.toHaveLength(2);
    await expect(find(1)).resolves.toMatchObject({ sagaId: 'second' });
  });

  it('lets a second insert of an order wait, and refuses it when the first is committed', async () => {
    const first = (tx: Tx) => rows.insertPayments(tx, [payment(1)]);
    const then = (tx: Tx) => rows.insertPayments(tx, [payment(1, { sagaId: 'second' })]);
    await expect(second(side, first, then)).rejects.toThrow(RetryableError);
    await expect(find(1)).resolves.toEqual(payment(1));
  });

  it('lets an insert wait for who is changing the payment', async () => {
    await insert(payment(1));
    const first = (tx: Tx) => rows.updatePayments(tx, [{ before: payment(1), after: captured }]);
    const then = (tx: Tx) => rows.insertPayments(tx, [payment(1)]);
    await expect(second(side, first, then)).rejects.toThrow(RetryableError);
    await side.transaction(async (tx) => {
      await rows.lockPayments(tx, [id(1)]);
      await expect(insert(payment(1))).rejects.toThrow(RetryableError);
    });
  });

  it('updates what can change, and leaves the rest as it is', async () => {
    await insert(payment(1), payment(2));
    const other = { sagaId: 'x', customerId: 'x', merchantId: 'x', channel: 'x', intentId: 'x' };
    const more = { method: 'bank_transfer', currency: 'USD', amount: 1 } as const;
    await update(payment(1), { ...captured, ...other, ...more });
    await expect(find(1)).resolves.toEqual(captured);
    await expect(find(2)).resolves.toEqual(payment(2));
  });

  it('refuses an update of what is not as it was read, with all that came with it', async () => {
    await insert(payment(1), payment(2));
    await update(payment(1), captured);
    await expect(update(payment(1), captured)).rejects.toThrow('a payment changed meanwhile');
    await expect(update(payment(9), payment(9))).rejects.toThrow(RetryableError);
    const both = [payment(2), payment(1)].map((before) => ({
      before,
      after: { ...before, revision: 2, wanted: 'undone' as const },
    }));
    const stale = side.transaction((tx) => rows.updatePayments(tx, both));
    await expect(stale).rejects.toThrow(RetryableError);
    await expect(find(2)).resolves.toEqual(payment(2));
  });

  it('does not wait for a payment that was not as it was read from the beginning', async () => {
    await insert(payment(1));
    await update(payment(1), captured);
    await side.transaction(async (tx) => {
      await rows.lockPayments(tx, [id(1)]);
      await expect(update(payment(1), captured)).rejects.toThrow(RetryableError);
    });
  });

  it.each([
    ['more back than was captured', { captured: 5, refunded: 6 }],
    ['less than nothing back', { refunded: -1 }],
    ['an intent without its id', { status: 'intended' }],
    ['a fee of less than nothing', { fee: -1 }],
    ['a greater fee than was captured', { captured: 5, fee: 6 }],
    ['a part of the fee returned', { captured: 5, fee: 3, feeReturned: 2 }],
  ] as const)('never holds %s', async (_what, change) => {
    await insert(payment(1));
    const broken = update(payment(1), payment(1, { revision: 2, ...change }));
    await expect(broken).rejects.toMatchObject({ code: '23514' });
    const stale = update(payment(1, { revision: 7 }), payment(1, change));
    await expect(stale).rejects.toThrow(RetryableError);
    await expect(find(1)).resolves.toEqual(payment(1));
  });

  it('never takes a new one of less than nothing, or with an intent, even if there is one', async () => {
    await insert(payment(1));
    for (const change of [{ amount: -1 }, { status: 'intended', intentId: 'i' }] as const) {
      await expect(insert(payment(1, change))).rejects.toMatchObject({ code: '23514' });
    }
  });

  it.each([
    ['commit', 'captured'],
    ['rollback', 'accepted'],
  ] as const)('locks: who comes second sees what the %s left', async (end, expected) => {
    await insert(payment(1));
    let seen: StoredPayment | undefined;
    const first = async (tx: Tx) => {
      await rows.lockPayments(tx, [id(1)]);
      await rows.updatePayments(tx, [{ before: payment(1), after: captured }]);
      // Who does not lock does not wait, and sees what is committed.
      expect((await find(1))?.status).toBe('accepted');
    };
    const then = async (tx: Tx) => {
      seen = (await rows.lockPayments(tx, [id(1)])).get(id(1));
    };
    await expect(second(side, first, then, end)).resolves.toEqual(['first ends', 'second has it']);
    expect(seen?.status).toBe(expected);
  });

  it('locks what was there when it was asked, though it waits', async () => {
    await insert(payment(1));
    let seen: Map<string, StoredPayment> | undefined;
    const first = async (tx: Tx) => {
      await rows.lockPayments(tx, [id(1)]);
      await rows.insertPayments(tx, [payment(2)]);
    };
    await second(side, first, async (tx) => {
      seen = await rows.lockPayments(tx, [id(1), id(2)]);
    });
    expect([...(seen?.keys() ?? [])]).toEqual([id(1)]);
  });

  it('lets go of everything as soon as a statement has failed', async () => {
    await insert(payment(1));
    const failing = side.transaction(async (tx) => {
      await rows.lockPayments(tx, [id(1)]);
      const broken = rows.insertPayments(tx, [payment(2, { amount: -1 })]);
      await expect(broken).rejects.toMatchObject({ code: '23514' });
      await update(payment(1), captured);
      await expect(rows.lockPayments(tx, [id(1)])).rejects.toMatchObject({ code: '25P02' });
      throw new Error('taken back');
    });
    await expect(failing).rejects.toThrow('taken back');
    await expect(find(1)).resolves.toEqual(captured);
  });

  it('takes its locks in the order of the ids, whatever order it is asked in', async () => {
    await insert(payment(2));
    await insert(payment(1));
    const ends = await inOrder(side, (tx, nos) => rows.lockPayments(tx, nos.map(id)));
    expect(ends).toEqual(['first ends', 'second has it']);
  });

  it('ends two that wait for each other by failing one of them', async () => {
    await insert(payment(1), payment(2));
    const failed = await crossed(side, (tx, no) => rows.lockPayments(tx, [id(no)]));
    expect(failed).toMatchObject([{ code: '40P01' }]);
  });

  it('takes empty lists', async () => {
    await side.transaction(async (tx) => {
      await expect(rows.findPayments(tx, [])).resolves.toEqual(new Map());
      await expect(rows.lockPayments(tx, [])).resolves.toEqual(new Map());
      await expect(rows.storeIntents(tx, [])).resolves.toEqual([]);
      await rows.insertPayments(tx, []);
      await rows.updatePayments(tx, []);
    });
  });

  describe('ids of intents', () => {
    const store = (...intents: [no: number, intentId: string][]) =>
      rows.storeIntents(
        side.session,
        intents.map(([no, intentId]) => ({ orderId: id(no), attempt: 1, intentId })),
      );

    it('are stored for payments that wait for one, and for no others', async () => {
      await insert(payment(1), payment(2), payment(3, { wanted: 'undone' }), payment(4));
      await update(payment(2), { ...captured, orderId: id(2) });
      await expect(store([9, 'i9'], [4, 'i4'], [3, 'i3'], [2, 'i2'], [1, 'i1'])).resolves.toEqual([
        false,
        true,
        false,
        false,
        true,
      ]);
      await expect(find(1)).resolves.toEqual(payment(1, { status: 'intended', intentId: 'i1' }));
      await expect(find(2)).resolves.toMatchObject({ status: 'captured', intentId: null });
      await expect(find(3)).resolves.toEqual(payment(3, { wanted: 'undone' }));
      await expect(store([1, 'other'])).resolves.toEqual([false]);
      await expect(find(1)).resolves.toMatchObject({ intentId: 'i1' });
    });

    it('are not stored for a card that another one has followed', async () => {
      await insert(payment(1));
      const again = payment(1, { attempt: 2, revision: 2 });
      await update(payment(1), again);
      await expect(store([1, 'of the first'])).resolves.toEqual([false]);
      await expect(find(1)).resolves.toEqual(again);
    });

    it('replace that of the card before', async () => {
      await insert(payment(1));
      await store([1, 'first']);
      await update(payment(1), payment(1, { attempt: 2, revision: 2 }));
      const other = { orderId: id(1), attempt: 2, intentId: 'second' };
      await expect(rows.storeIntents(side.session, [other])).resolves.toEqual([true]);
      await expect(find(1)).resolves.toMatchObject({ status: 'intended', intentId: 'second' });
    });

    it('are stored once for several that ask at once, and only its owner hears yes', async () => {
      await insert(payment(1));
      const stored = await store([1, 'a'], [1, 'b'], [1, 'a']);
      const intentId = (await find(1))?.intentId;
      expect(stored).toEqual(['a', 'b', 'a'].map((asked) => asked === intentId));
      expect(stored).toContain(true);
    });

    it.each([
      ['commit', false],
      ['rollback', true],
    ] as const)('wait for who takes the payment back, and obey its %s', async (end, expected) => {
      await insert(payment(1));
      let stored: boolean[] = [];
      const undone = payment(1, { wanted: 'undone', revision: 2 });
      const first = (tx: Tx) => rows.updatePayments(tx, [{ before: payment(1), after: undone }]);
      const then = async (tx: Tx) => {
        stored = await rows.storeIntents(tx, [{ orderId: id(1), attempt: 1, intentId: 'i' }]);
      };
      await second(side, first, then, end);
      expect(stored).toEqual([expected]);
      await expect(find(1)).resolves.toMatchObject({ intentId: expected ? 'i' : null });
    });

    it('wait also for who has only locked the payment, and for one that is not wanted', async () => {
      await insert(payment(1, { wanted: 'undone' }));
      const first = (tx: Tx) => rows.lockPayments(tx, [id(1)]);
      const then = (tx: Tx) =>
        rows.storeIntents(tx, [{ orderId: id(1), attempt: 1, intentId: 'i' }]);
      const order = await second(side, first, then);
      expect(order).toEqual(['first ends', 'second has it']);
    });

    it('are stored in the order of the ids', async () => {
      await insert(payment(2));
      await insert(payment(1));
      const ends = await inOrder(side, (tx, nos) =>
        rows.storeIntents(
          tx,
          nos.map((no) => ({ orderId: id(no), attempt: 1, intentId: 'i' })),
        ),
      );
      expect(ends).toEqual(['first ends', 'second has it']);
    });

    it('stay when the payment is updated', async () => {
      await insert(payment(1));
      await store([1, 'i']);
      await update(payment(1), captured);
      await expect(find(1)).resolves.toEqual({ ...captured, intentId: 'i' });
    });
  });
});

describe.each(SIDES)('the fee rates of merchants on %s', (_name, open) => {
  let side: Side;
  let rows: FeeRateRows;

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    rows = side.postgres ? postgresFeeRateRows : new SimFeeRateRows();
  });
  afterEach(() => side.close());

  const rate = (rateId: string): FeeRate => ({
    rateId,
    channel: '*',
    validFrom: '2026-01-01T00:00:00Z',
    basisPoints: 250,
    fixed: [{ currency: 'JPY', amount: 1_000_000_000_000 }],
  });
  const merchant = (merchantId: string, revision: number, ...feeRates: FeeRate[]) => ({
    ...{ merchantId, revision, feeRates },
  });
  const learn = (...merchants: KnownMerchant[]) =>
    side.transaction((tx) => rows.learnMerchants(tx, merchants));
  const find = (...ids: string[]) => rows.findFeeRates(side.session, ids);

  it('are found by merchant; those of nobody known are missing', async () => {
    await learn(merchant('b', 1), merchant('a', 1, rate('r-1'), rate('r-2')));
    const expected = new Map([
      ['a', [rate('r-1'), rate('r-2')]],
      ['b', []],
    ]);
    await expect(find('b', 'x', 'a', 'a')).resolves.toEqual(expected);
    await expect(find()).resolves.toEqual(new Map());
  });

  it('are replaced by a higher revision alone, whatever comes when', async () => {
    await learn(merchant('a', 3, rate('r-3')));
    await learn(merchant('a', 2, rate('r-2')));
    await learn(merchant('a', 3, rate('other')));
    await expect(find('a')).resolves.toEqual(new Map([['a', [rate('r-3')]]]));
    await learn(merchant('a', 4));
    await expect(find('a')).resolves.toEqual(new Map([['a', []]]));
  });

  it.each([
    ['commit', 'r-2'],
    ['rollback', 'r-1'],
  ] as const)('of a second writer wait for the %s of the first', async (end, expected) => {
    const first = (tx: Tx) => rows.learnMerchants(tx, [merchant('a', 2, rate('r-2'))]);
    const then = (tx: Tx) => rows.learnMerchants(tx, [merchant('a', 1, rate('r-1'))]);
    await expect(second(side, first, then, end)).resolves.toEqual(['first ends', 'second has it']);
    await expect(find('a')).resolves.toEqual(new Map([['a', [rate(expected)]]]));
  });

  it('are read without waiting for who learns new ones', async () => {
    await learn(merchant('a', 1, rate('r-1')));
    await side.transaction(async (tx) => {
      await rows.learnMerchants(tx, [merchant('a', 2, rate('r-2'))]);
      await expect(find('a')).resolves.toEqual(new Map([['a', [rate('r-1')]]]));
    });
  });

  it('are written in the order of the ids, whatever order they come in', async () => {
    await learn(merchant('1', 1), merchant('2', 1));
    const ends = await inOrder(side, (tx, nos) =>
      rows.learnMerchants(
        tx,
        nos.map((no) => merchant(String(no), 2, rate('r'))),
      ),
    );
    expect(ends).toEqual(['first ends', 'second has it']);
  });
});
