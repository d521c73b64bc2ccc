/** The contract of the withdrawal service's rows: one withdrawal a key, locks that are waited for. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/withdrawal';
import { StillLockedError, type Tx } from '#messaging';
import { barrierTable } from '#participant';
import {
  learnMerchants,
  type KnownMerchant,
} from '../../../apps/withdrawal/src/persistence/known-merchants.js';
import type { StoredWithdrawal } from '../../../apps/withdrawal/src/persistence/withdrawal-row.js';
import {
  postgresWithdrawalRows,
  type WithdrawalRows,
} from '../../../apps/withdrawal/src/persistence/withdrawal-rows.js';
import { SimWithdrawalRows } from '../../../tools/simulate/stores/withdrawal-rows.js';
import { crossed, inOrder, second, SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

const id = (no: number) => `019aa0c5-7d5c-7000-8000-00000000000${no}`;
const to = { issuedOn: '2026-11-21', commandId: 'c', sagaId: 's', businessKey: 'k\u0000"' };
const at = new Date('2026-11-21T10:00:00.123Z');
const later = new Date('2026-11-21T11:00:00.001Z');
const account = { currency: 'GBP', holder: 'The "Tea" Shop', number: 'GB1' };
const withdrawal = (no: number, change: Partial<StoredWithdrawal> = {}): StoredWithdrawal => ({
  ...{ withdrawalId: id(no), merchantId: 'm', currency: 'GBP', amount: 40, account },
  ...{ status: 'requested', payout: 'none', payoutId: null, problemCode: null, reason: null },
  ...{ revision: 1, createdAt: at, updatedAt: at, payOutTo: [] },
  ...change,
});
const paid = { status: 'paid', payout: 'paid', payoutId: 'po-1', revision: 3 } as const;
const keyed = (no: number, key: string, change: Partial<StoredWithdrawal> = {}) => ({
  withdrawal: withdrawal(no, change),
  requestKey: { key, hash: `hash of ${no}` },
});

describe.each(SIDES)('the rows of withdrawals on %s', (_name, open) => {
  let side: Side;
  let rows: WithdrawalRows;
  let learn: (merchant: KnownMerchant) => Promise<void>;

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    const simulated = new SimWithdrawalRows();
    const { postgres } = side;
    rows = postgres ? postgresWithdrawalRows : simulated;
    learn = ({ accounts, ...merchant }) =>
      postgres
        ? learnMerchants(postgres, [{ ...merchant, payoutAccounts: [...accounts], revision: 1 }])
        : Promise.resolve(simulated.plant({ ...merchant, accounts }));
  });
  afterEach(() => side.close());

  const insert = (...all: ReturnType<typeof keyed>[]) =>
    side.transaction((tx) => rows.insertWithdrawals(tx, all));
  const find = async (no: number) =>
    (await rows.findWithdrawals(side.session, [id(no)])).get(id(no));
  const update = (...all: StoredWithdrawal[]) =>
    side.transaction((tx) => rows.updateWithdrawals(tx, all, later));

  it('gives back what was inserted, and nothing for others', async () => {
    await expect(insert(keyed(2, 'l'), keyed(1, 'k'))).resolves.toEqual(new Set([id(1), id(2)]));
    const ids = [id(2), id(9), id(1), id(2)];
    const found = await rows.findWithdrawals(side.session, ids);
    const expected = [
      [id(1), withdrawal(1)],
      [id(2), withdrawal(2)],
    ];
    expect([...found].sort()).toStrictEqual(expected);
    const locked = await side.transaction((tx) => rows.lockWithdrawals(tx, ids));
    expect([...locked]).toStrictEqual(expected);
  });

  it('begins each as asked for, whatever it is said to be', async () => {
    const bank = undefined as unknown as string;
    await insert(
      keyed(1, 'k', {
        ...{ ...paid, problemCode: 'p', reason: { code: 'c', message: 'm' }, payOutTo: [to] },
        ...{ updatedAt: later, account: { ...account, bank } },
      }),
    );
    const found = await find(1);
    expect(found).toStrictEqual(withdrawal(1));
  });

  it('takes no withdrawal of nothing', async () => {
    await expect(insert(keyed(1, 'k', { amount: 0 }))).rejects.toMatchObject({ code: '23514' });
  });

  it('takes an id and a key once, and finds who was first', async () => {
    await insert(keyed(1, 'k'), keyed(2, 'l'));
    await expect(insert(keyed(3, 'k'), keyed(1, 'x'))).resolves.toEqual(new Set());
    const found = await side.transaction((tx) => rows.findByKeys(tx, ['k', 'x', 'l', 'k']));
    expect(new Map(found)).toStrictEqual(
      new Map([
        ['k', keyed(1, 'k')],
        ['l', keyed(2, 'l')],
      ]),
    );
    await expect(rows.findByKeys(side.session, [])).resolves.toEqual(new Map());
  });

  it('takes the first of several that bring the same key at once', async () => {
    await expect(insert(keyed(1, 'k'), keyed(2, 'k'))).resolves.toEqual(new Set([id(1)]));
  });

  it.each([
    ['commit', 0],
    ['rollback', 1],
  ] as const)('lets a second request with the key wait for the %s', async (end, expected) => {
    let added: Set<string> | undefined;
    const first = (tx: Tx) => rows.insertWithdrawals(tx, [keyed(1, 'k')]);
    const then = async (tx: Tx) => {
      added = await rows.insertWithdrawals(tx, [keyed(2, 'k')]);
    };
    await expect(second(side, first, then, end)).resolves.toEqual(['first ends', 'second has it']);
    expect(added?.size).toBe(expected);
  });

  it('waits for a key as long as it is told to, and is none of the wiser then', async () => {
    const isHeld = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const held = side.transaction(async (tx) => {
      await rows.insertWithdrawals(tx, [keyed(1, 'k')]);
      isHeld.resolve();
      await mayEnd.promise;
    });
    await isHeld.promise;
    const waiting = side.transaction((tx) => rows.insertWithdrawals(tx, [keyed(2, 'k')], 20));
    await expect(waiting).rejects.toThrow(StillLockedError);
    mayEnd.resolve();
    await held;
    await expect(find(2)).resolves.toBeUndefined();
  });

  it('changes what can change, of those that there are', async () => {
    await insert(keyed(1, 'k'), keyed(2, 'l'));
    const reason = { code: 'c', message: 'because "so"' };
    const change = { ...paid, problemCode: 'p', reason, payOutTo: [to, to] };
    const fixed = { merchantId: 'x', currency: 'JPY', amount: 1, createdAt: later };
    await update(withdrawal(1, { ...change, ...fixed }), withdrawal(9, change));
    const found = await find(1);
    expect(found).toStrictEqual(withdrawal(1, { ...change, updatedAt: later }));
    await expect(find(2)).resolves.toEqual(withdrawal(2));
    await expect(find(9)).resolves.toBeUndefined();
    await update(withdrawal(1, { revision: 4 }));
    await expect(find(1)).resolves.toEqual(withdrawal(1, { revision: 4, updatedAt: later }));
  });

  it.each([
    ['paid, which the bank has not', { status: 'paid' }],
    ['completed, of which the bank is not through', { status: 'completed', payout: 'ordered' }],
    ['paid by the bank, and nobody says so', { payout: 'paid', payoutId: 'po-1' }],
    ['pending under no number', { payout: 'pending' }],
  ] as const)('never holds one that is %s', async (_what, change) => {
    await insert(keyed(1, 'k'), keyed(2, 'l'));
    const both = update(withdrawal(2, { revision: 2 }), withdrawal(1, change));
    await expect(both).rejects.toMatchObject({ code: '23514' });
    await expect(find(2)).resolves.toEqual(withdrawal(2));
  });

  it.each([
    ['commit', 'paid'],
    ['rollback', 'requested'],
  ] as const)('locks: who comes second sees what the %s left', async (end, expected) => {
    await insert(keyed(1, 'k'));
    let seen: StoredWithdrawal | undefined;
    const first = async (tx: Tx) => {
      await rows.lockWithdrawals(tx, [id(1)]);
      await rows.updateWithdrawals(tx, [withdrawal(1, paid)], later);
      // Who does not lock does not wait, and sees what is committed.
      expect((await find(1))?.status).toBe('requested');
    };
    const then = async (tx: Tx) => {
      seen = (await rows.lockWithdrawals(tx, [id(1)])).get(id(1));
    };
    await expect(second(side, first, then, end)).resolves.toEqual(['first ends', 'second has it']);
    expect(seen?.status).toBe(expected);
  });

  it('takes its locks in the order of the ids, whatever order it is asked in', async () => {
    await insert(keyed(2, 'l'));
    await insert(keyed(1, 'k'));
    const ends = await inOrder(side, (tx, nos) => rows.lockWithdrawals(tx, nos.map(id)));
    expect(ends).toEqual(['first ends', 'second has it']);
  });

  it('ends two that wait for each other by failing one of them', async () => {
    await insert(keyed(1, 'k'), keyed(2, 'l'));
    const failed = await crossed(side, (tx, no) => rows.lockWithdrawals(tx, [id(no)]));
    expect(failed).toMatchObject([{ code: '40P01' }]);
  });

  it('knows the merchants that it was told of', async () => {
    const merchant: KnownMerchant = { merchantId: 'm', status: 'active', accounts: [account] };
    await learn(merchant);
    const found = await rows.findMerchants(side.session, ['x', 'm', 'm']);
    expect(found).toEqual(new Map([['m', merchant]]));
    await expect(rows.findMerchants(side.session, [])).resolves.toEqual(new Map());
  });

  it('takes empty lists', async () => {
    await side.transaction(async (tx) => {
      await expect(rows.findWithdrawals(tx, [])).resolves.toEqual(new Map());
      await expect(rows.lockWithdrawals(tx, [])).resolves.toEqual(new Map());
      await rows.updateWithdrawals(tx, [], later);
    });
  });
});
