/**
 * Promises attacked here: what is announced is told until it is heard, also by the next process; it
 * is told as the mood wants it, signed for its time; and a dead receiver costs neither memory
 * without end nor connections.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS } from '../idempotency-keys.js';
import { Journal } from '../journal.js';
import { Mood } from '../mood.js';
import { stripeSignature } from './signature.js';
import { WebhookBooks, type WebhookEntry } from './webhook-books.js';
import { WebhookSender, type WebhookSenderOptions } from './webhook-sender.js';

interface Heard {
  readonly body: string;
  readonly signature: string;
}

const until = async (isSo: () => boolean, what: string): Promise<void> => {
  const giveUpAt = performance.now() + 10_000;
  while (!isSo()) {
    if (performance.now() > giveUpAt) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};

describe('the sender of webhooks', () => {
  let folder: string;
  let server: Server;
  let url: string;
  let nowMs: number;
  let heard: Heard[];
  /** Answers a message; by default each is heard. */
  let answer: (response: ServerResponse, body: string) => void;
  const stops: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'webhooks-'));
    nowMs = Date.now();
    heard = [];
    answer = (response) => void response.writeHead(204).end();
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        heard.push({ body, signature: String(request.headers['stripe-signature']) });
        answer(response, body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?from=test`;
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  /** One process: its journal, what it folded of it, and its sender. */
  const start = async (options: Partial<WebhookSenderOptions> = {}, maxWaiting?: number) => {
    const books = new WebhookBooks(maxWaiting);
    const mood = new Mood();
    const journal = await Journal.open<WebhookEntry>({
      file: join(folder, 'books.jsonl'),
      replay: (entry) => books.apply(entry),
    });
    const sender = new WebhookSender({
      ...{ url, books, mood },
      sign: stripeSignature('secret'),
      append: (entries) => journal.append(entries),
      written: () => journal.written(),
      onFault: (error) => {
        throw error;
      },
      now: () => nowMs,
      retry: { baseMs: 1, maxMs: 4 },
      groupMs: 30,
      ...options,
    });
    sender.start();
    const stop = async (): Promise<void> => {
      await sender.stop();
      await journal.close();
    };
    stops.push(stop);
    const announce = (...names: string[]): void => {
      const entries = names.map(
        (id) => ({ kind: 'webhook', id, type: 'test', body: `"${id}"`, atMs: nowMs }) as const,
      );
      journal.append(entries);
      for (const entry of entries) books.apply(entry);
      sender.announce(entries);
    };
    const settled = (): Promise<void> =>
      until(() => books.waiting().length === 0, 'all was heard or given up');
    return { books, mood, announce, settled, stop, journal };
  };
  const said = (): string[] => heard.map(({ body }) => JSON.parse(body) as string);
  const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `m${n}`);

  it('tells each once, signed for its time', async () => {
    const { announce, settled, books } = await start();
    announce(...names(30));
    await settled();
    expect(said().sort()).toEqual(names(30).sort());
    expect(books.deliveries).toHaveLength(30);
    for (const { state, attempts, outcome } of books.deliveries) {
      expect({ state, attempts, outcome }).toEqual({
        ...{ state: 'delivered', attempts: 1, outcome: '204' },
      });
    }
    const [first] = heard;
    const t = Math.floor(nowMs / 1000);
    expect(first?.signature).toBe(
      stripeSignature('secret')(first?.body ?? '', nowMs)['stripe-signature'],
    );
    expect(first?.signature).toMatch(new RegExp(`^t=${t},v1=[0-9a-f]{64}$`));
  });

  it('tells nothing before it is in the journal', async () => {
    const durable = Promise.withResolvers<void>();
    const { announce, settled } = await start({ written: () => durable.promise });
    announce('m');
    const probe = await fetch(url, { method: 'POST', body: '"probe"' });
    expect(probe.status).toBe(204);
    expect(said()).toEqual(['probe']);
    durable.resolve();
    await settled();
    expect(said()).toEqual(['probe', 'm']);
  });

  it.each([
    ['500', (response: ServerResponse) => void response.writeHead(500).end('no')],
    ['302', (response: ServerResponse) => void response.writeHead(302, { location: '/' }).end()],
    ['a broken connection', (response: ServerResponse) => void response.destroy()],
  ])('tells it again after %s, signed anew', async (_what, refuse) => {
    let refusals = 3;
    answer = (response) => {
      nowMs += 1_000;
      refusals -= 1;
      if (refusals >= 0) refuse(response);
      else response.writeHead(200).end('ok');
    };
    const { announce, settled, books } = await start();
    announce('m');
    await settled();
    expect(said()).toEqual(['m', 'm', 'm', 'm']);
    expect(new Set(heard.map(({ signature }) => signature)).size).toBe(4);
    expect(books.deliveries).toMatchObject([{ state: 'delivered', attempts: 4, outcome: '200' }]);
  });

  it('gives up after three days', async () => {
    answer = (response) => {
      nowMs += DAY_MS;
      response.writeHead(500).end();
    };
    const { announce, settled, books } = await start({ retry: { baseMs: 0, maxMs: 0 } });
    announce('m');
    await settled();
    expect(books.deliveries).toMatchObject([{ state: 'given-up', attempts: 3, outcome: '500' }]);
  });

  it('keeps no more waiting than it may, and says which it left out', async () => {
    const { announce, mood, books, settled } = await start({}, 2);
    mood.set({ mode: 'ok', webhooks: 'off' });
    announce('m0', 'm1', 'm2');
    expect(books.deliveries.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'given-up']);
    mood.set({ mode: 'ok' });
    await settled();
    expect(said().sort()).toEqual(['m0', 'm1']);
  });

  it('asks eight at a time at most, over kept connections', async () => {
    let open = 0;
    let most = 0;
    const sockets = new Set<unknown>();
    const held: ServerResponse[] = [];
    answer = (response) => {
      sockets.add(response.socket);
      most = Math.max(most, (open += 1));
      held.push(response);
    };
    const { announce, settled } = await start();
    announce(...names(20));
    const release = (): void => {
      for (const response of held.splice(0)) {
        open -= 1;
        response.writeHead(204).end();
      }
    };
    await until(() => held.length === 8, 'eight are asked');
    release();
    await until(() => heard.length >= 16, 'the next eight are asked');
    const timer = setInterval(release, 5);
    await settled();
    clearInterval(timer);
    expect(most).toBe(8);
    expect(sockets.size).toBeLessThanOrEqual(8);
  });

  describe('when the mood is', () => {
    it('`off`, tells nothing, and all of it when they are on again', async () => {
      const { announce, mood, settled } = await start();
      mood.set({ mode: 'ok', webhooks: 'off' });
      announce('m0', 'm1');
      // longer than it takes to tell them
      for (let n = 0; n < 20; n += 1) await fetch(url, { method: 'POST', body: '"probe"' });
      expect(new Set(said())).toEqual(new Set(['probe']));
      mood.set({ mode: 'ok' });
      await settled();
      expect(said()).toHaveLength(22);
    });

    it('`late`, tells it after the delay', async () => {
      const { announce, mood, settled } = await start();
      mood.set({ mode: 'ok', webhooks: 'late', delayMs: 60 });
      const startedAt = performance.now();
      announce('m');
      await settled();
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(58);
    });

    it('`twice`, tells it twice with the same words', async () => {
      const { announce, mood, settled } = await start();
      mood.set({ mode: 'ok', webhooks: 'twice' });
      announce('m0', 'm1');
      await settled();
      expect(said().sort()).toEqual(['m0', 'm0', 'm1', 'm1']);
    });

    it('`shuffled`, tells what came together in reverse, one after the other', async () => {
      const { announce, mood, settled } = await start();
      mood.set({ mode: 'ok', webhooks: 'shuffled' });
      announce('m0', 'm1');
      announce('m2');
      await settled();
      expect(said()).toEqual(['m2', 'm1', 'm0']);
      announce('m3', 'm4');
      await settled();
      expect(said().slice(3)).toEqual(['m4', 'm3']);
    });
  });

  it('goes on after a restart with what was not heard, and with nothing else', async () => {
    answer = (response, body) => void response.writeHead(body === '"m0"' ? 204 : 503).end();
    const slow = { retry: { baseMs: 60_000, maxMs: 60_000 } };
    const first = await start(slow);
    first.announce('m0', 'm1', 'm2');
    await until(() => first.books.deliveries.every(({ attempts }) => attempts === 1), 'one try');
    await first.stop();
    heard = [];
    answer = (response) => void response.writeHead(204).end();
    nowMs += 60_000;
    const second = await start();
    await second.settled();
    expect(said().sort()).toEqual(['m1', 'm2']);
    await second.stop();
    const third = await start();
    expect(third.books.waiting()).toEqual([]);
    expect(third.books.deliveries.map(({ attempts }) => attempts)).toEqual([1, 2, 2]);
  });

  it('waits after a restart as long as it would have waited', async () => {
    answer = (response) => void response.writeHead(503).end();
    const first = await start({ retry: { baseMs: 60_000, maxMs: 60_000 } });
    first.announce('m');
    await until(() => first.books.deliveries[0]?.attempts === 1, 'one try');
    await first.stop();
    heard = [];
    const second = await start();
    expect(second.books.waiting()[0]?.dueAtMs).toBeGreaterThanOrEqual(nowMs + 30_000);
    await fetch(url, { method: 'POST', body: '"probe"' });
    expect(said()).toEqual(['probe']);
  });

  it('tells again what a stop broke off', async () => {
    answer = () => undefined;
    const first = await start();
    first.announce('m');
    await until(() => heard.length === 1, 'it is being told');
    await first.stop();
    answer = (response) => void response.writeHead(204).end();
    const second = await start();
    await second.settled();
    expect(said()).toEqual(['m', 'm']);
    expect(second.books.deliveries).toMatchObject([{ state: 'delivered', attempts: 1 }]);
  });
});
