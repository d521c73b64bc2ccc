/**
 * Promise attacked here: whatever differs between the ledger and the books of payment, of the bank and
 * of the provider on a day is listed with both figures, and nothing else; what is only on its way is no
 * difference, and what stays away becomes one; a run goes on where it was.
 */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bankBooks } from '../../apps/accounting/src/handlers/bank-books.js';
import { paymentBooks } from '../../apps/accounting/src/handlers/payment-books.js';
import { ReconciliationWorkers } from '../../apps/accounting/src/handlers/reconciliation.workers.js';
import { factEvent } from '../../apps/accounting/src/fixtures/facts.js';
import type { CloudEvent } from '#messaging';
import { OutboundHttp } from '#platform';
import { waitFor } from '#testing';
import { BankServer, PaymentServer, type BookedOrder } from '../support/books-servers.js';
import { AccountingWorld } from './accounting-world.js';
import { deathAt, silent } from './participant-harness.js';

const DAY = '2026-11-20';

interface Found {
  status: string;
  orders: number;
  withdrawals: number;
  differences: number;
  behind: number;
  problem?: string;
  items: { about: string; subject: string; what: string; code: string }[];
  nextCursor?: string;
}

describe('a day held against the books of others', () => {
  let payment: PaymentServer;
  let bank: BankServer;
  let world: AccountingWorld;
  let workers: ReconciliationWorkers;
  let https: OutboundHttp[];
  let isCaughtUp = true;
  let whileAsked: () => Promise<void>;

  beforeEach(async () => {
    isCaughtUp = true;
    whileAsked = () => Promise.resolve();
    payment = new PaymentServer();
    bank = new BankServer();
    await Promise.all([payment.listen(), bank.listen()]);
    payment.comparisons.set(DAY, []);
    world = await AccountingWorld.start();
    // Those of the application call where nobody listens.
    await world.world.app.get(ReconciliationWorkers).stop();
    https = [];
    workers = await replica();
  }, 240_000);
  afterEach(async () => {
    await workers.stop();
    await Promise.all(https.map((http) => http.close()));
    await world?.stop();
    await Promise.all([payment.stop(), bank.stop()]);
  });

  async function replica(everyMs?: number): Promise<ReconciliationWorkers> {
    const { database, outbox } = await world.replica();
    const http = (target: string, baseUrl: string, headers = {}) => {
      const made = new OutboundHttp({ target, baseUrl, headers, halfOpenAfterMs: 50 });
      https.push(made);
      return made;
    };
    const made = new ReconciliationWorkers({
      ...{ database, outbox, log: silent, everyMs },
      payment: paymentBooks(http('payment', payment.url)),
      bank: bankBooks(http('bank', bank.url, { authorization: 'Bearer key' })),
      isCaughtUp: async () => {
        await whileAsked();
        return isCaughtUp;
      },
    });
    made.start();
    return made;
  }

  /** An order in both books; `change` is what payment says otherwise. */
  async function order(
    change: Partial<BookedOrder> = {},
    at = `${DAY}T12:00:00Z`,
  ): Promise<string> {
    const orderId = randomUUID();
    payment.orders.push({
      ...{ orderId, merchantId: 'tea', currency: 'GBP', captured: 1000, refunded: 200 },
      ...{ chargedBack: 100, fee: 30, feeReturned: 5, revision: 9, capturedOn: DAY, ...change },
    });
    const about = { orderId, occurredAt: at };
    await world.deliver([
      factEvent('payment.completed', { ...about, amount: 1000, fee: 30, revision: 3 }),
      factEvent('refund.completed', {
        ...{ ...about, refunded: 200, given: 200, feeReturned: 5, revision: 5 },
      }),
      factEvent('chargeback.opened', { ...about, disputed: 300, revision: 7 }),
      factEvent('chargeback.won', { ...about, disputed: 200, revision: 9 }),
    ]);
    return orderId;
  }
  const withdrawal = (data: object = {}): CloudEvent =>
    factEvent('withdrawal.paid', {
      ...{ withdrawalId: randomUUID(), amount: 70, occurredAt: `${DAY}T15:00:00Z`, ...data },
    });
  const idOf = ({ data }: CloudEvent) => (data as { withdrawalId: string }).withdrawalId;
  const paidOut = (reference: string, change: object = {}) =>
    bank.payouts.push({
      ...{ payoutId: `po_${bank.payouts.length}`, reference, amount: 70, currency: 'GBP' },
      ...{ status: 'paid', decidedAt: `${DAY}T15:00:00.000Z`, ...change },
    });

  const view = async (day = DAY) =>
    (await world.ask(`/reconciliations/${day}?limit=100`)).body as unknown as Found;
  const reconciled = async (day = DAY): Promise<Found> => {
    const run = async () => {
      const [row] = await world.database.query<{ run: number }>(
        `select max(run) as run from reconciliation where day = $1 and phase = 'done'`,
        [day],
      );
      return row?.run ?? 0;
    };
    const before = await run();
    await workers.reconcile(day);
    await waitFor(async () => (await run()) > before, { what: day, intervalMs: 10 });
    return view(day);
  };
  const short = ({ items }: Found) => items.map(({ code, what, subject }) => [code, what, subject]);

  it('differs in nothing when all is as it should be', async () => {
    await Promise.all([order(), order(), order({ capturedOn: '2026-11-19' })]);
    const paid = withdrawal();
    await world.deliver([paid]);
    paidOut(idOf(paid));
    paidOut(randomUUID(), { status: 'refused' });
    paidOut(randomUUID(), { status: 'pending', decidedAt: undefined });
    paidOut(randomUUID(), { decidedAt: '2026-11-21T00:00:00.000Z' });
    const found = await reconciled();
    expect(found).toMatchObject({
      ...{ status: 'done', orders: 2, withdrawals: 1, differences: 0, behind: 0, items: [] },
    });
    expect(found).toMatchObject({ providerComparedAt: expect.any(String) });
    expect(found).not.toHaveProperty('problem');
  });

  it('lists all that differs, with both figures', async () => {
    const amounts = await order({
      captured: 900,
      refunded: 150,
      chargedBack: 0,
      fee: 31,
      feeReturned: 0,
    });
    const other = await order({ currency: 'EUR', merchantId: 'coffee' });
    const missing = randomUUID();
    payment.orders.push({ ...(payment.orders[0] as BookedOrder), orderId: missing, captured: 5 });
    const gone = await order();
    payment.orders.splice(
      payment.orders.findIndex(({ orderId }) => orderId === gone),
      1,
    );
    const [dear, foreign, unknown, unpaid] = [
      ...[withdrawal(), withdrawal(), withdrawal(), withdrawal()],
    ].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1)) as [
      CloudEvent,
      CloudEvent,
      CloudEvent,
      CloudEvent,
    ];
    await world.deliver([dear, foreign, unknown, unpaid]);
    paidOut(idOf(dear), { amount: 71 });
    paidOut(idOf(foreign), { currency: 'EUR' });
    paidOut(idOf(unpaid), { status: 'refused' });
    const stranger = randomUUID();
    paidOut(stranger);
    payment.comparisons.set(DAY, [
      { kind: 'captured', orderId: amounts, intentId: 'pi_1', ours: 900, theirs: 1000 },
      { kind: 'not-ours', intentId: 'pi_2', theirs: 7 },
    ]);
    const found = await reconciled();
    const list = found.items as (Found['items'][number] & { ledger?: string; theirs?: string })[];
    const lines = list.map(({ code, what, subject, ledger, theirs }) =>
      [code, what, subject, ledger, theirs].join(' '),
    );
    expect(new Set(lines)).toEqual(
      new Set([
        `amount-differs captured ${amounts} 1000 900`,
        `amount-differs refunded ${amounts} 200 150`,
        `amount-differs chargedBack ${amounts} 100 0`,
        `amount-differs fee ${amounts} 30 31`,
        `amount-differs feeReturned ${amounts} 5 0`,
        `currency-differs currency ${other} GBP EUR`,
        `merchant-differs merchantId ${other} tea coffee`,
        `missing-in-ledger captured ${missing}  5`,
        `missing-in-payment captured ${gone} 1000 `,
        `amount-differs amount ${idOf(dear)} 70 71`,
        `currency-differs currency ${idOf(foreign)} GBP EUR`,
        `missing-at-bank amount ${idOf(unknown)} 70 `,
        `not-paid-at-bank amount ${idOf(unpaid)} 70 refused`,
        `missing-in-ledger amount ${stranger}  70`,
        `provider-differs captured pi_1 900 1000`,
        `provider-differs not-ours pi_2  7`,
      ]),
    );
    expect(found.differences).toBe(16);
  });

  it('takes what is on its way for no difference, until it stays away', async () => {
    const late = await order({ refunded: 500, revision: 11 });
    isCaughtUp = false;
    const missing = randomUUID();
    payment.orders.push({ ...(payment.orders[0] as BookedOrder), orderId: missing });
    expect(short(await reconciled()).toSorted()).toEqual(
      [
        ['behind', 'captured', missing],
        ['behind', 'refunded', late],
      ].toSorted(),
    );
    // The ledger has read all, and nobody knows since when the refund is to be told.
    isCaughtUp = true;
    const found = await reconciled();
    expect(found).toMatchObject({ differences: 1, behind: 1 });
    expect(short(found).toSorted()).toEqual(
      [
        ['behind', 'refunded', late],
        ['missing-in-ledger', 'captured', missing],
      ].toSorted(),
    );
    await world.database.query(
      `update reconciliation_difference set since = now() - interval '61 minutes'`,
    );
    expect(await reconciled()).toMatchObject({ differences: 2, behind: 0 });
    // it was only late after all
    await world.deliver([
      factEvent('refund.completed', { orderId: late, refunded: 500, given: 300, revision: 11 }),
    ]);
    expect(await reconciled()).toMatchObject({ differences: 1, behind: 0 });
  });

  it('asks again where the ledger heard of it before payment was asked', async () => {
    const orderId = await order({ refunded: 0, feeReturned: 0, revision: 3, chargedBack: 0 });
    const stays = await order({ refunded: 0, feeReturned: 0, revision: 3, chargedBack: 0 });
    let asked = 0;
    payment.before = (path) => {
      asked += path.startsWith('/books') ? 1 : 0;
      if (asked !== 2) return;
      Object.assign(payment.orders.find((one) => one.orderId === orderId) ?? {}, {
        ...{ refunded: 200, feeReturned: 5, chargedBack: 100, revision: 9 },
      });
    };
    const found = await reconciled();
    expect(new Set(found.items.map(({ code, subject }) => `${code} ${subject}`))).toEqual(
      new Set([`ahead ${stays}`]),
    );
  });

  it('looks beyond midnight for what both know of', async () => {
    await order({ capturedOn: '2026-11-21' }, `${DAY}T23:59:59.999Z`);
    const paid = withdrawal({ occurredAt: `${DAY}T23:59:59.999Z` });
    await world.deliver([paid]);
    paidOut(idOf(paid), { decidedAt: '2026-11-21T00:00:00.001Z' });
    expect(await reconciled()).toMatchObject({ orders: 0, differences: 0 });
  });

  it('goes through all pages of all books, and on from where it was', async () => {
    payment.most = 7;
    bank.most = 7;
    for (let n = 0; n < 20; n += 1) {
      await order();
      paidOut(randomUUID(), { decidedAt: `2026-11-1${n % 9}T00:00:00.000Z` });
    }
    const paid = Array.from({ length: 20 }, () => withdrawal());
    await world.deliver(paid);
    for (const one of paid) paidOut(idOf(one));
    // it fails in the midst of each
    const survived = new Set<string>();
    payment.before = bank.before = (path) => {
      const server = path.startsWith('/v1') ? bank : payment;
      server.failWith = /after=14/.test(path) && !survived.has(path) ? 503 : undefined;
      survived.add(path);
    };
    const due = setInterval(() => {
      void world.database.query(`update effect_task set due_at = now() where lease_token is null`);
    }, 50);
    const found = await reconciled().finally(() => clearInterval(due));
    expect(found).toMatchObject({ orders: 20, withdrawals: 20, differences: 0 });
    // three pages, and the one that failed
    expect(payment.asked.filter((path) => path.includes('capturedOn'))).toHaveLength(4);
    const [row] = await world.database.query('select cursor, day::text from bank_position');
    expect(row).toEqual({ cursor: '14', day: DAY });
    // the next day begins there
    bank.asked.length = 0;
    payment.comparisons.set('2026-11-21', []);
    await reconciled('2026-11-21');
    expect(bank.asked[0]).toContain('after=14');
    bank.asked.length = 0;
    payment.comparisons.set('2026-11-12', []);
    await reconciled('2026-11-12');
    expect(bank.asked[0]).not.toContain('after=');
  });

  it('waits for payment to compare itself, and says so', async () => {
    payment.comparisons.clear();
    payment.differences = [{ kind: 'captured', orderId: randomUUID(), ours: 1, theirs: 2 }];
    await order();
    let isHeld = true;
    payment.before = () => {
      if (isHeld) payment.comparisons.clear();
    };
    await workers.reconcile(DAY);
    const waiting = await waitFor(async () => ((await view()).problem ? view() : undefined), {
      what: 'the problem',
    });
    expect(waiting).toMatchObject({
      ...{ status: 'running', orders: 1 },
      problem: `payment has yet to compare ${DAY} with the provider`,
    });
    expect(payment.asked).toContain(`POST /reconciliations/${DAY}`);
    isHeld = false;
    await waitFor(async () => (await view()).status === 'done', { what: 'the end' });
    expect(await view()).toMatchObject({ differences: 1, orders: 1 });
  });

  it('is done by one of two replicas, once', async () => {
    const other = await replica();
    try {
      payment.most = 5;
      for (let n = 0; n < 20; n += 1) await order();
      await Promise.all([workers.reconcile(DAY), other.reconcile(DAY)]);
      await waitFor(
        async () => (await world.database.query('select 1 from effect_task')).length === 0,
        { what: 'all to be done' },
      );
      expect(await view()).toMatchObject({ status: 'done', orders: 20, differences: 0 });
    } finally {
      await other.stop();
    }
  });

  it('is compared once more by another when a process ends right after it', async () => {
    const wrong = await order({ captured: 1 });
    const death = deathAt('effect.reconciliation.executed');
    await workers.reconcile(DAY);
    await death;
    const left = () => world.database.query('select 1 from effect_task');
    expect(await left()).toHaveLength(1);
    const other = await replica();
    try {
      await (await world.replica()).expireLeases();
      await waitFor(async () => (await left()).length === 0, { what: 'the work to end' });
    } finally {
      await other.stop();
    }
    const found = await view();
    expect(found).toMatchObject({ status: 'done', orders: 1, differences: 1 });
    expect(short(found)).toEqual([['amount-differs', 'captured', wrong]]);
  });

  it('happens by itself when a day is over', async () => {
    // The day before may end while it is waited for.
    const over = () => new Date(Date.now() - 86_400_000 - 7_200_000).toISOString().slice(0, 10);
    const next = new Date(Date.now() - 7_200_000).toISOString().slice(0, 10);
    for (const day of [over(), next]) payment.comparisons.set(day, []);
    const daily = await replica(20);
    try {
      await waitFor(async () => (await view(over())).status === 'done', { what: 'the day before' });
    } finally {
      await daily.stop();
    }
  });

  it('is made up for on days that were missed, for a week', async () => {
    const ago = (days: number) =>
      new Date(Date.now() - days * 86_400_000 - 7_200_000).toISOString().slice(0, 10);
    for (let days = -1; days < 12; days += 1) payment.comparisons.set(ago(days), []);
    const last = ago(5);
    await reconciled(last);
    const missed = [4, 3, 2].map(ago);
    const daily = await replica(20);
    try {
      for (const day of missed) {
        await waitFor(async () => (await view(day)).status === 'done', { what: day });
      }
      expect((await world.ask(`/reconciliations/${ago(8)}`)).status).toBe(404);
    } finally {
      await daily.stop();
    }
  });

  it('takes a payout for missing only where the ledger has read all', async () => {
    const stranger = randomUUID();
    paidOut(stranger);
    isCaughtUp = false;
    expect(short(await reconciled())).toEqual([['behind', 'amount', stranger]]);
    isCaughtUp = true;
    expect(short(await reconciled())).toEqual([['missing-in-ledger', 'amount', stranger]]);
  });

  it('reads payouts again that the ledger has heard of meanwhile', async () => {
    const paid = withdrawal();
    paidOut(idOf(paid));
    whileAsked = () => world.deliver([paid]);
    expect(await reconciled()).toMatchObject({ withdrawals: 1, differences: 0, behind: 0 });
  });

  it('is shown page by page, and asked for over HTTP', async () => {
    for (let n = 0; n < 5; n += 1) await order({ captured: 1 });
    await reconciled();
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const page = (await world.ask(`/reconciliations/${DAY}?limit=2${cursor}`))
        .body as unknown as Found;
      seen.push(...page.items.map(({ subject }) => subject));
      if (page.nextCursor === undefined) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(new Set(seen).size).toBe(5);
    const list = await world.get<{ items: Found[] }>('/reconciliations');
    expect(list.items).toMatchObject([{ day: DAY, differences: 5, orders: 5 }]);
    const post = (day: string) => world.world.ask('POST', `/reconciliations/${day}`);
    expect(await post(DAY)).toMatchObject({ status: 202, body: { day: DAY } });
    expect((await post('2999-01-01')).status).toBe(422);
    expect((await post('2026-02-30')).status).toBe(400);
    expect((await world.ask('/reconciliations/2026-11-01')).status).toBe(404);
  });
});
