/**
 * Promise attacked here: a fact is booked once, whoever tells it how often and in whatever order, and
 * what contradicts it is named.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { factEvent } from '../../apps/accounting/src/fixtures/facts.js';
import { nameOfType } from '#contracts';
import type { CloudEvent } from '#messaging';
import { AccountingWorld, paid } from './accounting-world.js';

interface Sum {
  account: string;
  merchantId?: string;
  debit: number;
  credit: number;
  balance: number;
}
interface TrialBalance {
  currencies: {
    currency: string;
    debit: number;
    credit: number;
    balanced: boolean;
    accounts: Sum[];
  }[];
}
interface Entries {
  items: { entryId: string; fact: string; day: string; lines: { account: string }[] }[];
  nextCursor?: string;
}

/** Of the same order, under an id of its own. */
const refundOf = ({ data }: CloudEvent, claim: object) =>
  factEvent(
    'refund.completed',
    {
      ...(data as object),
      ...{ refunded: 100, revision: 7 },
      ...claim,
    },
    randomUUID(),
  );

describe('the ledger', () => {
  let world: AccountingWorld;
  beforeAll(async () => {
    world = await AccountingWorld.start();
  }, 240_000);
  afterAll(() => world.stop());

  /** Of one currency, which each test has for itself. */
  const balances = async (currency: string, more = '') => {
    const path = `/trial-balance?currency=${currency}${more}`;
    const [found] = (await world.get<TrialBalance>(path)).currencies;
    return found;
  };
  const balanceOf = async (currency: string, account: string, more = '') =>
    (await balances(currency, more))?.accounts.find((one) => one.account === account)?.balance;
  const count = async (where = 'true') => {
    const [row] = await world.database.query<{ n: number }>(
      `select count(*)::int as n from entry where ${where}`,
    );
    return row?.n;
  };

  it('shows a trial balance page by page, with the sums of the whole', async () => {
    const merchants = Array.from({ length: 9 }, (_, n) => `shop ${n}`);
    await world.deliver(merchants.map((merchantId) => paid({ merchantId, currency: 'PAG' })));
    const whole = await balances('PAG', '&limit=1000');
    expect(whole?.accounts).toHaveLength(11);
    const seen: object[] = [];
    for (let cursor = '', pages = 0; ; pages += 1) {
      const path = `/trial-balance?currency=PAG&limit=3${cursor}`;
      const page = await world.get<TrialBalance & { nextCursor?: string }>(path);
      const [one] = page.currencies;
      expect(one).toMatchObject({ debit: 9_270, credit: 9_270, balanced: true });
      expect(one?.accounts.length).toBeLessThanOrEqual(3);
      seen.push(...(one?.accounts ?? []));
      if (page.nextCursor === undefined) {
        expect(pages).toBe(3);
        break;
      }
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual(whole?.accounts);
    const day = await world.get<TrialBalance & { nextCursor?: string }>(
      '/trial-balance?currency=PAG&limit=3&asOf=2999-01-01',
    );
    expect(day.currencies[0]?.accounts).toEqual(whole?.accounts.slice(0, 3));
    expect(day.nextCursor).toBeDefined();
    expect((await balances('PAG', '&by=account'))?.accounts).toHaveLength(3);
  });

  it('tells no sum that would be rounded, and names it', async () => {
    await world.deliver([paid({ currency: 'HUG' })]);
    const add = (amount: string) =>
      world.database.query(
        `update balance set debit = debit + $1::bigint, credit = credit + $1::bigint
          where currency = 'HUG' and account = 'merchant-payable'`,
        [amount],
      );
    await add('9007199254740992');
    expect(await world.ask('/trial-balance?currency=HUG')).toMatchObject({
      status: 500,
      body: { detail: expect.stringContaining('in HUG is 9007199254742') },
    });
    await add('-9007199254740992');
    expect(await balances('HUG')).toMatchObject({ balanced: true });
  });

  it('books what moves money, and shows where it is', async () => {
    const orderId = randomUUID();
    const about = { orderId, currency: 'AAA' };
    await world.deliver([
      factEvent('payment.completed', { ...about, amount: 1000, fee: 30, revision: 3 }),
      factEvent('refund.completed', { ...about, refunded: 200, given: 200, revision: 5 }),
      factEvent('chargeback.opened', { ...about, disputed: 300, revision: 6 }),
    ]);
    await world.deliver([
      factEvent('settlement.settled', {
        ...{ currency: 'AAA', settlementId: 'books-1' },
        ...{ gross: 1000, fees: 30, refunds: 200, chargebacks: 300, net: 470 },
      }),
    ]);
    await world.deliver([
      factEvent('balance.held', { currency: 'AAA', amount: 400, revision: 1 }),
      factEvent('withdrawal.paid', { currency: 'AAA', amount: 400, withdrawalId: randomUUID() }),
    ]);
    expect(await balances('AAA')).toEqual({
      ...{ currency: 'AAA', debit: 3300, credit: 3300, balanced: true },
      accounts: [
        { account: 'cash-at-bank', debit: 0, credit: 400, balance: -400 },
        { account: 'cash-at-provider', debit: 1000, credit: 500, balance: 500 },
        { account: 'chargebacks', merchantId: 'tea', debit: 300, credit: 300, balance: 0 },
        { account: 'fee-income', debit: 0, credit: 30, balance: -30 },
        { account: 'merchant-balance', merchantId: 'tea', debit: 400, credit: 470, balance: -70 },
        { account: 'merchant-payable', merchantId: 'tea', debit: 1000, credit: 1000, balance: 0 },
        { account: 'refunds', merchantId: 'tea', debit: 200, credit: 200, balance: 0 },
        {
          ...{ account: 'withdrawals-in-transit', merchantId: 'tea' },
          ...{ debit: 400, credit: 400, balance: 0 },
        },
      ],
    });
    const entries = await world.get<Entries>(`/entries?orderId=${orderId}`);
    expect(new Set(entries.items.map(({ fact }) => fact))).toEqual(
      new Set(['payment.completed', 'refund.completed', 'chargeback.opened']),
    );
    const [first] = entries.items;
    expect((await world.ask(`/entries/${first?.entryId}`)).body).toEqual(first);
    expect((await world.ask(`/entries/${randomUUID()}`)).status).toBe(404);
  });

  it('books nothing twice, within a batch, after it and at the same time elsewhere', async () => {
    const events = Array.from({ length: 60 }, () => paid({ currency: 'BBB' }));
    const others = await Promise.all([world.replica(), world.replica()]);
    await Promise.all([
      world.deliver([...events, ...events]),
      world.deliver(events.toReversed(), { by: others[0]?.outbox }),
      world.deliver(events, { by: others[1]?.outbox, topic: 'accounting.replay' }),
    ]);
    await world.deliver(events);
    const renamed = events.map((event) => ({ ...event, id: `${event.id} told again` }));
    await world.deliver(renamed);
    expect(
      await count(`entry_id in (select entry_id from entry_line where currency = 'BBB')`),
    ).toBe(60);
    expect(await balanceOf('BBB', 'cash-at-provider')).toBe(60_000);
    expect((await world.world.told()).filter(({ topic }) => topic.endsWith('.dlq'))).toEqual([]);
  });

  it('keeps currencies and merchants apart', async () => {
    const of = (currency: string, merchantId: string, amount: number) =>
      paid({ currency, merchantId, amount });
    await world.deliver([of('CCC', 'a', 100), of('CCC', 'b', 200), of('CCD', 'a', 400)]);
    const sums = async (path: string) =>
      (await balances('CCC', path))?.accounts
        .filter(({ account }) => account === 'merchant-payable')
        .map(({ merchantId, balance }) => [merchantId, balance]);
    expect(await sums('')).toEqual([
      ['a', -70],
      ['b', -170],
    ]);
    expect(await sums('&by=account')).toEqual([[undefined, -240]]);
    expect(await balanceOf('CCD', 'merchant-payable')).toBe(-370);
  });

  it('gives back each part once, in whatever order mere totals are told', async () => {
    const orderId = randomUUID();
    const about = { orderId, currency: 'DDD' };
    const total = (refunded: number, revision: number, given?: number) =>
      factEvent('refund.completed', { ...about, refunded, revision, ...(given && { given }) });
    await world.deliver([total(500, 5)]);
    await world.deliver([total(900, 9, 200), total(300, 3)]);
    await world.deliver([total(700, 7), total(500, 5)]);
    expect(await balanceOf('DDD', 'refunds')).toBe(900);
    expect(await balanceOf('DDD', 'cash-at-provider')).toBe(-900);
  });

  it('gives back each part once, also when two replicas hear of two totals at once', async () => {
    const others = await Promise.all([world.replica(), world.replica()]);
    const orders = Array.from({ length: 40 }, () => randomUUID());
    for (const orderId of orders) {
      const total = (refunded: number, revision: number) =>
        factEvent('refund.completed', { orderId, currency: 'DDE', refunded, revision });
      await Promise.all([
        world.deliver([total(300, 3)], { by: others[0]?.outbox }),
        world.deliver([total(500, 5)], { by: others[1]?.outbox }),
      ]);
    }
    expect(await balanceOf('DDE', 'refunds')).toBe(40 * 500);
  });

  it('shows a day as it was when it ended', async () => {
    const on = (day: string, amount: number) =>
      paid({ currency: 'EEE', amount, fee: 0, occurredAt: `${day}T23:59:59.999Z` });
    await world.deliver([on('2026-11-24', 1), on('2026-11-25', 10), on('2026-11-26', 100)]);
    const asOf = (day: string) => balanceOf('EEE', 'cash-at-provider', `&asOf=${day}`);
    expect(await Promise.all(['2026-11-23', '2026-11-24', '2026-11-25'].map(asOf))).toEqual([
      ...[undefined, 1, 11],
    ]);
    expect(await balanceOf('EEE', 'cash-at-provider')).toBe(111);
  });

  describe('a fact that contradicts what it said before', () => {
    const told = paid({ currency: 'GGG', revision: 2 });
    const dead = async () =>
      (await world.world.told()).filter(({ topic }) => topic === 'payment.events.dlq');
    beforeAll(() => world.deliver([told]));

    it.each<[string, CloudEvent, string]>([
      [
        'with another amount',
        { ...told, data: { ...(told.data as object), amount: 9999 } },
        'payment.completed at revision 2 was booked before with other content',
      ],
      [
        'as another fact under the same id',
        { ...told, data: { ...(told.data as object), revision: 3 } },
        'was booked before for another fact than this payment.completed',
      ],
      [
        'as a second capture of the payment',
        { ...told, id: 'captured again', data: { ...(told.data as object), revision: 3 } },
        'the payment was captured before, and is captured once',
      ],
      [
        "as another merchant's payment",
        refundOf(told, { merchantId: 'coffee' }),
        "says that the payment is coffee's in GGG; it was booked before as tea's in GGG",
      ],
      [
        'as a payment in another currency',
        refundOf(told, { currency: 'GGI' }),
        "says that the payment is tea's in GGI; it was booked before as tea's in GGG",
      ],
    ])('%s is put aside with the reason, once, and the ledger stays', async (_, lie, reason) => {
      const before = await dead();
      const stood = await balances('GGG');
      await world.deliver([lie, paid({ currency: 'GGH' })]);
      await world.deliver([lie, lie]);
      expect(await balances('GGG')).toEqual(stood);
      const { body } = await world.ask('/suspicious-facts?limit=1');
      expect(body['items']).toMatchObject([
        { eventId: lie.id, fact: nameOfType(lie.type), data: lie.data },
      ]);
      expect(JSON.stringify(body)).toContain(reason);
      const letters = (await dead()).slice(before.length);
      expect(letters).toHaveLength(1);
      expect(letters[0]?.data).toMatchObject({ value: JSON.stringify(lie.data) });
      const [entry] = await world.database.query<{ id: string }>(
        'select entry_id as id from entry where event_id = $1',
        [told.id],
      );
      expect(body['items']).toMatchObject([{ entryId: entry?.id }]);
    });

    it('within one batch counts as it was told first', async () => {
      const first = paid({ currency: 'HHH' });
      const other = { ...first, data: { ...(first.data as object), amount: 1 } };
      await world.deliver([first, other]);
      expect(await balanceOf('HHH', 'cash-at-provider')).toBe(1000);
    });

    it('is listed page by page', async () => {
      const one = await world.ask('/suspicious-facts?limit=2');
      expect(one.body['items']).toHaveLength(2);
      const two = await world.ask(`/suspicious-facts?cursor=${String(one.body['nextCursor'])}`);
      expect(two.body['items']).toHaveLength(4);
      expect(two.body).not.toHaveProperty('nextCursor');
    });
  });

  it('takes what follows a capture, whenever it comes, for a contradiction only if it is one', async () => {
    const one = paid({ currency: 'GGJ', revision: 2 });
    const other = refundOf(one, { currency: 'GGJ' });
    await world.deliver([other]);
    await world.deliver([one, other]);
    expect(await balanceOf('GGJ', 'cash-at-provider')).toBe(900);
  });

  it('knows nothing of a capture that moves nothing, in one batch as in two', async () => {
    const none = paid({ currency: 'GGK', amount: 0, fee: 0, revision: 2 });
    const { orderId } = none.data as { orderId: string };
    const some = paid({ orderId, currency: 'GGK', merchantId: 'coffee', revision: 3 });
    await world.deliver([none, some]);
    expect(await balanceOf('GGK', 'cash-at-provider')).toBe(1000);
    const shown = await world.ask('/suspicious-facts?limit=1');
    expect(JSON.stringify(shown.body['items'])).not.toContain(orderId);
  });

  it('lets no fact in that cannot be booked, nor any of its batch', async () => {
    const bad = factEvent('settlement.settled', { settlementId: 'bad', currency: 'III', net: 7 });
    await expect(world.deliver([paid({ currency: 'III' }), bad])).rejects.toThrow(
      'does not balance',
    );
    const worse = paid({ currency: 'III', amount: -1 });
    await expect(world.deliver([worse])).rejects.toThrow('amount');
    expect(await balances('III')).toBeUndefined();
  });
});
