import { Controller, Delete, Get, Module, Post } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { newApiKey } from '../api-key.js';
import { HealthModule } from '../health/health.module.js';
import { createLogger } from '../logger.js';
import { runtime } from '../runtime.js';
import { AccessModule, accessRoles, Caller, Open, Role, type KeptAccess } from './access.js';
import { createHttpApp, routesOf } from './app.js';

@Role('reader')
@Controller('sagas')
class Sagas {
  @Get()
  list(@Caller() caller: Caller): Caller {
    return caller;
  }
  @Post()
  @Role('operator')
  mend(@Caller() { owner }: Caller): { owner: string } {
    return { owner };
  }
  @Delete(':id')
  @Role('approver')
  remove(): void {}
}

@Controller()
class Pages {
  @Get('page')
  @Open()
  page(): { hello: string } {
    return { hello: 'all' };
  }
}

@Controller('forgotten')
class Forgotten {
  @Get(':id')
  one(): string {
    return 'secret';
  }
}

/** Keys in memory, and which were asked for. */
class Keys {
  readonly asked: string[] = [];
  private readonly kept = new Map<string, KeptAccess>();

  make(role: KeptAccess['role']): string {
    const keyId = runtime.uuid();
    const { apiKey, hash } = newApiKey('sk', keyId);
    this.kept.set(keyId, { keyId, owner: 'ada', role, hash });
    return apiKey;
  }
  revoke(apiKey: string): void {
    this.kept.delete(apiKey.split('_')[1] ?? '');
  }
  find = (keyId: string): Promise<KeptAccess | undefined> => {
    this.asked.push(keyId);
    return Promise.resolve(this.kept.get(keyId));
  };
}

const appOf = (controllers: (new () => object)[], keys: Keys) => {
  const door = { realm: 'sagas', kind: 'sk', hint: 'Ask Ada for one.', find: keys.find } as const;
  @Module({
    controllers,
    imports: [HealthModule.forRoot(), AccessModule.forRoot({ inject: [], useFactory: () => door })],
  })
  class AppModule {}
  const logger = createLogger({ service: 'sagas', level: 'silent' });
  return createHttpApp(AppModule, { service: 'sagas', title: 'Sagas', logger });
};

