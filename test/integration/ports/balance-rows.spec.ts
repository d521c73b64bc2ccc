/** The contract of settlement's rows: balances that add up, and one hold a withdrawal. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/settlement';
import { RetryableError, type Tx } from '#messaging';
import { barrierTable } from '#participant';
import type { Balance, Hold } from '../../../apps/settlement/src/domain/balance.js';
import {
  postgresBalanceRows,
  type BalanceRows,
} from '../../../apps/settlement/src/persistence/balance-rows.js';
import { SimBalanceRows } from '../../../tools/simulate/stores/balance-rows.js';
import { crossed, inOrder, second, SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

const DAY = '2026-11-21';
const id = (no: number) => `019aa0c5-7d5c-7000-8000-00000000000${no}`;
const share = (no: number) => ({ merchantId: `m-${no}`, currency: 'GBP' });
const hold = (no: number, change: Partial<Hold> = {}): Hold => ({
  ...{ withdrawalId: id(no), ...share(1), amount: 40, status: 'held', heldOn: DAY },
  ...{ taken: 40, returned: 0, revision: 1 },
  ...change,
});
const balance = (no: number, change: Partial<Balance> = {}): Balance => ({
  ...{ ...share(no), available: 100, held: 0, drawn: 0, revision: 1 },
  ...change,
});

describe.each(SIDES)('the rows of balances on %s', (_name, open) => {
  let side: Side;
  let rows: BalanceRows;

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    const simulated = new SimBalanceRows();
    rows = side.postgres ? postgresBalanceRows : simulated;
    // The other way around, so that no order comes about by itself.
    for (const no of [2, 1]) {
      const { merchantId, currency } = share(no);
      simulated.plant(share(no), 100);
      await side.postgres?.query(
        `insert into balance (merchant_id, currency, available, settled, revision)
         values ($1, $2, 100, 100, 1)`,
        [merchantId, currency],
      );
    }
  });
  afterEach(() => side.close());

  const save = (...changes: Parameters<BalanceRows['saveHolds']>[1]) =>
    side.transaction((tx) => rows.saveHolds(tx, changes));
  const made = (...holds: Hold[]) => save(...holds.map((after) => ({ before: 0, after })));
  const update = (...balances: Balance[]) =>
    side.transaction((tx) => rows.updateBalances(tx, balances));
  const holds = (...nos: number[]) => side.transaction((tx) => rows.lockHolds(tx, nos.map(id)));
  const balances = (...nos: number[]) =>
    side.transaction((tx) => rows.lockBalances(tx, nos.map(share)));
  const sums = (day: string, ...nos: number[]) =>
    side.transaction((tx) => rows.sumsOfDay(tx, nos.map(share), day));

  it('gives back holds in the order of their ids, and nothing where nothing is held', async () => {
    const drawn = hold(1, { ...share(2), status: 'drawn', amount: 7, returned: 3, revision: 4 });
    await made(hold(2), drawn);
    await expect(holds(2, 9, 1, 2)).resolves.toStrictEqual([drawn, hold(2)]);
    await expect(holds()).resolves.toEqual([]);
  });

  it('gives back balances in the order of merchant and currency, each once', async () => {
    await expect(balances(2, 9, 1, 2)).resolves.toStrictEqual([balance(1), balance(2)]);
    await expect(balances()).resolves.toEqual([]);
  });

  it('changes balances that there are, and leaves others as they are', async () => {
    const after = balance(1, { available: 10, held: 60, drawn: 30, revision: 5 });
    await update(after, balance(9, { available: 0, held: 0 }));
    await expect(balances(1, 2, 9)).resolves.toStrictEqual([after, balance(2)]);
  });

  it.each([
    ['less than nothing is there', { available: -1, held: 101 }],
    ['less than nothing is held', { available: 101, held: -1 }],
    ['more is there than was settled', { available: 101 }],
    ['something is nowhere', { available: 60, held: 39 }],
  ])('never holds a balance where %s', async (_what, change) => {
    await expect(update(balance(2), balance(1, change))).rejects.toMatchObject({ code: '23514' });
    await expect(balances(1)).resolves.toStrictEqual([balance(1)]);
  });

  it('has one hold a withdrawal, and writes all of them or none', async () => {
    await made(hold(1));
    await expect(made(hold(2), hold(1, { amount: 9, taken: 9 }))).rejects.toThrow(RetryableError);
    await expect(made(hold(3), hold(3))).rejects.toThrow('held by somebody else meanwhile');
    await expect(holds(1, 2, 3)).resolves.toStrictEqual([hold(1)]);
  });

  it('changes a hold that is as it was read, and no other', async () => {
    await made(hold(1), hold(2));
    const change: Partial<Hold> = {
      ...{ status: 'released', amount: 41, heldOn: '2026-11-22', taken: 81, returned: 80 },
      ...{ ...share(2), revision: 2 },
    };
    await save({ before: 1, after: hold(1, change) }, { before: 0, after: hold(3) });
    await expect(holds(1, 2, 3)).resolves.toStrictEqual([hold(1, change), hold(2), hold(3)]);
    const stale = { before: 1, after: hold(1, { revision: 3 }) };
    const fine = { before: 1, after: hold(2, { revision: 2 }) };
    await expect(save(fine, stale)).rejects.toThrow(RetryableError);
    await expect(save({ before: 1, after: hold(9) })).rejects.toThrow(RetryableError);
    await expect(holds(1, 2, 9)).resolves.toStrictEqual([hold(1, change), hold(2)]);
  });

  it.each([
    ['of nothing', { amount: 0 }],
    ['that has given back more than it took', { returned: 41 }],
    ['that has given back less than nothing', { returned: -1 }],
  ])('takes no hold %s', async (_what, change) => {
    await expect(made(hold(1, change))).rejects.toMatchObject({ code: '23514' });
    await made(hold(2));
    const changed = save({ before: 1, after: hold(2, change) });
    await expect(changed).rejects.toMatchObject({ code: '23514' });
  });

  it('adds up what is held or drawn of a day, by balance', async () => {
    await made(
      hold(1),
      hold(2, { status: 'drawn', amount: 5, taken: 5 }),
      hold(3, { status: 'released', returned: 40 }),
      hold(4, { heldOn: '2026-11-20' }),
      hold(5, { ...share(2), amount: 7, taken: 7 }),
      hold(6, { currency: 'JPY' }),
      hold(7, { ...share(3) }),
    );
    const found = await sums(DAY, 2, 1, 1, 8);
    expect(found.toSorted((a, b) => (a.merchantId < b.merchantId ? -1 : 1))).toStrictEqual([
      { ...share(1), amount: 45 },
      { ...share(2), amount: 7 },
    ]);
    await expect(sums('2026-11-19', 1)).resolves.toEqual([]);
    await expect(sums(DAY)).resolves.toEqual([]);
  });

  it.each([
    ['commit', 60],
    ['rollback', 100],
  ] as const)('locks balances: who comes second sees what the %s left', async (end, expected) => {
    let seen: Balance[] = [];
    const first = async (tx: Tx) => {
      await rows.lockBalances(tx, [share(1)]);
      await rows.updateBalances(tx, [balance(1, { available: 60, held: 40 })]);
    };
    const then = async (tx: Tx) => {
      seen = await rows.lockBalances(tx, [share(1)]);
    };
    await expect(second(side, first, then, end)).resolves.toEqual(['first ends', 'second has it']);
    expect(seen).toMatchObject([{ available: expected }]);
  });

  it.each([
    ['commit', 'drawn'],
    ['rollback', 'held'],
  ] as const)('locks holds: who comes second sees what the %s left', async (end, expected) => {
    await made(hold(1));
    let seen: Hold[] = [];
    const drawn = { before: 1, after: hold(1, { status: 'drawn', revision: 2 }) };
    const first = async (tx: Tx) => {
      await rows.lockHolds(tx, [id(1)]);
      await rows.saveHolds(tx, [drawn]);
    };
    const then = async (tx: Tx) => {
      seen = await rows.lockHolds(tx, [id(1)]);
    };
    await expect(second(side, first, then, end)).resolves.toEqual(['first ends', 'second has it']);
    expect(seen).toMatchObject([{ status: expected }]);
  });

  it('lets a second hold of a withdrawal wait, and takes it when the first is rolled back', async () => {
    const first = (tx: Tx) => rows.saveHolds(tx, [{ before: 0, after: hold(1) }]);
    const other = hold(1, { amount: 9, taken: 9 });
    const then = (tx: Tx) => rows.saveHolds(tx, [{ before: 0, after: other }]);
    await expect(second(side, first, then, 'rollback')).resolves.toHaveLength(2);
    await expect(holds(1)).resolves.toStrictEqual([other]);
  });

  it('lets a second hold of a withdrawal wait, and refuses it when the first is committed', async () => {
    const first = (tx: Tx) => rows.saveHolds(tx, [{ before: 0, after: hold(1) }]);
    const then = (tx: Tx) => rows.saveHolds(tx, [{ before: 0, after: hold(1, { amount: 9 }) }]);
    await expect(second(side, first, then)).rejects.toThrow(RetryableError);
    await expect(holds(1)).resolves.toStrictEqual([hold(1)]);
  });

  it('takes its locks in order, whatever order it is asked in', async () => {
    await made(hold(2));
    await made(hold(1));
    const ofHolds = await inOrder(side, (tx, nos) => rows.lockHolds(tx, nos.map(id)));
    expect(ofHolds).toEqual(['first ends', 'second has it']);
    const ofBalances = await inOrder(side, (tx, nos) => rows.lockBalances(tx, nos.map(share)));
    expect(ofBalances).toEqual(['first ends', 'second has it']);
  });

  it('ends two that wait for each other by failing one of them', async () => {
    const failed = await crossed(side, (tx, no) => rows.lockBalances(tx, [share(no)]));
    expect(failed).toMatchObject([{ code: '40P01' }]);
  });
});
