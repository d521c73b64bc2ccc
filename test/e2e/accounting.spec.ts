/**
 * Promises attacked here, through the whole system: the ledger has what the provider has, to the last
 * unit, whether it was there all the time, was killed in between, or was started after everything; no
 * order waits for it; built anew it is the same.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld, waitFor } from '#testing';
import { verifyLedger } from '../../tools/ledger/verify.js';
import { readIntents } from '../support/books.js';
import { call, get } from '../support/http.js';
import { UNDELIVERABLE_POSTAL_CODE, type OrderWishes } from '../support/orders.js';
import { Shop } from '../support/shop.js';

jest.setTimeout(240_000);

const today = (): string => new Date().toISOString().slice(0, 10);

interface TrialBalance {
  currencies: {
    currency: string;
    balanced: boolean;
    accounts: { account: string; debit: number; credit: number; balance: number }[];
  }[];
}
interface Entries {
  items: { fact: string; lines: { account: string; debit: number; credit: number }[] }[];
}

describe('the ledger of a shop', () => {
  let world: TestWorld;
  let shop: Shop;
  let productId: string;
  let firstDay: string;
  const orderIds: string[] = [];
  beforeAll(async () => {
    firstDay = today();
    world = await TestWorld.start();
    shop = new Shop(world);
    productId = await shop.product(1_000);
  }, 240_000);
  afterAll(() => world?.stop(), 240_000);

  const start = () =>
    world.startApp('accounting', { env: { DAY_CLOSE: 'manual', RECONCILIATION: 'manual' } });
  const ended = async (wishes: Omit<OrderWishes, 'productId'>, status: 'shipped' | 'cancelled') => {
    const orderId = await shop.placeOne({ productId, ...wishes });
    orderIds.push(orderId);
    await shop.untilOrder(orderId, status);
    return orderId;
  };
  /** One that is fine, one that is paid back before it is shipped, and one that nobody pays. */
  const aRound = (unitPrice: number) =>
    Promise.all([
      ended({ unitPrice }, 'shipped'),
      ended({ unitPrice: unitPrice + 1, postalCode: UNDELIVERABLE_POSTAL_CODE }, 'cancelled'),
      ended({ unitPrice: unitPrice + 2, token: 'tok_declined' }, 'cancelled'),
    ]);
  const trialBalance = async () =>
    (await get<TrialBalance>(`${world.url('accounting')}/trial-balance?currency=JPY&by=account`))
      .currencies[0];
  const provider = async () => {
    const intents = await readIntents(world);
    const sum = (of: 'captured' | 'refunded') =>
      intents.reduce((total, intent) => total + intent[of], 0);
    return { debit: sum('captured'), credit: sum('refunded') };
  };
  const untilSame = () =>
    waitFor(
      async () => {
        const cash = (await trialBalance())?.accounts.find(
          ({ account }) => account === 'cash-at-provider',
        );
        const { debit, credit } = await provider();
        return cash?.debit === debit && cash.credit === credit ? cash : undefined;
      },
      { what: 'the ledger to have what the provider has' },
    );
  /** Order by order, and whatever else can be computed anew. */
  const expectTheBooks = async () => {
    const intents = await readIntents(world);
    for (const orderId of orderIds) {
      const url = `${world.url('accounting')}/entries?orderId=${orderId}`;
      const lines = (await get<Entries>(url)).items
        .flatMap((entry) => entry.lines)
        .filter(({ account }) => account === 'cash-at-provider');
      const sum = (side: 'debit' | 'credit') =>
        lines.reduce((total, line) => total + line[side], 0);
      const theirs = intents.filter((intent) => intent.orderId === orderId);
      expect({ orderId, captured: sum('debit'), refunded: sum('credit') }).toEqual({
        orderId,
        captured: theirs.reduce((total, { captured }) => total + captured, 0),
        refunded: theirs.reduce((total, { refunded }) => total + refunded, 0),
      });
    }
    expect(await trialBalance()).toMatchObject({ balanced: true });
    expect((await verifyLedger(world.database('accounting').url)).broken).toBeUndefined();
  };

  it('that is started after everything has all of it', async () => {
    await aRound(1_000);
    await aRound(1_500);
    await start();
    await untilSame();
    await expectTheBooks();
  });

  it('that is killed, and stays away for a while, misses nothing and has nothing twice', async () => {
    const rounds = [aRound(2_000), aRound(2_500)];
    world.app('accounting').kill('SIGKILL');
    await world.app('accounting').exited;
    await Promise.all(rounds);
    await start();
    const more = aRound(3_000);
    world.app('accounting').kill('SIGKILL');
    await world.app('accounting').exited;
    await more;
    await start();
    await untilSame();
    await expectTheBooks();
  });

  it('has what is given back for goods that are sent back', async () => {
    const orderId = await ended({ quantity: 3, unitPrice: 700 }, 'shipped');
    await shop.sendBack(orderId, { [productId]: 1 });
    await waitFor(
      async () => (await shop.books(orderId)).intents.some(({ refunded }) => refunded === 700),
      { what: 'the money to go back' },
    );
    await untilSame();
    await expectTheBooks();
    const { items } = await get<Entries>(`${world.url('accounting')}/entries?orderId=${orderId}`);
    expect(items.map(({ fact }) => fact).toSorted()).toEqual([
      'payment.completed',
      'refund.completed',
    ]);
  });

  it('differs in nothing from the books of payment', async () => {
    await world.startApp('sandbox-bank');
    const compared = async (day: string) => {
      const url = `${world.url('accounting')}/reconciliations/${day}`;
      expect((await call(url, { method: 'POST' })).status).toBe(202);
      return waitFor(
        async () => {
          const body = await get<{ status: string; orders: number; differences: number }>(url);
          return body.status === 'done' ? body : undefined;
        },
        { what: `${day} to be compared` },
      );
    };
    // It may be past midnight by now.
    const found = await Promise.all([...new Set([firstDay, today()])].map(compared));
    for (const one of found) expect(one).toMatchObject({ differences: 0, behind: 0 });
    expect(found.reduce((sum, { orders }) => sum + orders, 0)).toBeGreaterThanOrEqual(11);
  });

  it('is the same when it is built anew out of all facts', async () => {
    await world.startApp('audit');
    const url = `${world.url('accounting')}/rebuilds`;
    const rebuilt = async (swap: boolean) => {
      const { body } = await call<{ rebuildId: string }>(url, { json: { swap } });
      return waitFor(
        async () => {
          const run = await get<{ status: string }>(`${url}/${body.rebuildId}`);
          return run.status === 'running' ? undefined : run;
        },
        { what: 'the rebuild to end' },
      );
    };
    // the store was started last of all, and has to hear of everything first
    await waitFor(async () => (await rebuilt(false)).status === 'done', {
      what: 'the store to know all facts',
      intervalMs: 500,
    });
    expect(await rebuilt(true)).toMatchObject({ status: 'done', identical: true, swapped: true });
    await aRound(4_000);
    await untilSame();
    await expectTheBooks();
  });
});
