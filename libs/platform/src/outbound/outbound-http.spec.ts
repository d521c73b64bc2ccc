import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { breakerHealth } from './breaker-health.js';
import { OutboundError } from './outbound-error.js';
import { OutboundHttp, type OutboundOptions } from './outbound-http.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

async function serve(handler: Handler): Promise<{ url: string; server: Server }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function client(baseUrl: string, options: Partial<OutboundOptions> = {}): OutboundHttp {
  const outbound = new OutboundHttp({ target: 'peer', baseUrl, ...options });
  cleanUp.push(() => outbound.close());
  return outbound;
}

const get = (outbound: OutboundHttp) => outbound.request({ method: 'GET', path: '/x' });
const faultOf = async (work: Promise<unknown>): Promise<OutboundError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OutboundError);
  return error as OutboundError;
};

describe('a call to another party', () => {
  it('brings 2xx and 4xx back as answers, over kept connections', async () => {
    const sockets = new Set<unknown>();
    const { url } = await serve((request, response) => {
      sockets.add(request.socket);
      response.statusCode = request.headers['x-ok'] ? 200 : 422;
      response.end(JSON.stringify({ path: request.url, key: request.headers['authorization'] }));
    });
    const outbound = client(`${url}/base`, { headers: { authorization: 'Bearer k' } });
    const ok = await outbound.request({ method: 'POST', path: '/x', headers: { 'x-ok': '1' } });
    expect(ok).toEqual({ status: 200, body: { path: '/base/x', key: 'Bearer k' } });
    for (let call = 0; call < 10; call += 1) expect((await get(outbound)).status).toBe(422);
    expect(sockets.size).toBeLessThan(3);
  });

  it('gives up at its time limit, and says that the request may have been executed', async () => {
    const { url } = await serve(() => undefined);
    const fault = await faultOf(get(client(url, { timeoutMs: 50 })));
    expect(fault).toMatchObject({ fault: 'timeout', sent: true });
  });

  it('counts an answer that stops half way as timed out', async () => {
    const { url } = await serve((_request, response) => void response.writeHead(200).write('{'));
    expect((await faultOf(get(client(url, { timeoutMs: 50 })))).fault).toBe('timeout');
  });

  it('tells a request that never left from one whose answer was lost', async () => {
    const { url, server } = await serve((request) => request.socket.destroy());
    const outbound = client(url);
    expect(await faultOf(get(outbound))).toMatchObject({ fault: 'reset', sent: true });
    await new Promise((resolve) => server.close(resolve));
    expect(await faultOf(get(outbound))).toMatchObject({ fault: 'unreachable', sent: false });
  });

  it.each([
    [500, 'server-error'],
    [503, 'server-error'],
    [429, 'server-error'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
  ])('takes %i for a fault of the other side: %s', async (status, fault) => {
    const { url } = await serve((_request, response) => {
      response.statusCode = status;
      response.end('{}');
    });
    expect((await faultOf(get(client(url)))).fault).toBe(fault);
  });

  it('repeats nothing of a body that is no JSON', async () => {
    const { url } = await serve((_request, response) => void response.end('tok_secret'));
    const fault = await faultOf(get(client(url)));
    expect(fault.fault).toBe('bad-answer');
    expect(fault.message).not.toContain('tok_secret');
  });

  it('opens its breaker when half of the calls fail, and closes it after one that works', async () => {
    let healthy = false;
    let seen = 0;
    const { url } = await serve((_request, response) => {
      seen += 1;
      response.statusCode = healthy ? 200 : 503;
      response.end();
    });
    const outbound = client(url, { halfOpenAfterMs: 500 });
    for (let call = 0; call < 10; call += 1) await faultOf(get(outbound));
    const refused = await faultOf(get(outbound));
    expect(refused).toMatchObject({ fault: 'breaker-open', sent: false });
    expect(refused.retryAfterMs).toBeGreaterThan(0);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(500);
    const health = breakerHealth('peer', outbound);
    expect(health.required).toBe(false);
    await expect(health.check()).rejects.toThrow('breaker');
    expect(seen).toBe(10);

    healthy = true;
    while (outbound.broken) await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await get(outbound)).status).toBe(200);
    await expect(health.check()).resolves.toBeUndefined();
    expect((await get(outbound)).status).toBe(200);
  });

  it('does not open for answers, however many of them are refusals', async () => {
    const { url } = await serve((_request, response) => {
      response.statusCode = 402;
      response.end('{}');
    });
    const outbound = client(url);
    for (let call = 0; call < 30; call += 1) expect((await get(outbound)).status).toBe(402);
  });

  it('refuses at once what neither fits in nor may wait', async () => {
    const { url } = await serve(() => undefined);
    const outbound = client(url, { connections: 1, maxQueued: 1, timeoutMs: 100 });
    const faults = await Promise.all([1, 2, 3].map(() => faultOf(get(outbound))));
    expect(faults.map(({ fault }) => fault)).toEqual(['timeout', 'timeout', 'overloaded']);
  });
});
