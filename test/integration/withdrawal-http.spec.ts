/**
 * Promises attacked here: a request is taken in once a key, whole or not at all; only who is known,
 * active and has an account draws money; account numbers leave the service for the bank alone.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MerchantFactsController } from '../../apps/withdrawal/src/handlers/merchant-facts.controller.js';
import { withdrawalService } from '../../apps/withdrawal/src/service.js';
import {
  eventType,
  merchantCreated,
  merchantUpdated,
  withdrawInput,
  withdrawalRequested,
  type MerchantFact,
} from '#contracts';
import type { ReceivedEvent, UnitOfWork } from '#messaging';
import { freePort } from '#testing';
import { Gate } from './participant-harness.js';
import { ServiceWorld } from './service-world.js';

const NUMBER = 'GB33BUKB20201555555555';
const account = { holder: 'The Tea Shop Ltd', number: NUMBER, bank: 'BUKBGB22' };
/** Longer than a commit takes on a machine that is busy with other things. */
const KEY_WAIT_MS = 3_000;

describe('the withdrawal service', () => {
  let world: ServiceWorld;
  beforeAll(async () => {
    world = await ServiceWorld.start(withdrawalService, {
      BANK_URL: `http://127.0.0.1:${await freePort()}`,
      BANK_KEY: 'bank-secret',
      IDEMPOTENCY_WAIT_MS: String(KEY_WAIT_MS),
    });
    await hear(fact('tea'), fact('late', { status: 'suspended' }));
  }, 240_000);
  afterAll(() => world?.stop());

  const fact = (merchantId: string, more: Partial<MerchantFact> = {}): MerchantFact => ({
    ...{ merchantId, revision: 1, name: 'The Tea Shop', status: 'active' },
    ...{ timeZone: 'Europe/London', feeRates: [], apiKeys: [] },
    payoutAccounts: [{ currency: 'GBP', ...account }],
    ...{ occurredAt: '2026-11-26T10:00:00.000Z', ...more },
  });
  const hear = (...facts: (MerchantFact | ReceivedEvent)[]): Promise<void> => {
    const events = facts.map((data): ReceivedEvent => {
      if ('topic' in data) return data;
      const { name } = data.revision === 1 ? merchantCreated : merchantUpdated;
      return {
        ...{ id: randomUUID(), source: 'merchant', type: eventType(name), data },
        ...{ subject: data.merchantId, time: data.occurredAt, key: data.merchantId },
        ...{ topic: 'merchant.events', partition: 0, offset: '0', headers: {} },
      };
    });
    const unit = { tx: world.database } as unknown as UnitOfWork;
    return world.app.get(MerchantFactsController).onMerchants({ topic: '', events }, unit);
  };
  const wish = { merchantId: 'tea', currency: 'GBP', amount: 5000 };
  const post = (body: unknown = wish, key: string = randomUUID()) =>
    world.ask('POST', '/withdrawals', body, { 'idempotency-key': key });
  const idOf = (answer: { body: Record<string, unknown> }): string =>
    String(answer.body['withdrawalId']);
  const requested = async (body: unknown = wish) => idOf(await post(body));
  const get = (path: string) => world.ask('GET', `/withdrawals${path}`);
  const change = (id: string, set: string) =>
    world.database.query(`update withdrawal set ${set} where withdrawal_id = $1`, [id]);

  it('takes a withdrawal in, starts its saga and tells of it, all at once', async () => {
    const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const answer = await world.ask('POST', '/withdrawals', wish, {
      ...{ 'idempotency-key': randomUUID(), traceparent: trace },
    });
    const withdrawalId = idOf(answer);
    const shown = { currency: 'GBP', ...account, number: '…5555' };
    expect(answer).toMatchObject({
      status: 202,
      headers: { location: `/withdrawals/${withdrawalId}` },
    });
    expect(answer.body).toEqual({ withdrawalId, status: 'requested', ...wish, account: shown });
    const { body } = await get(`/${withdrawalId}`);
    expect(body).toEqual({
      ...{ ...answer.body, payout: 'none', revision: 1 },
      ...{ createdAt: expect.any(String), updatedAt: body['createdAt'] },
    });
    const [start, told, ...more] = await world.told(withdrawalId);
    expect(more).toEqual([]);
    expect(start).toMatchObject({
      ...{ topic: 'saga.inbox', id: `${withdrawalId}:start` },
      data: { definition: 'withdraw', businessKey: withdrawalId },
    });
    const input = { withdrawalId, ...wish, account: shown };
    expect(withdrawInput.parse(start?.data['input'])).toEqual(input);
    expect(told).toMatchObject({ topic: 'withdrawal.events', id: `${withdrawalId}:1` });
    expect(withdrawalRequested.data.parse(told?.data)).toMatchObject({
      ...{ withdrawalId, revision: 1, status: 'requested', ...wish },
    });
    const headers = await world.database.query<{ trace: string }>(
      "select headers ->> 'traceparent' as trace from outbox where key = $1",
      [withdrawalId],
    );
    expect(headers).toEqual([{ trace }, { trace }]);
  });

  it('answers the same to the same key, however many come at once', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 60 }, () => post(wish, key)));
    const [first] = answers;
    for (const { status, body } of answers) {
      expect({ status, body }).toEqual({ status: 202, body: first?.body });
    }
    const id = idOf(first as (typeof answers)[number]);
    expect(await world.told(id)).toHaveLength(2);
    await change(id, "status = 'paid', payout = 'paid', payout_id = 'p', revision = 3");
    expect((await post(wish, key)).body).toEqual(first?.body);
  });

  it('refuses another wish with a key that is taken, also in the same moment', async () => {
    const key = randomUUID();
    const others = [wish, { ...wish, amount: 5001 }, { ...wish, amount: 5002 }];
    const answers = await Promise.all(others.map((body) => post(body, key)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 422, 422]);
    expect(await post({ ...wish, amount: 1 }, key)).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'Idempotency-Key' }] },
    });
  });

  it('takes in many at once, each once', async () => {
    const keys = Array.from({ length: 300 }, () => randomUUID());
    const answers = await Promise.all([...keys, ...keys].map((key) => post(wish, key)));
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    expect(new Set(answers.map(idOf)).size).toBe(300);
  });

  it('lets nobody wait for who is stuck with a key, and says to come again', async () => {
    const [key, other] = [randomUUID(), randomUUID()];
    const [holding, end] = [new Gate(), new Gate()];
    const stuck = world.database.transaction(async (tx) => {
      await tx.query(
        `insert into withdrawal (withdrawal_id, merchant_id, currency, amount, account, status,
             payout, revision, pay_out_to, idempotency_key, request_hash, created_at, updated_at)
         values ($1, 'tea', 'GBP', 1, '{}', 'requested', 'none', 1, '[]', $2, 'h', now(), now())`,
        [randomUUID(), key],
      );
      holding.open();
      await end.passed;
      throw new Error('rolled back');
    });
    await holding.passed;
    const [held, free] = await Promise.all([post(wish, key), post(wish, other)]);
    expect(free.status).toBe(202);
    expect(held).toMatchObject({ status: 409, body: { code: 'request-in-progress' } });
    end.open();
    await expect(stuck).rejects.toThrow('rolled back');
    expect((await post(wish, key)).status).toBe(202);
  });

  it.each<[string, object, number, string, string]>([
    ['nobody knows', { merchantId: 'nobody' }, 422, 'unknown-merchant', 'register'],
    ['is suspended', { merchantId: 'late' }, 403, 'merchant-suspended', 'activated'],
    [
      'has no account for it',
      { currency: 'JPY' },
      ...([409, 'no-payout-account', 'PUT /merchants/tea/payout-accounts/JPY'] as const),
    ],
  ])('refuses a merchant who %s, and keeps nothing', async (_, more, status, code, hint) => {
    const [before] = await world.database.query('select count(*) from withdrawal');
    const key = randomUUID();
    const refused = await post({ ...wish, ...more }, key);
    expect(refused).toMatchObject({ status, body: { status, code } });
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(refused.body['detail']).toContain(hint);
    expect(await world.database.query('select count(*) from withdrawal')).toEqual([before]);
    expect((await post(wish, key)).status).toBe(202);
  });

  it('goes by the latest that was said of a merchant, and answers old keys as then', async () => {
    const key = randomUUID();
    const mine = { ...wish, merchantId: 'fickle' };
    await hear(fact('fickle'));
    const first = await post(mine, key);
    const later = { currency: 'GBP', ...account, number: 'GB00NEWB00000000009999' };
    const suspended = fact('fickle', { revision: 3, status: 'suspended', payoutAccounts: [later] });
    await hear(suspended, fact('fickle', { revision: 2 }));
    await hear(fact('fickle'));
    expect((await post(mine)).status).toBe(403);
    expect((await post(mine, key)).body).toEqual(first.body);
    await hear({ ...suspended, revision: 4, status: 'active' });
    expect((await post(mine)).body).toMatchObject({ account: { number: '…9999' } });
  });

  it('does not take in facts that break their contract, and passes over others', async () => {
    await expect(hear(fact('tea', { revision: 0 }))).rejects.toThrow('revision');
    const other = { topic: 'merchant.events', type: 'com.example.merchant.renamed', data: 1 };
    await hear(other as unknown as ReceivedEvent);
    expect((await post()).status).toBe(202);
  });

  it('lists withdrawals newest first, page by page, by merchant and status', async () => {
    await hear(fact('lists'), fact('others'));
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await requested({ ...wish, merchantId: 'lists' }));
    await requested({ ...wish, merchantId: 'others' });
    await change(ids[1] ?? '', "status = 'rejected'");
    const walk = async (query: string): Promise<string[]> => {
      const first = await get(`?${query}&limit=2`);
      const found = (first.body['items'] as { withdrawalId: string }[]).map(
        ({ withdrawalId }) => withdrawalId,
      );
      const next = first.body['nextCursor'] as string | undefined;
      if (next === undefined) return found;
      const rest = query.replace(/&cursor=.*/, '');
      return [...found, ...(await walk(`${rest}&cursor=${next}`))];
    };
    expect(await walk('merchantId=lists')).toEqual(ids.toReversed());
    expect(await walk('merchantId=lists&status=rejected')).toEqual([ids[1]]);
    expect(await walk('merchantId=nobody')).toEqual([]);
    const rejected = await get('?status=rejected');
    expect(rejected.body).toMatchObject({ items: [{ withdrawalId: ids[1] }] });
    const cursor = Buffer.from('x').toString('base64url');
    expect(await get(`?cursor=${cursor}`)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'cursor' }] },
    });
  });

  it('passes a cancel on while the bank was not told, and says when it was', async () => {
    const id = await requested();
    const cancel = () => world.ask('POST', `/withdrawals/${id}/cancel`, { reason: 'not now' });
    expect(await cancel()).toMatchObject({ status: 202, body: { status: 'requested' } });
    const reason = { code: 'cancelled-by-merchant', message: 'not now' };
    expect((await world.told(id)).at(-1)).toMatchObject({
      ...{ topic: 'saga.inbox', id: `${id}:cancel` },
      data: { definition: 'withdraw', businessKey: id, reason },
    });
    const told = await world.told(id);
    for (const [set, code] of [
      ["payout = 'ordered'", 'payout-ordered'],
      ["payout = 'pending', payout_id = 'p'", 'payout-pending'],
      ["payout = 'paid', status = 'paid'", 'payout-paid'],
      ["status = 'completed'", 'payout-paid'],
    ] as const) {
      await change(id, set);
      expect(await cancel()).toMatchObject({ status: 409, body: { code } });
    }
    await change(id, "status = 'rejected', payout = 'refused'");
    expect(await cancel()).toMatchObject({ status: 202, body: { status: 'rejected' } });
    expect(await world.told(id)).toEqual(told);
  });

  it.each<[string, unknown, string]>([
    ['no merchant', { currency: 'GBP', amount: 1 }, 'merchantId'],
    ['no currency', { merchantId: 'tea', amount: 1 }, 'currency'],
    ['a currency that is none', { ...wish, currency: 'pounds' }, 'currency'],
    ['nothing', { ...wish, amount: 0 }, 'amount'],
    ['half a penny', { ...wish, amount: 0.5 }, 'amount'],
    ['more than there is', { ...wish, amount: 1_000_000_000_001 }, 'amount'],
    ['an account of its own', { ...wish, account }, 'account'],
  ])('refuses a withdrawal of %s, naming the field', async (_, body, field) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  it('wants a key, and says what for', async () => {
    const missing = await world.ask('POST', '/withdrawals', wish);
    expect(missing).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'Idempotency-Key' }] },
    });
    expect((await post(wish, 'a b')).status).toBe(400);
  });

  it.each([
    ['GET', '/019aa0c5-7d5c-7000-8000-000000000001', 404],
    ['POST', '/019aa0c5-7d5c-7000-8000-000000000001/cancel', 404],
    ['GET', '/one', 400],
    ['POST', '/one/cancel', 400],
  ] as const)('knows nothing of what was never asked for: %s %s', async (method, path, status) => {
    const body = method === 'POST' ? {} : undefined;
    expect(await world.ask(method, `/withdrawals${path}`, body)).toMatchObject({
      status,
      body: { errors: [{ field: 'withdrawalId' }] },
    });
  });

  it('shows the whole number of an account to nobody, also when the database refuses it', async () => {
    await world.database.query('alter table withdrawal add constraint c check (amount <> 666)');
    expect(await post({ ...wish, amount: 666 })).toMatchObject({ status: 500 });
    const lines = world.logged.join('\n');
    expect(lines).toContain('violates check constraint');
    const outbox = JSON.stringify(await world.told());
    const views = JSON.stringify((await get('?limit=100')).body);
    for (const text of [lines, outbox, views]) expect(text).not.toContain(NUMBER);
    expect(lines).not.toContain('bank-secret');
    const openApi = await world.app.inject({ method: 'GET', url: '/openapi.json' });
    expect(openApi.body).toContain('/withdrawals/{withdrawalId}/cancel');
  });
});
