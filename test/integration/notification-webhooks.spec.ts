/**
 * Promises attacked here: a merchant is told each thing once, signed with a secret that only he and
 * the shop know; an endpoint that is down delays it, and one that is gone is asked no more.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { Sweeper } from '../../apps/notification/src/expiry/sweeper.js';
import { AddressGuard } from '../../apps/notification/src/webhooks/address-guard.js';
import { EndpointDesk } from '../../apps/notification/src/webhooks/endpoint-desk.js';
import { WebhookEvents } from '../../apps/notification/src/webhooks/webhook-events.js';
import { HttpWebhookSender } from '../../apps/notification/src/webhooks/webhook-sender.js';
import { WebhookWorkers } from '../../apps/notification/src/webhooks/webhook.workers.js';
import { eventType, orderCancelled, orderConfirmed, type EventContract } from '#contracts';
import { migrations } from '#migrations/notification';
import type { ReceivedEvent } from '#messaging';
import { Sealer } from '#platform';
import { testPostgres, waitFor, type PostgresServer } from '#testing';
import { deathAt, ParticipantDatabase, silent, type Replica } from './participant-harness.js';

jest.setTimeout(240_000);

interface Call {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A merchant's own server, which answers as told. */
class Merchant {
  readonly merchantId = `m-${randomUUID()}`;
  readonly calls: Call[] = [];
  /** Of the first answers; the others are `status`. */
  readonly first: number[] = [];
  status = 204;
  /** Takes what is sent, and never says so. */
  isMute = false;
  /** Connections without an answer. */
  open = 0;
  readonly server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      this.calls.push({ headers: request.headers, body });
      this.open += 1;
      response.on('close', () => (this.open -= 1));
      if (this.isMute) return;
      const status = this.first.shift() ?? this.status;
      // somewhere else, which is this merchant too
      response.writeHead(status, status === 302 ? { location: this.url() } : {}).end();
    });
  });

  async listen(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  url(host = '127.0.0.1'): string {
    return `http://${host}:${(this.server.address() as AddressInfo).port}/hook`;
  }

  event({ name, topic }: EventContract = orderConfirmed, id: string = randomUUID()): ReceivedEvent {
    return {
      id,
      source: 'order',
      type: eventType(name),
      subject: id,
      time: new Date().toISOString(),
      topic,
      key: id,
      partition: 0,
      offset: '0',
      headers: {},
      data: {
        orderId: randomUUID(),
        revision: 2,
        status: 'confirmed',
        customerId: 'c',
        merchantId: this.merchantId,
        channel: 'web',
        currency: 'JPY',
        totalAmount: 1200,
        occurredAt: '2026-11-26T00:00:00Z',
        reason: { code: 'x', message: '' },
      },
    };
  }
}

