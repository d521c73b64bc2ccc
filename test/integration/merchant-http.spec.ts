/**
 * Promises attacked here: a merchant is what was last said of it; every change is told once; fees that
 * were taken stay as they were; keys are shown once, and neither they nor accounts are ever logged.
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { merchantService } from '../../apps/merchant/src/service.js';
import { merchantCreated, merchantUpdated, type MerchantFact } from '#contracts';
import { ServiceWorld } from './service-world.js';

const tea = { name: 'The Tea Shop', timeZone: 'Europe/London' };
const account = { holder: 'The Tea Shop Ltd', number: 'GB33BUKB20201555555555', bank: 'BUKBGB22' };

describe('the merchant service', () => {
  let world: ServiceWorld;
  beforeAll(async () => {
    world = await ServiceWorld.start(merchantService);
  }, 240_000);
  afterAll(() => world.stop());

  const ask = (
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => world.ask(method, `/merchants/${path}`, body, headers);
  const put = (id: string, body: unknown = tea, headers?: Record<string, string>) =>
    ask('PUT', id, body, headers);
  const latest = async (id: string) =>
    (await world.told(id)).at(-1)?.data as unknown as MerchantFact;

  it('makes a merchant known, replaces what is said, and tells of both', async () => {
    const created = await put('tea');
    expect(created).toMatchObject({ status: 201, headers: { etag: '"1"' } });
    expect(created.body).toEqual({
      ...{ merchantId: 'tea', ...tea, status: 'active', revision: 1 },
      ...{ feeRates: [], payoutAccounts: [], apiKeys: [] },
    });
    expect((await put('tea')).status).toBe(200);
    expect((await put('tea', { ...tea, name: 'Tea' })).body['revision']).toBe(2);
    expect((await ask('GET', 'tea')).body).toMatchObject({ name: 'Tea', revision: 2 });
    const [first, second, ...more] = await world.told('tea');
    expect(more).toEqual([]);
    expect(first).toMatchObject({ topic: 'merchant.events', type: 'com.example.merchant.created' });
    expect(merchantCreated.data.parse(first?.data)).toMatchObject(tea);
    expect(merchantUpdated.data.parse(second?.data)).toMatchObject({ name: 'Tea', revision: 2 });
  });

  it('is changed by who has read the latest, and overwrites none where that is asked for', async () => {
    await put('read');
    const change = (name: string, tag: string) =>
      put('read', { ...tea, name }, { 'if-match': tag });
    expect((await change('A', '"1"')).body['revision']).toBe(2);
    expect(await change('B', '"1"')).toMatchObject({ status: 412, body: { revision: 2 } });
    expect((await put('read', tea, { 'if-none-match': '*' })).status).toBe(412);
  });

  it('suspends with a reason that it keeps to itself, and activates', async () => {
    await put('late');
    const suspended = await ask('POST', 'late/suspend', { reason: 'papers missing' });
    expect(suspended.body).toMatchObject({
      status: 'suspended',
      suspendReason: 'papers missing',
      revision: 2,
    });
    expect(await latest('late')).toMatchObject({ status: 'suspended' });
    const active = await ask('POST', 'late/activate');
    expect(active.body).toMatchObject({ status: 'active', revision: 3 });
    expect(active.body).not.toHaveProperty('suspendReason');
    expect(JSON.stringify(await world.told('late'))).not.toContain('papers missing');
  });

  it('keeps fee rates by channel, and says which one counts when', async () => {
    await put('fees');
    const add = (body: object) => ask('POST', 'fees/fee-rates', body);
    expect((await add({ validFrom: '2020-01-01T00:00:00Z', basisPoints: 290 })).status).toBe(200);
    const fixed = [{ currency: 'GBP', amount: 20 }];
    const ahead = await add({
      ...{ channel: 'app', validFrom: '2990-01-01T09:00:00+09:00', basisPoints: 150, fixed },
    });
    expect(ahead.body['feeRates']).toMatchObject([
      { validFrom: '2020-01-01T00:00:00.000Z', channel: '*', fixed: [] },
      { validFrom: '2990-01-01T00:00:00.000Z', channel: 'app', basisPoints: 150, fixed },
    ]);
    const [begun, toCome] = (ahead.body['feeRates'] as { rateId: string }[]).map(
      ({ rateId }) => rateId,
    );
    const effective = async (query: string) =>
      (await ask('GET', `fees/fee-rates/effective?${query}`)).body;
    expect(await effective('channel=app')).toMatchObject({ basisPoints: 290 });
    expect(await effective('channel=app&at=2990-01-01T00:00:00Z')).toMatchObject({
      basisPoints: 150,
    });
    expect(await effective('channel=web&at=2019-12-31T23:59:59Z')).toMatchObject({ status: 404 });
    expect(await latest('fees')).toMatchObject({
      feeRates: [{ channel: '*' }, { channel: 'app' }],
    });

    expect(await add({ validFrom: '2021-01-01T00:00:00Z', basisPoints: 1 })).toMatchObject({
      status: 409,
      body: { code: 'rate-has-begun', errors: [{ field: 'validFrom' }] },
    });
    const remove = (id: string | undefined) => ask('DELETE', `fees/fee-rates/${id}`);
    expect((await remove(begun)).status).toBe(409);
    expect((await remove('another')).status).toBe(404);
    const removed = await remove(toCome);
    expect(removed.body['feeRates']).toHaveLength(1);
  });

  it('keeps one account a currency, of which it shows the end', async () => {
    await put('paid');
    const answer = await ask('PUT', 'paid/payout-accounts/GBP', account);
    expect(answer.body['payoutAccounts']).toEqual([
      { currency: 'GBP', ...account, number: '…5555' },
    ]);
    expect((await latest('paid')).payoutAccounts).toEqual([{ currency: 'GBP', ...account }]);
    expect((await ask('DELETE', 'paid/payout-accounts/JPY')).status).toBe(404);
    const gone = await ask('DELETE', 'paid/payout-accounts/GBP');
    expect(gone.body['payoutAccounts']).toEqual([]);
  });

  it('shows a key once, keeps its hash, and forgets it when it is revoked', async () => {
    await put('keys');
    const issued = await ask('POST', 'keys/api-keys', { label: 'web shop' });
    expect(issued).toMatchObject({ status: 201, headers: { 'cache-control': 'no-store' } });
    const { keyId, apiKey } = issued.body as { keyId: string; apiKey: string };
    const hash = createHash('sha256').update(apiKey).digest('hex');
    expect((await latest('keys')).apiKeys).toEqual([{ keyId, hash }]);
    const shown = await ask('GET', 'keys');
    expect(shown.body['apiKeys']).toEqual([
      { keyId, label: 'web shop', createdAt: expect.any(String) },
    ]);
    const rows = await world.database.query('select * from merchant');
    const told = await world.told('keys');
    for (const text of [JSON.stringify(rows), JSON.stringify(told)]) {
      expect(text).toContain(hash);
      expect(text).not.toContain(apiKey);
    }
    expect((await ask('DELETE', `keys/api-keys/${keyId}`)).body['apiKeys']).toEqual([]);
    expect((await latest('keys')).apiKeys).toEqual([]);
    expect((await ask('DELETE', `keys/api-keys/${keyId}`)).status).toBe(404);
  });

  it('counts revisions without gaps or doubles, however many change one at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => put('busy', { ...tea, name: `Tea ${n}` })),
    );
    expect(answers.every(({ status }) => status === 200 || status === 201)).toBe(true);
    const told = (await world.told('busy')).map(({ data }) => data['revision'] as number);
    expect(told.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  });

  it('lists its merchants by id, page by page', async () => {
    await ask('POST', 'late/suspend', { reason: 'again' });
    const suspended = await world.ask('GET', '/merchants?status=suspended');
    expect(suspended.body).toMatchObject({ items: [{ merchantId: 'late' }] });
    const first = await world.ask('GET', '/merchants?limit=3');
    const second = await world.ask('GET', `/merchants?cursor=${String(first.body['nextCursor'])}`);
    const ids = [first, second].flatMap(({ body }) =>
      (body['items'] as { merchantId: string }[]).map(({ merchantId }) => merchantId),
    );
    expect(ids).toEqual(['busy', 'fees', 'keys', 'late', 'paid', 'read', 'tea']);
  });

  it.each<[string, 'PUT' | 'POST' | 'GET', string, unknown, string]>([
    ['no name', 'PUT', 'bad', { timeZone: 'UTC' }, 'name'],
    ['a time zone that is none', 'PUT', 'bad', { ...tea, timeZone: 'Mars/Base' }, 'timeZone'],
    ['an offset', 'PUT', 'bad', { ...tea, timeZone: '+09:00' }, 'timeZone'],
    ['a status', 'PUT', 'bad', { ...tea, status: 'active' }, 'status'],
    ['more than all', 'POST', 'tea/fee-rates', { basisPoints: 10_001 }, 'basisPoints'],
    ['half a point', 'POST', 'tea/fee-rates', { basisPoints: 0.5 }, 'basisPoints'],
    ['a day', 'POST', 'tea/fee-rates', { basisPoints: 1, validFrom: '2026-01-01' }, 'validFrom'],
    [
      'a day that there is not',
      ...(['POST', 'tea/fee-rates'] as const),
      { basisPoints: 1, validFrom: '2026-02-30T00:00:00Z' },
      'validFrom',
    ],
    [
      'a month that there is not',
      ...(['POST', 'tea/fee-rates'] as const),
      { basisPoints: 1, validFrom: '2026-13-01T00:00:00Z' },
      'validFrom',
    ],
    [
      'a currency twice',
      ...(['POST', 'tea/fee-rates'] as const),
      { basisPoints: 1, fixed: [1, 2].map((amount) => ({ currency: 'GBP', amount })) },
      'fixed',
    ],
    ['no number', 'PUT', 'tea/payout-accounts/GBP', { holder: 'T' }, 'number'],
    ['no currency', 'PUT', 'tea/payout-accounts/pounds', account, 'currency'],
    ['no label', 'POST', 'tea/api-keys', {}, 'label'],
    ['no channel', 'GET', 'tea/fee-rates/effective', undefined, 'channel'],
  ])('refuses %s, naming the field', async (_, method, path, body, field) => {
    const refused = await ask(method, path, body);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(refused.body).toMatchObject({ status: 400, errors: [{ field }] });
  });

  it.each<['GET' | 'POST' | 'PUT' | 'DELETE', string, unknown]>([
    ['GET', 'nobody', undefined],
    ['POST', 'nobody/suspend', { reason: 'x' }],
    ['POST', 'nobody/activate', undefined],
    ['POST', 'nobody/fee-rates', { basisPoints: 1 }],
    ['GET', 'nobody/fee-rates/effective?channel=web', undefined],
    ['DELETE', 'nobody/fee-rates/x', undefined],
    ['PUT', 'nobody/payout-accounts/GBP', account],
    ['DELETE', 'nobody/payout-accounts/GBP', undefined],
    ['POST', 'nobody/api-keys', { label: 'x' }],
    ['DELETE', 'nobody/api-keys/x', undefined],
  ])('knows no merchant that was never made known: %s %s', async (method, path, body) => {
    expect(await ask(method, path, body)).toMatchObject({
      status: 404,
      body: { errors: [{ field: 'merchantId' }] },
    });
  });

  it('writes neither keys nor accounts into its log, also when the database refuses a row', async () => {
    await world.database.query('alter table merchant add constraint c check (name <> $$xx$$)');
    await put('unlucky');
    await ask('PUT', 'unlucky/payout-accounts/GBP', account);
    const { apiKey, keyId } = (await ask('POST', 'unlucky/api-keys', { label: 'x' })).body;
    expect(await put('unlucky', { ...tea, name: 'xx' })).toMatchObject({ status: 500 });
    const lines = world.logged.join('\n');
    expect(lines).toContain('violates check constraint');
    expect(String(keyId)).toHaveLength(16);
    for (const secret of [String(apiKey), 'GB33BUKB', 'papers missing']) {
      expect(lines).not.toContain(secret);
    }
  });
});