describe('access by keys', () => {
  let app: NestFastifyApplication;
  let keys: Keys;
  beforeEach(async () => {
    keys = new Keys();
    app = await appOf([Sagas, Pages], keys);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  afterEach(() => app.close());

  const ask = async (
    method: 'GET' | 'HEAD' | 'POST' | 'DELETE',
    url: string,
    apiKey?: string | string[],
  ) => {
    const headers = apiKey === undefined ? {} : { 'x-api-key': apiKey };
    const {
      statusCode: status,
      headers: answered,
      body,
    } = await app.inject({ method, url, headers });
    return { status, headers: answered, body: body === '' ? {} : JSON.parse(body), text: body };
  };

  it('lets each role do what is its own, and what is of those before it', async () => {
    const routes = [
      ['GET', '/sagas', 'reader'],
      ['HEAD', '/sagas', 'reader'],
      ['POST', '/sagas', 'operator'],
      ['DELETE', '/sagas/1', 'approver'],
    ] as const;
    for (const [method, url, needed] of routes) {
      for (const role of accessRoles) {
        const may = accessRoles.indexOf(role) >= accessRoles.indexOf(needed);
        const { status } = await ask(method, url, keys.make(role));
        expect([method, role, status < 300]).toEqual([method, role, may]);
        if (!may) expect(status).toBe(403);
      }
    }
  });

  it('tells the handler whose request it is', async () => {
    const apiKey = keys.make('operator');
    const { body } = await ask('GET', '/sagas', apiKey);
    expect(body).toEqual({ keyId: apiKey.split('_')[1], owner: 'ada', role: 'operator' });
  });

  it('refuses who shows no key, and says what to do', async () => {
    expect(await ask('GET', '/sagas')).toMatchObject({
      status: 401,
      headers: {
        'content-type': 'application/problem+json',
        'www-authenticate': 'ApiKey realm="sagas", header="X-API-Key"',
      },
      body: {
        code: 'key-missing',
        detail: 'Send your key in the header X-API-Key. Ask Ada for one.',
      },
    });
    expect(keys.asked).toEqual([]);
  });

  it('refuses what is no key without looking for it', async () => {
    const good = keys.make('approver');
    const merchants = newApiKey('mk', '0f5c2b7a91d3e846').apiKey;
    for (const bad of ['', 'x', good.slice(0, -1), `${good}x`, [good, good], merchants]) {
      expect(await ask('GET', '/sagas', bad)).toMatchObject({
        status: 401,
        body: { code: 'key-unknown' },
      });
    }
    expect(keys.asked).toEqual([]);
  });

  it('looks once for a key, be it good or not, and tells no wrong one from another', async () => {
    const good = keys.make('reader');
    const wrong = good.slice(0, -2) + (good.endsWith('AA') ? 'BB' : 'AA');
    const unknown = newApiKey('sk', runtime.uuid()).apiKey;
    const answers = [await ask('GET', '/sagas', wrong), await ask('GET', '/sagas', unknown)];
    for (const { status, body, headers, text } of answers) {
      expect(status).toBe(401);
      expect(body).toEqual(answers[0]?.body);
      expect(headers['www-authenticate']).toContain('error="invalid_key"');
      expect(text).not.toMatch(/sk_/);
    }
    expect(keys.asked).toHaveLength(2);
    await ask('GET', '/sagas', good);
    expect(keys.asked).toHaveLength(3);
  });

  it('refuses a key from the moment in which it is revoked', async () => {
    const apiKey = keys.make('reader');
    expect((await ask('GET', '/sagas', apiKey)).status).toBe(200);
    keys.revoke(apiKey);
    expect((await ask('GET', '/sagas', apiKey)).status).toBe(401);
  });

  it('says which role is needed, and who has too little of it', async () => {
    const apiKey = keys.make('operator');
    const keyId = apiKey.split('_')[1];
    const answer = await ask('DELETE', '/sagas/1', apiKey);
    expect(answer).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': expect.stringContaining('error="insufficient_role"') },
      body: {
        code: 'role-too-low',
        role: 'operator',
        needed: 'approver',
        detail:
          `This needs the role approver; the key ${keyId} of ada has the role operator. ` +
          'Ask Ada for one.',
      },
    });
    expect(answer.text).not.toContain(apiKey);
  });

  it('asks nobody for a key where all may come', async () => {
    for (const url of ['/page', '/health', '/health/live', '/openapi.json', '/metrics']) {
      expect((await app.inject({ method: 'GET', url })).statusCode).toBe(200);
    }
  });

  it('does not repeat a key that stands in an address', async () => {
    const apiKey = keys.make('reader');
    const { status, text } = await ask('GET', `/nowhere?key=${apiKey}`, apiKey);
    expect(status).toBe(404);
    expect(text).not.toContain(apiKey.slice(-43));
  });

  it('describes who may call what', async () => {
    const { paths, components } = (await app.inject('/openapi.json')).json();
    expect(components.securitySchemes).toEqual({
      'api-key': { type: 'apiKey', in: 'header', name: 'X-API-Key' },
    });
    expect(paths['/sagas'].get).toMatchObject({
      security: [{ 'api-key': [] }],
      'x-role': 'reader',
      responses: { 401: expect.anything(), 403: expect.anything() },
    });
    expect(paths['/sagas'].post).toMatchObject({
      security: [{ 'api-key': [] }],
      'x-role': 'operator',
    });
    expect(paths['/page'].get.security).toBeUndefined();
  });

  it('tells all routes that there are', () => {
    const told = routesOf(app).map(({ method, url }) => `${method} ${url}`);
    for (const one of [
      'GET /sagas',
      'POST /sagas',
      'DELETE /sagas/:id',
      'GET /page',
      'GET /metrics',
    ]) {
      expect(told).toContain(one);
    }
  });
});

describe('an application with a route of which nobody says who may call it', () => {
  it('does not start', async () => {
    const app = await appOf([Sagas, Forgotten], new Keys());
    await expect(app.init()).rejects.toThrow(
      'nobody says who may call these, by @Role or @Open: GET /forgotten/:id (Forgotten.one)',
    );
  });
});
