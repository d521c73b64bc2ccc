import { afterEach, describe, expect, it } from '@jest/globals';
import { ownPostgres, waitFor } from '#testing';
import { OrderWorld, validOrder } from './order-world.js';

describe('the order service when parts of it go away', () => {
  let world: OrderWorld | undefined;
  afterEach(async () => {
    await world?.stop();
    world = undefined;
  });

  it('answers every request that was under way when it was told to stop', async () => {
    world = await OrderWorld.start();
    const { app } = world;
    await app.listen(0, '127.0.0.1');
    const url = `${await app.getUrl()}/orders`;
    const body = JSON.stringify(validOrder());
    const post = () =>
      fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const warm = await post();
    expect(warm.status).toBe(202);
    let arrived = 0;
    app
      .getHttpAdapter()
      .getInstance()
      .server.on('request', () => (arrived += 1));
    const requests = Array.from({ length: 50 }, post);
    await waitFor(() => arrived === 50, { what: 'all requests to arrive', intervalMs: 1 });
    const [answers] = await Promise.all([Promise.all(requests), app.close()]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    await expect(post()).rejects.toThrow();
  });

  it('says 503 while its database is away, and works again when it is back', async () => {
    world = await OrderWorld.start(ownPostgres());
    const { postgres } = world;
    const place = (key: string) =>
      world?.post('/orders', validOrder(), { 'idempotency-key': key }) ??
      Promise.reject(new Error('no world'));
    const first = await place('kept');
    await postgres.stopServer('immediate');
    const away = await place('lost');
    expect(away).toMatchObject({ status: 503, body: { title: 'Service Unavailable' } });
    expect(away.headers['retry-after']).toBe('1');
    expect((await world.get('/orders')).status).toBe(503);
    expect(await world.get('/health')).toMatchObject({ status: 503, body: { status: 'error' } });
    expect((await world.get('/health/live')).status).toBe(200);
    await postgres.startServer();
    const again = await waitFor(
      async () => {
        const answer = await place('kept');
        return answer.status === 202 ? answer : undefined;
      },
      { what: 'orders to be accepted again' },
    );
    expect(again.body).toEqual(first.body);
    const listed = await world.get(`/orders/${String(first.body['orderId'])}`);
    expect(listed.body).toMatchObject({ status: 'pending' });
  });
});
