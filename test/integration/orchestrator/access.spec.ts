/** The admin API is closed to whoever has no key of enough a role; route by route, none forgotten. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { newId } from '#messaging';
import { accessRoles, newApiKey, routesOf, type AccessRole } from '#platform';
import { listActs } from '../../../apps/orchestrator/src/persistence/interventions.js';
import { orchestratorService } from '../../../apps/orchestrator/src/service.js';
import { SseClient } from '../../support/sse.js';
import { ServiceWorld } from '../service-world.js';
import { keyOf } from './access-keys.js';

/** Whoever adds a route says here, too, who may call it. */
const ROUTES: Readonly<Record<string, AccessRole>> = {
  'GET /admin/me': 'reader',
  'GET /admin/keys': 'approver',
  'POST /admin/keys': 'approver',
  'DELETE /admin/keys/:keyId': 'approver',
  'GET /admin/dead-letters': 'reader',
  'GET /admin/dead-letters/count': 'reader',
  'GET /admin/dead-letters/figures': 'reader',
  'GET /admin/dead-letters/:id': 'reader',
  'POST /admin/dead-letters/redrive': 'operator',
  'POST /admin/dead-letters/discard': 'operator',
  'GET /admin/definitions': 'reader',
  'GET /admin/definitions/:name/:version': 'reader',
  'GET /admin/definitions/:name/:version/moves/:to': 'reader',
  'GET /admin/events': 'reader',
  'GET /admin/figures': 'reader',
  'GET /admin/timers': 'reader',
  'GET /admin/sagas': 'reader',
  'GET /admin/sagas/count': 'reader',
  'GET /admin/sagas/:id': 'reader',
  'GET /admin/sagas/:id/as-of': 'reader',
  'GET /admin/sagas/:id/graph': 'reader',
  'GET /admin/sagas/:id/history': 'reader',
  'GET /admin/sagas/:id/actions': 'reader',
  'GET /admin/sagas/:id/interventions': 'reader',
  'POST /admin/sagas/:id/interventions': 'operator',
  'GET /admin/interventions': 'reader',
  'GET /admin/bulk-actions': 'reader',
  'GET /admin/bulk-actions/:id': 'reader',
  'GET /admin/bulk-actions/:id/items': 'reader',
  'POST /admin/bulk-actions': 'operator',
  'POST /admin/bulk-actions/:id/start': 'operator',
  'POST /admin/bulk-actions/:id/approve': 'approver',
  'POST /admin/bulk-actions/:id/pause': 'operator',
  'POST /admin/bulk-actions/:id/resume': 'operator',
  'POST /admin/bulk-actions/:id/cancel': 'operator',
};
/** These go on for as long as somebody reads; whoever may not, hears it at once. */
const STREAMS = ['GET /admin/events'];
/** Besides the pages of the OpenAPI document. */
const OPEN = [
  ...['GET /health', 'GET /health/live', 'GET /metrics', 'GET /openapi.json'],
  ...['GET /dashboard', 'GET /dashboard/*'],
];

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

let world: ServiceWorld;
let keys: Readonly<Record<AccessRole, string>>;
beforeAll(async () => {
  world = await ServiceWorld.start(orchestratorService);
  keys = {
    reader: await keyOf(world.database, 'reader', 'uma'),
    operator: await keyOf(world.database, 'operator', 'otto'),
    approver: await keyOf(world.database, 'approver', 'ada'),
  };
}, 240_000);
afterAll(() => world?.stop(), 240_000);

const secretOf = (apiKey: string): string => apiKey.slice(-43);
const idOf = (apiKey: string): string => apiKey.split('_')[1] ?? '';
const by = (apiKey: string) => ({ 'x-api-key': apiKey });
const ask = (method: Method, url: string, apiKey?: string, body?: unknown, app = world.app) =>
  world.ask(method, url, body, apiKey === undefined ? {} : by(apiKey), app);