describe('webhooks', () => {
  let postgres: PostgresServer;
  let database: ParticipantDatabase;
  let replica: Replica;
  let events: WebhookEvents;
  let workers: WebhookWorkers;
  let desk: EndpointDesk;
  const merchants: Merchant[] = [];
  const sealer = new Sealer(randomBytes(32).toString('base64'));
  const guard = new AddressGuard(true, () =>
    Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
  );
  const sender = new HttpWebhookSender({ guard, timeoutMs: 2_000 });

  beforeAll(async () => {
    postgres = await testPostgres();
    database = await ParticipantDatabase.create(postgres, async (runner) => {
      for (const Migration of migrations) await new Migration().up(runner);
    });
    replica = await database.replica();
    workers = new WebhookWorkers({
      database: replica.database,
      outbox: replica.outbox,
      sender,
      sealer,
      concurrency: 8,
      timeoutMs: 2_000,
      log: silent,
      pausesMs: [10, 10, 10],
      pollMs: 50,
    });
    events = new WebhookEvents(workers);
    desk = new EndpointDesk(replica.database, sealer, guard);
    workers.start();
  }, 240_000);
  afterEach(() => {
    for (const { server } of merchants.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });
  afterAll(async () => {
    await workers.stop();
    await sender.onApplicationShutdown();
    await database.close();
    await postgres.stop();
  });

  const newMerchant = async (): Promise<Merchant> => {
    const merchant = new Merchant();
    await merchant.listen();
    merchants.push(merchant);
    return merchant;
  };
  const register = async (
    { merchantId }: Merchant,
    url: string,
    { events: wanted = ['order.confirmed'], enabled = true } = {},
  ): Promise<string> => {
    const outcome = await desk.put({ merchantId, url, events: wanted, enabled });
    return outcome.kind === 'created' ? outcome.secret : outcome.kind;
  };
  const tell = (...told: ReceivedEvent[]) =>
    replica.outbox.transaction((unit) => events.handle(unit, told));
  const statuses = async ({ merchantId }: Merchant) =>
    (
      await replica.database.query<{ status: string }>(
        'select status from webhook_delivery where merchant_id = $1 order by recorded_at',
        [merchantId],
      )
    ).map(({ status }) => status);
  const until = (merchant: Merchant, ...expected: string[]) =>
    waitFor(async () => (await statuses(merchant)).join() === expected.join(), {
      what: `the deliveries to be ${expected.join()}`,
      intervalMs: 10,
    });
  const verified = (secret: string, { headers, body }: Call) =>
    new Webhook(secret).verify(body, headers as Record<string, string>);

  it('tell a merchant each of his events once, signed, under the name he gave', async () => {
    const [merchant, other] = [await newMerchant(), await newMerchant()];
    const url = merchant.url('hooks.merchant.example');
    const secret = await register(merchant, url);
    expect(secret).toMatch(/^whsec_/);
    const event = merchant.event();
    await tell(event, event, merchant.event(orderCancelled), other.event());
    await tell(event);
    await until(merchant, 'delivered');
    const [call, ...others] = merchant.calls as [Call];
    expect(others).toEqual([]);
    expect(other.calls).toEqual([]);
    expect(call.headers).toMatchObject({
      host: new URL(url).host,
      'content-type': 'application/json',
      'webhook-id': `order:${event.id}`,
    });
    expect(verified(secret, call)).toEqual({
      type: 'order.confirmed',
      timestamp: '2026-11-26T00:00:00Z',
      data: expect.objectContaining({ merchantId: merchant.merchantId, totalAmount: 1200 }),
    });
    expect(() => verified(secret, { ...call, body: `${call.body} ` })).toThrow();
    const kept = await replica.database.query('select secret from webhook_endpoint');
    expect(JSON.stringify(kept)).not.toContain(secret.slice('whsec_'.length));
  });

  it.each([500, 404, 400, 408, 429, 302])(
    'try again after a %i, as the same message',
    async (bad) => {
      const merchant = await newMerchant();
      const secret = await register(merchant, merchant.url());
      merchant.first.push(bad, bad);
      await tell(merchant.event());
      await until(merchant, 'delivered');
      expect(merchant.calls).toHaveLength(3);
      expect(new Set(merchant.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      for (const call of merchant.calls) verified(secret, call);
    },
  );

  it('are kept for a month when they are over, and not when they are still to come', async () => {
    const [taken, never] = [await newMerchant(), await newMerchant()];
    await register(taken, taken.url());
    await register(never, never.url());
    await tell(taken.event());
    await until(taken, 'delivered');
    // nobody is at work on this one
    await replica.outbox.transaction((unit) =>
      new WebhookEvents({ want: () => Promise.resolve() }).handle(unit, [never.event()]),
    );
    const sweepIn = (days: number) =>
      new Sweeper({
        database: replica.database,
        log: silent,
        clock: () => new Date(Date.now() + days * 86_400_000),
      }).sweep();
    await sweepIn(29);
    expect(await statuses(taken)).toEqual(['delivered']);
    await sweepIn(31);
    expect(await statuses(taken)).toEqual([]);
    expect(await statuses(never)).toEqual(['recorded']);
  });

  it('come again as the same message after a death before it was written that they came', async () => {
    const merchant = await newMerchant();
    const secret = await register(merchant, merchant.url());
    const death = deathAt('effect.webhook.executed');
    await tell(merchant.event());
    await death;
    expect(merchant.calls).toHaveLength(1);
    expect(await statuses(merchant)).toEqual(['recorded']);
    await replica.expireLeases();
    await until(merchant, 'delivered');
    const [first, again, ...others] = merchant.calls as [Call, Call];
    expect(others).toEqual([]);
    expect(again.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(verified(secret, again)).toEqual(verified(secret, first));
  });

  it('give up what is never taken, and go on with what is', async () => {
    const [failing, fine] = [await newMerchant(), await newMerchant()];
    await register(failing, failing.url());
    await register(fine, fine.url());
    failing.status = 500;
    await tell(failing.event(), fine.event());
    await until(fine, 'delivered');
    await until(failing, 'failed');
    expect(failing.calls).toHaveLength(4);
    const [row] = await replica.database.query<{ problem: string }>(
      'select problem from webhook_delivery where merchant_id = $1',
      [failing.merchantId],
    );
    expect(row?.problem).toBe('4 tries: the endpoint answered with HTTP 500');
  });

  it('go on to others while one merchant never answers', async () => {
    const [mute, fine] = [await newMerchant(), await newMerchant()];
    await register(mute, mute.url());
    await register(fine, fine.url());
    mute.isMute = true;
    await tell(...Array.from({ length: 60 }, () => mute.event()));
    // as many as there are connections have been given up, and he is known for it
    await waitFor(() => mute.calls.length > 8, { what: 'a second round' });
    const before = mute.calls.length;
    await tell(fine.event());
    await until(fine, 'delivered');
    expect(mute.calls.length - before).toBeLessThan(8);
    expect(mute.open).toBeLessThanOrEqual(2);
    mute.isMute = false;
    const asked = mute.calls.length;
    await waitFor(() => mute.calls.length > asked, { what: 'another try with him' });
    await desk.remove(mute.merchantId);
  });

  it('give up what was put off for days, although that is no try', async () => {
    const mute = await newMerchant();
    await register(mute, mute.url());
    mute.isMute = true;
    await tell(...Array.from({ length: 30 }, () => mute.event()));
    await waitFor(() => mute.calls.length > 8, { what: 'a second round' });
    const whose = [mute.merchantId];
    await replica.database.query(
      `update webhook_delivery set recorded_at = recorded_at - interval '4 days'
        where merchant_id = $1`,
      whose,
    );
    const givenUp = () =>
      replica.database.query(
        `select 1 from webhook_delivery
          where merchant_id = $1 and status = 'failed' and problem like 'the endpoint was too slow%'`,
        whose,
      );
    await waitFor(async () => (await givenUp()).length > 2, { what: 'deliveries given up' });
    await desk.remove(mute.merchantId);
  });

  it('ask an endpoint that is gone no more, until it is registered again', async () => {
    const merchant = await newMerchant();
    await register(merchant, merchant.url());
    merchant.status = 410;
    await tell(merchant.event());
    await until(merchant, 'dropped');
    expect(await desk.find(merchant.merchantId)).toMatchObject({
      enabled: false,
      disabledReason: 'gone',
    });
    await tell(merchant.event());
    expect(await statuses(merchant)).toEqual(['dropped']);
    merchant.status = 200;
    expect(await register(merchant, merchant.url())).toBe('updated');
    await tell(merchant.event());
    await until(merchant, 'dropped', 'delivered');
    expect(merchant.calls).toHaveLength(2);
  });

  it('drop what is still to be delivered to an endpoint that is removed', async () => {
    const merchant = await newMerchant();
    await register(merchant, merchant.url());
    merchant.status = 503;
    await tell(merchant.event());
    await waitFor(() => merchant.calls.length > 0, { what: 'a try' });
    expect(await desk.remove(merchant.merchantId)).toBe(true);
    await until(merchant, 'dropped');
    expect(await desk.remove(merchant.merchantId)).toBe(false);
  });

  it('are signed with the new secret and the one of before, for a day', async () => {
    const merchant = await newMerchant();
    const before = await register(merchant, merchant.url());
    const after = (await desk.rotate(merchant.merchantId)) ?? '';
    await tell(merchant.event());
    await until(merchant, 'delivered');
    const [call] = merchant.calls as [Call];
    for (const secret of [before, after]) expect(() => verified(secret, call)).not.toThrow();
    await replica.database.query('update webhook_endpoint set previous_until = now()');
    await tell(merchant.event());
    await until(merchant, 'delivered', 'delivered');
    const late = merchant.calls[1] as Call;
    expect(() => verified(after, late)).not.toThrow();
    expect(() => verified(before, late)).toThrow();
    expect(await desk.rotate('nobody')).toBeUndefined();
  });

  it.each([
    ['an address in numbers', () => Promise.reject(new Error('not asked'))],
    ['a name that leads inside', () => Promise.resolve([{ address: '127.0.0.1', family: 4 }])],
  ])('never connect to %s that was let in before', async (what, resolve) => {
    const merchant = await newMerchant();
    const host = what.startsWith('a name') ? 'hooks.merchant.example' : '127.0.0.1';
    const strict = new HttpWebhookSender({
      guard: new AddressGuard(false, resolve),
      timeoutMs: 1_000,
    });
    const url = merchant.url(host).replace('http:', 'https:');
    let connections = 0;
    merchant.server.on('connection', () => (connections += 1));
    const { signal } = new AbortController();
    await expect(strict.post({ url, headers: {}, body: '', signal })).rejects.toThrow(/public/);
    expect(connections).toBe(0);
    await strict.onApplicationShutdown();
  });

  it('write a batch with one statement a table', async () => {
    const merchant = await newMerchant();
    await register(merchant, merchant.url());
    replica.statements = [];
    await tell(...Array.from({ length: 100 }, () => merchant.event()));
    expect(
      replica.statements.filter((sql) => /insert into webhook_delivery/.test(sql)),
    ).toHaveLength(1);
    await until(merchant, ...Array<string>(100).fill('delivered'));
  });
});
