/**
 * Promises attacked here: whoever watches an order sees each entry of its history once and in order,
 * whichever process wrote it and however often the connection is lost; nobody who watches holds up
 * a stop, takes more memory than a page, or takes the place of more than so many others.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SettleOrdersHandler } from '../../../apps/order/src/handlers/settle-orders.handler.js';
import { OrderStreams } from '../../../apps/order/src/streams/order-streams.js';
import { cancelOrder, confirmOrder } from '#contracts';
import { newId, Outbox } from '#messaging';
import type { AdmittedCommand } from '#participant';
import { ownPostgres, waitFor } from '#testing';
import { SseClient } from '../../support/sse.js';
import { OrderWorld, validOrder } from './order-world.js';

const QUICK = { STREAM_POLL_MS: '20' };
const reason = { code: 'cancelled-by-customer', message: 'ordered twice' };

describe('an order that is watched', () => {
  let world: OrderWorld | undefined;
  let url: string;
  const clients: SseClient[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await world?.stop();
    world = undefined;
  });

  const start = async (
    settings: Record<string, string> = {},
    server?: ReturnType<typeof ownPostgres>,
  ) => {
    world = await OrderWorld.start(server, 'off', { ...QUICK, ...settings });
    await world.app.listen(0, '127.0.0.1');
    url = await world.app.getUrl();
    return world;
  };
  const place = async (): Promise<string> =>
    String((await world?.post('/orders', validOrder()))?.body['orderId']);
  const watch = async (orderId: string, lastEventId?: string): Promise<SseClient> => {
    const client = await SseClient.open(`${url}/orders/${orderId}/events`, lastEventId);
    clients.push(client);
    return client;
  };
  const settle = async (app: NestFastifyApplication, name: string, orderId: string) => {
    const event = { id: newId(), subject: orderId, type: name };
    const payload = { orderId, reason, trackingNumber: 'T-1' };
    const command = { name, payload, event } as unknown as AdmittedCommand;
    const handler = app.get(SettleOrdersHandler);
    await app.get(Outbox).transaction((unit) => handler.handle(unit, [command]));
  };
  const open = () => world?.app.get(OrderStreams).count;
  const untilOpen = (count: number) =>
    waitFor(() => open() === count, { what: `${count} open streams`, intervalMs: 5 });

  it('is shown as it was, then as it changes, and to its end', async () => {
    const { app, get } = await start().then((started) => ({
      app: started.app,
      get: (path: string) => started.get(path),
    }));
    const orderId = await place();
    const client = await watch(orderId.toUpperCase());
    expect(client).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' },
    });
    await client.untilEvent('created');
    expect(client.retryMs).toBe(2_000);
    await settle(app, confirmOrder.name, orderId);
    await client.untilEvent('confirmed');
    expect(client.over).toBeUndefined();
    const { body } = await get(`/orders/${orderId}/history`);
    expect(client.events.map(({ data }) => data)).toEqual(body['items']);
    expect(client.events.map(({ id, event, data }) => [id, event, data.status])).toEqual([
      ['1', 'created', 'pending'],
      ['2', 'confirmed', 'confirmed'],
    ]);
  });

  it('ends when it is cancelled, and is not asked for again', async () => {
    const { app } = await start();
    const orderId = await place();
    const client = await watch(orderId);
    await client.untilEvent('created');
    await settle(app, cancelOrder.name, orderId);
    expect(await client.untilOver()).toBe('ended');
    expect(client.types).toEqual(['created', 'cancelled']);
    expect((await watch(orderId, '2')).status).toBe(204);
    const late = await watch(orderId, '1');
    await late.untilOver();
    expect(late.types).toEqual(['cancelled']);
  });

  it('misses nothing and repeats nothing, while others write it and the connection is lost', async () => {
    const started = await start();
    const others = [started.app, await started.replica()];
    const orderId = await place();
    const changes = 120;
    const declineCards = async () => {
      for (let n = 1; n <= changes; n += 1) {
        const app = others[n % 2] ?? started.app;
        await started.declines(orderId, n, { app });
      }
      await settle(others[1] as NestFastifyApplication, cancelOrder.name, orderId);
    };
    const seen: string[] = [];
    let connections = 0;
    const watchAll = async () => {
      for (;;) {
        const client = await watch(orderId, seen.at(-1));
        if (client.status === 204) return;
        connections += 1;
        const enough = 1 + (connections % 9);
        await waitFor(() => client.events.length >= enough || client.over, {
          what: 'some events',
          intervalMs: 1,
        });
        client.close();
        await waitFor(() => client.over, { what: 'the connection to be gone', intervalMs: 1 });
        seen.push(...client.events.map(({ id }) => id));
      }
    };
    await Promise.all([declineCards(), watchAll()]);
    expect(seen).toEqual(Array.from({ length: changes + 2 }, (_, n) => String(n + 1)));
    expect(connections).toBeGreaterThan(5);
  });

  it('shows each of many their own orders, wherever each of them is', async () => {
    const { app } = await start();
    const [one, two] = [await place(), await place()];
    await settle(app, confirmOrder.name, one);
    const all = [await watch(one), await watch(one, '1'), await watch(one, '2'), await watch(two)];
    const [first, second, third, other] = all as [SseClient, SseClient, SseClient, SseClient];
    await Promise.all([first.untilEvent('confirmed'), second.untilEvent('confirmed')]);
    await other.untilEvent('created');
    await settle(app, cancelOrder.name, two);
    await other.untilOver();
    expect(all.map(({ types }) => types)).toEqual([
      ['created', 'confirmed'],
      ['confirmed'],
      [],
      ['created', 'cancelled'],
    ]);
    expect(third.over).toBeUndefined();
  });

  it('has room for so many, and says when the others may come', async () => {
    await start({ STREAM_MAX_CLIENTS: '2' });
    const orderId = await place();
    const [first] = [await watch(orderId), await watch(orderId)];
    const third = await watch(orderId);
    await third.untilOver();
    expect(third).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5', 'content-type': 'application/problem+json' },
      body: { code: 'too-many-streams', status: 503 },
    });
    expect((await world?.app.inject('/metrics'))?.body).toMatch(/order_streams_open\{.*\} 2/);
    first?.close();
    await untilOpen(1);
    expect((await watch(orderId)).status).toBe(200);
  });

  it('keeps no place for who has gone before it was looked up', async () => {
    const { app, database } = await start({ STREAM_MAX_CLIENTS: '3' });
    const server: Server = app.getHttpServer();
    const orderId = await place();
    const untilWaiting = (count: number) =>
      waitFor(
        async () => {
          const sql = `select 1 from pg_stat_activity
                        where datname = current_database() and wait_event_type = 'Lock'`;
          return (await database.query(sql)).length === count;
        },
        { what: `${count} who wait for the table`, intervalMs: 5 },
      );
    const untilConnected = (count: number) =>
      waitFor(async () => (await promisify(server.getConnections.bind(server))()) === count, {
        what: `${count} connections`,
        intervalMs: 5,
      });
    await database.transaction(async (tx) => {
      await tx.query('lock table order_event in access exclusive mode');
      const sockets = Array.from({ length: 3 }, () =>
        connect(Number(new URL(url).port), '127.0.0.1'),
      );
      for (const socket of sockets) {
        socket.write(`GET /orders/${orderId}/events HTTP/1.1\r\nhost: a\r\n\r\n`);
      }
      await untilWaiting(3);
      for (const socket of sockets) socket.destroy();
      await untilConnected(0);
    });
    await untilWaiting(0);
    const client = await watch(orderId);
    await client.untilEvent('created');
    await untilOpen(1);
  });

  it('says that it is alive while nothing happens, and ends after its time', async () => {
    await start({ STREAM_HEARTBEAT_MS: '60', STREAM_MAX_MS: '1500' });
    const client = await watch(await place());
    await waitFor(() => client.comments >= 3, { what: 'three comments', intervalMs: 5 });
    expect(await client.untilOver()).toBe('ended');
    expect(client.types).toEqual(['created']);
    await untilOpen(0);
  });

  it('takes no more memory for one who does not read, and cuts that one off', async () => {
    const { app, database } = await start({ STREAM_HEARTBEAT_MS: '1000' });
    const orderId = await place();
    // more than all buffers between here and there hold
    await database.query(
      `insert into order_event (order_id, seq, type, status, revision, details, at)
       select $1, n, 'another-card-given', 'pending', 1,
              json_build_object('reason', json_build_object('code', 'c', 'message', repeat('x', 2000))),
              now() from generate_series(2, 20000) n`,
      [orderId],
    );
    let most = 0;
    const server: Server = app.getHttpServer();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const accepted = once(server, 'connection') as Promise<[{ writableLength: number }]>;
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const [serverSide] = await accepted;
    socket.pause();
    socket.write(`GET /orders/${orderId}/events HTTP/1.1\r\nhost: a\r\n\r\n`);
    await untilOpen(1);
    const reader = await watch(orderId);
    await waitFor(
      () => {
        most = Math.max(most, serverSide.writableLength);
        return open() === 1;
      },
      { what: 'the one who does not read to be cut off', intervalMs: 5 },
    );
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(1_000_000);
    await waitFor(() => reader.events.length === 20_000, { what: 'all to be read by the other' });
    socket.destroy();
  });

  it('does not hold up a stop: streams end in good order', async () => {
    const { app } = await start();
    const orderId = await place();
    const all = await Promise.all(Array.from({ length: 20 }, () => watch(orderId)));
    await Promise.all(all.map((client) => client.untilEvent('created')));
    await app.close();
    // not cut off, as they are who have not ended when a stop has waited for long enough
    expect(await Promise.all(all.map((client) => client.untilOver()))).toEqual(
      all.map(() => 'ended'),
    );
  });

  it('stays open while the database is away, and goes on when it is back', async () => {
    const { postgres, app, logged } = await start({}, ownPostgres());
    const orderId = await place();
    const client = await watch(orderId);
    await client.untilEvent('created');
    await postgres.stopServer('immediate');
    await waitFor(() => logged.some((line) => line.includes('watched orders: failed')), {
      what: 'a poll that fails',
    });
    await postgres.startServer();
    await waitFor(
      async () => {
        await settle(app, confirmOrder.name, orderId);
        return true;
      },
      { what: 'the order to be confirmed' },
    );
    await client.untilEvent('confirmed');
    expect(client.types).toEqual(['created', 'confirmed']);
    expect(logged.filter((line) => line.includes('customer@example.com'))).toEqual([]);
  });

  it('is refused where there is nothing to watch', async () => {
    const { app } = await start();
    const orderId = await place();
    const unknown = await watch(newId());
    await unknown.untilOver();
    expect(unknown).toMatchObject({ status: 404, body: { errors: [{ field: 'orderId' }] } });
    expect((await watch('17')).status).toBe(400);
    const wrong = await watch(orderId, 'x');
    await wrong.untilOver();
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ field: 'Last-Event-ID' }] } });
    const path = `/orders/${orderId}/events`;
    const json = await app.inject({ url: path, headers: { accept: 'application/json' } });
    expect(json.statusCode).toBe(406);
    const head = await fetch(`${url}${path}`, { method: 'HEAD' });
    expect(head.status).toBe(200);
    await untilOpen(0);
    const ahead = await watch(orderId, '999');
    await settle(app, cancelOrder.name, orderId);
    await ahead.untilOver();
    expect(ahead.types).toEqual(['cancelled']);
  });
});