describe('the admin API', () => {
  const told = () =>
    routesOf(world.app)
      .filter(({ method }) => method !== 'HEAD')
      .map(({ method, url }) => `${method} ${url}`);

  it('has no route of which this test does not know who may call it', () => {
    const isDocs = (route: string) => / \/docs(\/|-|$)/.test(route);
    expect(
      told()
        .filter((route) => !isDocs(route))
        .toSorted(),
    ).toEqual([...Object.keys(ROUTES), ...OPEN].toSorted());
  });

  it('asks nobody for a key who wants to know how it is', async () => {
    for (const route of OPEN) {
      const [, url = ''] = route.split(' ');
      expect((await world.app.inject({ method: 'GET', url })).statusCode).not.toBe(401);
    }
  });

  it.each(Object.entries(ROUTES))('lets in only who may: %s, %s', async (route, needed) => {
    const [method = '', pattern = ''] = route.split(' ');
    const url = pattern.replaceAll(/:\w+/g, randomUUID());
    const methods = method === 'GET' ? ['GET', 'HEAD'] : [method];
    const status = async (apiKey?: string, asked: readonly string[] = methods) => {
      const answers = await Promise.all(
        asked.map((one) =>
          world.app.inject({
            method: one as Method,
            url,
            headers: apiKey === undefined ? {} : by(apiKey),
            ...(method !== 'GET' && { payload: {} }),
          }),
        ),
      );
      const [first, ...others] = answers.map(({ statusCode }) => statusCode);
      for (const other of others) expect(other).toBe(first);
      return first;
    };
    expect(await status()).toBe(401);
    expect(await status('nonsense')).toBe(401);
    expect(await status(newApiKey('sk', newId()).apiKey)).toBe(401);
    for (const role of accessRoles) {
      const isEnough = accessRoles.indexOf(role) >= accessRoles.indexOf(needed);
      const found = await status(
        keys[role],
        isEnough && STREAMS.includes(route) ? ['HEAD'] : methods,
      );
      if (isEnough) expect([401, 403, 500]).not.toContain(found);
      else expect([role, found]).toEqual([role, 403]);
    }
  });

  it('says whose key it was', async () => {
    const { body } = await ask('GET', '/admin/me', keys.operator);
    expect(body).toEqual({ keyId: idOf(keys.operator), owner: 'otto', role: 'operator' });
  });
});

