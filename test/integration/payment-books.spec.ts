/** Promise attacked here: others get all that was taken, each payment once, by the day it was taken. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { bookRows } from '../../apps/payment/src/persistence/book-rows.js';
import { paymentService } from '../../apps/payment/src/service.js';
import type { Tx } from '#messaging';
import { freePort } from '#testing';
import { ServiceWorld } from './service-world.js';

interface Row {
  readonly orderId?: string;
  readonly capturedAt?: string | null;
  readonly createdAt?: string;
  readonly captured?: number;
  readonly refunded?: number;
  readonly fee?: number;
  readonly feeReturned?: number;
  readonly chargebacks?: readonly object[];
}

describe('the books of the payment service', () => {
  let world: ServiceWorld;
  beforeAll(async () => {
    world = await ServiceWorld.start(paymentService, {
      PAYMENT_TOKEN_KEY: randomBytes(32).toString('base64'),
      PAYMENT_PROVIDER_URL: `http://127.0.0.1:${await freePort()}`,
      PAYMENT_PROVIDER_KEY: 'sk',
      PROVIDER_WEBHOOK_SECRET: 'whsec_of_tests',
    });
  }, 240_000);
  afterAll(() => world.stop());
  beforeEach(async () => {
    await world.database.query('delete from payment');
  });

  const insert = async (row: Row = {}): Promise<string> => {
    const { orderId = randomUUID(), createdAt = '2026-11-26T12:00:00Z', captured = 1200 } = row;
    await world.database.query(
      `insert into payment (order_id, saga_id, customer_id, merchant_id, channel, method, currency,
         amount, wanted, status, captured, refunded, revision, charge_to, undo_to, created_at,
         captured_at, fee, fee_returned, chargebacks)
       values ($1, 's', 'c', 'm-1', 'web', 'credit_card', 'JPY', 1200, 'captured', 'captured', $2, $3,
         4, '[]', '[]', $4, $5, $6, $7, $8)`,
      [
        ...[orderId, captured, row.refunded ?? 0, createdAt, row.capturedAt ?? null],
        ...[row.fee ?? 0, row.feeReturned ?? 0, JSON.stringify(row.chargebacks ?? [])],
      ],
    );
    return orderId;
  };
  const list = async (query: string) => {
    const { status, body } = await world.ask('GET', `/books${query}`);
    expect({ status, body }).toMatchObject({ status: 200 });
    return body as { items: { orderId: string }[]; nextCursor?: string };
  };
  const ids = async (query: string) => (await list(query)).items.map(({ orderId }) => orderId);

  it('say of each what was taken, given back, taken back and kept', async () => {
    const dispute = { reason: 'fraudulent', disputed: 100 };
    const orderId = await insert({
      ...{ refunded: 300, fee: 42, feeReturned: 42, capturedAt: '2026-11-26T00:00:00Z' },
      chargebacks: [
        { ...dispute, chargebackId: 'dp_1', status: 'open' },
        { ...dispute, chargebackId: 'dp_2', status: 'lost' },
        { ...dispute, chargebackId: 'dp_3', status: 'won' },
      ],
    });
    await insert({ captured: 0 });
    expect(await list('')).toEqual({
      items: [
        {
          ...{ orderId, merchantId: 'm-1', currency: 'JPY', captured: 1200, refunded: 300 },
          ...{ chargedBack: 200, fee: 42, feeReturned: 42, revision: 4 },
        },
      ],
    });
    const { body } = await world.ask('GET', `/payments/${orderId}`);
    expect(body).toMatchObject({
      ...{ fee: 42, feeReturned: 42, capturedAt: '2026-11-26T00:00:00.000Z' },
      chargebacks: [{ chargebackId: 'dp_1', disputed: 100, status: 'open' }, {}, {}],
    });
  });

  it('go page by page, each payment once, however many', async () => {
    const all = await Promise.all(Array.from({ length: 25 }, () => insert()));
    const seen: string[] = [];
    let after = '';
    for (let pages = 0; pages < 9; pages += 1) {
      const page = await list(`?limit=10${after}`);
      seen.push(...page.items.map(({ orderId }) => orderId));
      if (page.nextCursor === undefined) break;
      after = `&after=${page.nextCursor}`;
    }
    expect(seen).toEqual(all.toSorted());
    expect((await list('?limit=25')).nextCursor).toBeUndefined();
  });

  it('of a day hold what was taken on it, UTC, and without a time what was asked for on it', async () => {
    const first = await insert({ capturedAt: '2026-11-25T00:00:00Z' });
    const last = await insert({ capturedAt: '2026-11-25T23:59:59.999Z' });
    const next = await insert({ capturedAt: '2026-11-26T00:00:00Z' });
    const old = await insert({ createdAt: '2026-11-25T10:00:00Z' });
    expect(await ids('?capturedOn=2026-11-25')).toEqual([first, last, old].toSorted());
    expect(await ids('?capturedOn=2026-11-26')).toEqual([next]);
    expect(await ids('?capturedOn=2026-11-24')).toEqual([]);
    const [one] = [first, last, old].toSorted();
    const { nextCursor } = await list('?capturedOn=2026-11-25&limit=1');
    expect(await ids(`?capturedOn=2026-11-25&after=${nextCursor}`)).not.toContain(one);
  });

  it.each([
    ['a day', { capturedOn: '2026-11-25' }, 'payment_books'],
    ['all days', {}, 'payment_pkey'],
  ])('of %s are read in the order of an index', async (_, query, index) => {
    let [asked, given]: [string, unknown[]] = ['', []];
    const listening: Tx = {
      query: (sql, params = []) => {
        [asked, given] = [sql, [...params]];
        return Promise.resolve([]);
      },
    };
    await bookRows(listening, { ...query, after: randomUUID(), limit: 10 });
    const plan = await world.database.transaction(async (tx) => {
      // A table of a few rows is sorted faster than it is read in order.
      for (const way of ['seqscan', 'sort']) await tx.query(`set local enable_${way} = off`);
      return tx.query<Record<string, string>>(`explain ${asked}`, given);
    });
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toContain(index);
    expect(text).not.toContain('Sort');
  });

  it.each([
    ['?limit=0', 400, 'limit'],
    ['?limit=1001', 400, 'limit'],
    ['?limit=x', 400, 'limit'],
    ['?capturedOn=2026-02-30', 400, 'capturedOn'],
    ['?capturedOn=yesterday', 400, 'capturedOn'],
    ['?capturedOn=0000-01-01', 400, 'capturedOn'],
    ['?after=nonsense', 400, 'after'],
    ['?after=bm8gaWQ', 400, 'after'],
  ])('are refused for %s with %i and the field', async (query, status, field) => {
    const { status: answered, body } = await world.ask('GET', `/books${query}`);
    expect({ answered, body }).toMatchObject({ answered: status, body: { errors: [{ field }] } });
  });
});
