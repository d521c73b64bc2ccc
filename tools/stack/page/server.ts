import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PAGE } from './page.js';
import type { View, Watcher } from './watcher.js';

const EVERY_MS = 3_000;

export interface RunningPage {
  readonly url: string;
  stop(): Promise<void>;
}

/** Nothing but itself may be loaded or run, and nobody may frame it. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * The start page: `/` for people, `/state.json` for the script in it. Looks around every few seconds
 * while somebody has asked within the last few, and not at all while nobody does.
 * @throws when the port is taken
 */
export async function startPage(watcher: Watcher, port: number): Promise<RunningPage> {
  let view: { readonly atMs: number; readonly value: View } | undefined;
  const latest = async (): Promise<View> => {
    if (view === undefined || performance.now() - view.atMs > EVERY_MS - 500) {
      view = { value: await watcher.look(), atMs: performance.now() };
    }
    return view.value;
  };
  const server = createServer((request, response) => void answer(request, response, latest));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  { method, url = '/', headers }: IncomingMessage,
  response: ServerResponse,
  latest: () => Promise<View>,
): Promise<void> {
  const send = (status: number, type: string, body: string): void => {
    response.writeHead(status, { ...HEADERS, 'content-type': `${type}; charset=utf-8` });
    response.end(method === 'HEAD' ? undefined : body);
  };
  // A page elsewhere may have its name point here; it must not read what this machine runs.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')) {
    return send(421, 'text/plain', 'This page is for this machine: open it as 127.0.0.1.\n');
  }
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(405, 'text/plain', 'Only GET.\n');
  }
  const path = url.split('?', 1)[0];
  if (path === '/') return send(200, 'text/html', PAGE);
  if (path === '/state.json') return send(200, 'application/json', JSON.stringify(await latest()));
  return send(404, 'text/plain', 'There is only / and /state.json.\n');
}