describe('a key of the admin API', () => {
  const make = async (owner: string, role: AccessRole = 'reader') => {
    const answer = await ask('POST', '/admin/keys', keys.approver, { owner, role });
    expect(answer).toMatchObject({ status: 201, headers: { 'cache-control': 'no-store' } });
    return answer.body as { keyId: string; apiKey: string };
  };

  it('is shown once, and kept as a hash only', async () => {
    const { keyId, apiKey, ...rest } = await make('grace@example.com', 'operator');
    expect(rest).toEqual({
      ...{ owner: 'grace@example.com', role: 'operator', createdAt: expect.any(String) },
    });
    expect(idOf(apiKey)).toBe(keyId);
    expect((await ask('GET', '/admin/me', apiKey)).body).toMatchObject({ keyId });
    const list = await ask('GET', '/admin/keys?owner=grace@example.com', keys.approver);
    expect(list.body).toEqual({ items: [{ keyId, ...rest }] });
    const rows = await world.database.query('select api_key::text as row from api_key');
    expect(JSON.stringify(rows)).not.toContain(secretOf(apiKey));
  });

  it('is refused at once by every replica when it is revoked, and stays so', async () => {
    const other = await world.replica();
    const { keyId, apiKey } = await make('hopper');
    const statuses = () =>
      Promise.all(
        [world.app, other].map(async (app) => {
          const { status } = await ask('GET', '/admin/sagas', apiKey, undefined, app);
          return status;
        }),
      );
    expect(await statuses()).toEqual([200, 200]);
    const url = `/admin/keys/${keyId.toUpperCase()}?reason=lost`;
    const revoked = await ask('DELETE', url, keys.approver);
    expect(revoked).toMatchObject({ status: 200, body: { keyId, owner: 'hopper' } });
    expect(await statuses()).toEqual([401, 401]);
    const again = await ask('DELETE', url, keys.approver);
    expect([again.status, again.body]).toEqual([200, revoked.body]);
    const list = await ask('GET', '/admin/keys?owner=hopper', keys.approver);
    expect(list.body).toMatchObject({ items: [revoked.body] });
  });

  it('ends what is watched with it when it is revoked', async () => {
    await world.app.listen(0, '127.0.0.1');
    const url = `${await world.app.getUrl()}/admin/events`;
    const [revoked, kept] = [await make('lovelace'), await make('babbage')];
    const watch = ({ apiKey }: { apiKey: string }) => SseClient.open(url, undefined, by(apiKey));
    const [one, two] = [await watch(revoked), await watch(kept)];
    try {
      expect([one.status, two.status]).toEqual([200, 200]);
      await ask('DELETE', `/admin/keys/${revoked.keyId}`, keys.approver);
      await one.untilOver();
      expect(two.over).toBeUndefined();
      expect((await watch(revoked)).status).toBe(401);
    } finally {
      one.close();
      two.close();
    }
  });

  it('is no longer good for the one who revokes it', async () => {
    const { keyId, apiKey } = await make('kay', 'approver');
    expect((await ask('DELETE', `/admin/keys/${keyId}`, apiKey)).status).toBe(200);
    expect((await ask('DELETE', `/admin/keys/${keyId}`, apiKey)).status).toBe(401);
  });

  it('is one that there is', async () => {
    const url = `/admin/keys/${randomUUID()}`;
    expect((await ask('DELETE', url, keys.approver)).status).toBe(404);
    expect((await ask('DELETE', '/admin/keys/x', keys.approver)).status).toBe(400);
  });

  it.each([
    [{ owner: 'Ada', role: 'reader' }, 'owner'],
    [{ owner: '', role: 'reader' }, 'owner'],
    [{ owner: 'ada', role: 'admin' }, 'role'],
    [{ role: 'reader' }, 'owner'],
    [{ owner: 'ada', role: 'reader', reason: '' }, 'reason'],
    [{ owner: 'ada', role: 'reader', hash: 'x' }, 'hash'],
  ])('is not made of %j', async (body, field) => {
    const answer = await ask('POST', '/admin/keys', keys.approver, body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  it('is listed a page at a time, newest first', async () => {
    for (let n = 0; n < 3; n += 1) await make('pages');
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await ask('GET', `/admin/keys?owner=pages&limit=2${cursor}`, keys.approver);
      const { items, nextCursor } = body as { items: { keyId: string }[]; nextCursor?: string };
      seen.push(...items.map(({ keyId }) => keyId));
      if (nextCursor === undefined) break;
      cursor = `&cursor=${nextCursor}`;
    }
    expect(seen).toHaveLength(3);
    expect(seen).toEqual(seen.toSorted().toReversed());
  });

  it('stands in no log, no error and no answer but the one that makes it', async () => {
    const { keyId, apiKey } = await make('turing');
    const wrong = newApiKey('sk', newId()).apiKey;
    const answers = [
      await ask('GET', '/admin/sagas?state=odd', apiKey),
      await ask('POST', '/admin/keys', apiKey, { owner: 'x', role: 'reader' }),
      await ask('GET', '/admin/me', wrong),
      await ask('GET', `/admin/sagas?apiKey=${apiKey}&${apiKey}=1`, apiKey),
      await ask('GET', `/nothing/${apiKey}`),
      await ask('DELETE', `/admin/keys/${keyId}?reason=because`, keys.approver),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 403, 401, 400, 404, 200]);
    const shown = JSON.stringify(answers.map(({ body, headers }) => [body, headers]));
    const logged = world.logged.join('');
    for (const key of [apiKey, wrong, ...Object.values(keys)]) {
      expect(shown).not.toContain(secretOf(key));
      expect(logged).not.toContain(secretOf(key));
    }
  });

  it('is recorded with who made it and who revoked it, for the audit too', async () => {
    const { keyId } = await make('noether');
    await ask('DELETE', `/admin/keys/${keyId}?reason=because`, keys.approver);
    await ask('DELETE', `/admin/keys/${keyId}?reason=again`, keys.approver);
    const common = { objectType: 'access-key', objectId: keyId, detail: { owner: 'noether' } };
    const acts = await listActs(world.database, { objectId: keyId, limit: 10 });
    expect(acts).toMatchObject([
      { ...common, what: 'access-key.revoke', actor: 'ada', reason: 'because' },
      { ...common, what: 'access-key.create', actor: 'ada', keyId: idOf(keys.approver) },
    ]);
    const told = await world.told(keyId);
    expect(told.map(({ data }) => data['what'])).toEqual([
      'access-key.create',
      'access-key.revoke',
    ]);
  });

  it('costs one read by the primary key, also when it is wrong, and none when it is no key', async () => {
    const queries = jest.spyOn(world.database, 'query');
    try {
      const wrong = Array.from({ length: 20 }, () => newApiKey('sk', newId()).apiKey);
      for (const apiKey of wrong) expect((await ask('GET', '/admin/me', apiKey)).status).toBe(401);
      // the outbox, which looks around by itself, asks too
      const about = () => queries.mock.calls.filter(([sql]) => sql.includes('api_key'));
      const asked = about().map(([sql, params]) => ({ sql, params }));
      expect(asked.map(({ params }) => params)).toEqual(wrong.map((apiKey) => [idOf(apiKey)]));
      for (const apiKey of wrong) await ask('GET', '/admin/me', `${apiKey}x`);
      expect(about()).toHaveLength(wrong.length);
      const plan = await world.database.query(`explain ${asked[0]?.sql}`, asked[0]?.params);
      expect(JSON.stringify(plan)).toContain('Index Scan using api_key_pkey');
    } finally {
      queries.mockRestore();
    }
  });
});
