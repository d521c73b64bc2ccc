/** The dashboard's files: for everybody, only those, never changed on the way, and kept while they may be. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { orchestratorService } from '../../../apps/orchestrator/src/service.js';
import { ServiceWorld } from '../service-world.js';

let world: ServiceWorld;
beforeAll(async () => {
  world = await ServiceWorld.start(orchestratorService);
}, 240_000);
afterAll(() => world?.stop(), 240_000);

const get = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  world.app.inject({ method, url, headers });

const script = async (): Promise<string> => {
  const { body } = await get('/dashboard');
  const [, url = ''] = /src="(\/dashboard\/assets\/[^"]+\.js)"/.exec(body) ?? [];
  expect(url).not.toBe('');
  return url;
};

describe('the first page', () => {
  it.each(['/dashboard', '/dashboard/', '/dashboard/sagas/some-place'])(
    'is there without a key, allows nothing foreign and is asked for anew each time: %s',
    async (url) => {
      const { statusCode, headers, body } = await get(url);
      expect(statusCode).toBe(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['cache-control']).toBe('no-cache');
      expect(headers['x-content-type-options']).toBe('nosniff');
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      expect(body).not.toMatch(/<script>|<style|https?:/);
    },
  );

  it('is not sent again to who has it', async () => {
    const etag = String((await get('/dashboard')).headers['etag']);
    const again = await get('/dashboard', { 'if-none-match': etag });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    expect((await get('/dashboard', { 'if-none-match': '"other"' })).statusCode).toBe(200);
  });

  it('answers HEAD with the same headers', async () => {
    const [head, full] = [await get('/dashboard', {}, 'HEAD'), await get('/dashboard')];
    expect([head.statusCode, head.body]).toEqual([200, '']);
    expect(head.headers['etag']).toBe(full.headers['etag']);
  });
});

describe('a file with a hash in its name', () => {
  it('is kept for good', async () => {
    const { statusCode, headers } = await get(await script());
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headers['cache-control']).toContain('immutable');
  });

  it('comes as small as the reader can take it', async () => {
    const url = await script();
    const plain = await get(url);
    const brotli = await get(url, { 'accept-encoding': 'gzip, deflate, br' });
    const gzip = await get(url, { 'accept-encoding': 'gzip;q=1, br;q=0' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(brotli.headers['vary']).toBe('accept-encoding');
    expect(brotliDecompressSync(brotli.rawPayload).equals(plain.rawPayload)).toBe(true);
    expect(gunzipSync(gzip.rawPayload).equals(plain.rawPayload)).toBe(true);
    expect(brotli.headers['etag']).not.toBe(plain.headers['etag']);
  });
});

describe('what is none of its files', () => {
  it.each([
    '/dashboard/assets/none.js',
    '/dashboard/index.html.br',
    '/dashboard/../../package.json',
    '/dashboard/..%2f..%2f..%2f..%2fpackage.json',
    '/dashboard/%2e%2e/%2e%2e/apps/orchestrator/src/main.js',
    '/dashboard/..\\..\\package.json',
    '/dashboard//etc/passwd.js',
    '/dashboard/__proto__.js',
  ])('is not found: %s', async (url) => {
    const { statusCode, body } = await get(url);
    expect(statusCode).toBe(404);
    expect(body).not.toContain('saga-orchestrator');
  });

  it('is not to be written', async () => {
    expect((await world.app.inject({ method: 'POST', url: '/dashboard' })).statusCode).toBe(405);
  });
});
