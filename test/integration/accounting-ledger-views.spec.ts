/** Promise attacked: what is shown follows from the lines, and what is asked wrongly is named. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccountingWorld, paid } from './accounting-world.js';

interface Entries {
  items: { entryId: string; day: string }[];
  nextCursor?: string;
}

/** A place in a statement in the year 33658, which Postgres cannot read. */
const FAR = Buffer.from(`2026-11-26 999999999999999 ${randomUUID()} 1 0`).toString('base64url');

describe('the ledger', () => {
  let world: AccountingWorld;
  beforeAll(async () => {
    world = await AccountingWorld.start();
  }, 240_000);
  afterAll(() => world.stop());

  describe('shows an account', () => {
    const currency = 'JJJ';
    const at = (day: number, amount: number, merchantId = 'tea') => {
      const occurredAt = `2026-10-${String(day).padStart(2, '0')}T10:00:00.000Z`;
      return paid({ currency, amount, fee: 0, merchantId, occurredAt });
    };
    interface Statement {
      opening: number;
      closing: number;
      items: { day: string; credit: number; balance: number; merchantId?: string }[];
      nextCursor?: string;
    }
    const statement = (query: string, account = 'merchant-payable') =>
      world.get<Statement>(`/accounts/${account}/statement?currency=${currency}&${query}`);
    beforeAll(() =>
      world.deliver([at(5, 30), at(2, 10), at(3, 20), at(5, 40), at(9, 50), at(5, 7, 'coffee')]),
    );

    it('from what it was at first to what it is at last', async () => {
      const shown = await statement('merchant_id=tea&from=2026-10-03&to=2026-10-05');
      expect(shown).toMatchObject({
        ...{ account: 'merchant-payable', normalSide: 'credit', merchantId: 'tea', currency },
        ...{ opening: -10, closing: -100 },
      });
      expect(shown.items.map(({ day, balance }) => [day, balance])).toEqual([
        ['2026-10-03', -30],
        ['2026-10-05', expect.any(Number)],
        ['2026-10-05', -100],
      ]);
    });

    it('of all merchants together, or without any', async () => {
      const { closing, items } = await statement('from=2026-10-01&to=2026-10-31');
      expect([closing, items.length]).toEqual([-157, 6]);
      const cash = await statement('from=2026-10-04&to=2026-10-31', 'cash-at-provider');
      expect(cash).toMatchObject({ opening: 30, closing: 157 });
      expect(cash.items[0]).not.toHaveProperty('merchantId');
    });

    it('page by page, with balances that go on', async () => {
      const whole = await statement('from=2026-10-01&to=2026-10-31');
      const items: Statement['items'] = [];
      let cursor = '';
      do {
        const page = await statement(`from=2026-10-01&to=2026-10-31&limit=2${cursor}`);
        expect([page.opening, page.closing]).toEqual([0, -157]);
        items.push(...page.items);
        cursor = page.nextCursor === undefined ? '' : `&cursor=${page.nextCursor}`;
      } while (cursor !== '');
      expect(items).toEqual(whole.items);
    });

    it('as CSV', async () => {
      const { payload, headers } = await world.world.app.inject({
        url: `/accounts/merchant-payable/statement?currency=${currency}&merchant_id=tea&from=2026-10-03&to=2026-10-04&format=csv`,
      });
      expect(headers['content-type']).toBe('text/csv; charset=utf-8');
      expect(headers['content-disposition']).toContain('merchant-payable-JJJ-2026-10-03');
      const rows = payload.trimEnd().split('\r\n');
      expect(rows[0]).toContain('day,occurredAt,fact,');
      expect(rows.slice(1).map((row) => row.split(',').slice(-4).join(' '))).toEqual([
        'JJJ   -10',
        'JJJ 0 20 -30',
        'JJJ   -30',
      ]);
    });
  });

  it('lists entries of a merchant and a day page by page', async () => {
    const merchantId = 'many';
    const events = Array.from({ length: 25 }, (_, n) =>
      paid({ currency: 'KKK', merchantId, occurredAt: `2026-09-0${1 + (n % 3)}T00:00:00Z` }),
    );
    await world.deliver(events);
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const page = await world.get<Entries>(`/entries?merchantId=many&limit=10${cursor}`);
      seen.push(...page.items.map(({ day, entryId }) => `${day} ${entryId}`));
      if (page.nextCursor === undefined) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen).toHaveLength(25);
    expect(seen).toEqual(seen.toSorted());
    const day = await world.get<Entries>('/entries?day=2026-09-03');
    expect(day.items).toHaveLength(8);
  });

  it('has the accounts that the database knows', async () => {
    const { items } = await world.get<{ items: { account: string; perMerchant: boolean }[] }>(
      '/accounts',
    );
    const rows = await world.database.query(
      'select account, per_merchant as "perMerchant" from account',
    );
    const own = items.map(({ account, perMerchant }) => ({ account, perMerchant }));
    expect(new Set(own.map((one) => JSON.stringify(one)))).toEqual(
      new Set(rows.map((one) => JSON.stringify(one))),
    );
  });

  it.each([
    ['/trial-balance?currency=pounds', 'currency'],
    ['/trial-balance?asOf=2026-02-30', 'asOf'],
    ['/trial-balance?asOf=yesterday', 'asOf'],
    ['/trial-balance?by=shop', 'by'],
    ['/trial-balance?limit=1001', 'limit'],
    ['/trial-balance?cursor=abc', 'cursor'],
    ['/accounts/refunds/statement', 'currency'],
    ['/accounts/refunds/statement?currency=JPY&from=2026-11-02&to=2026-11-01', 'from'],
    ['/accounts/fee-income/statement?currency=JPY&merchant_id=tea', 'merchant_id'],
    ['/accounts/refunds/statement?currency=JPY&cursor=abc', 'cursor'],
    [`/accounts/refunds/statement?currency=JPY&cursor=${FAR}`, 'cursor'],
    ['/entries', ''],
    ['/entries?day=2026-11-26&merchantId=tea', ''],
    ['/entries?orderId=1', 'orderId'],
    ['/entries?day=2026-11-31', 'day'],
    ['/entries?day=2026-11-26&cursor=abc', 'cursor'],
    ['/suspicious-facts?cursor=abc', 'cursor'],
  ])('refuses %s, naming the field', async (path, field) => {
    const refused = await world.ask(path);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(refused.body).toMatchObject({ status: 400, errors: [{ field }] });
  });

  it('knows no account beyond the chart', async () => {
    const { status, body } = await world.ask('/accounts/petty-cash/statement?currency=JPY');
    expect([status, body['errors']]).toEqual([
      404,
      [{ field: 'account', message: 'is not known' }],
    ]);
  });
});
