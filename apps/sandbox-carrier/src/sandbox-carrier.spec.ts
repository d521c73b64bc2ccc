import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '#sandbox';
import { Api, shipment } from './fixtures/api.js';
import { createSandboxCarrier } from './sandbox-carrier.js';

const TRANSIT_MS = 1_000;

describe('the carrier', () => {
  let folder: string;
  let sandbox: Sandbox;
  let nowMs = Date.parse('2026-03-15T12:00:00Z');

  const start = async (): Promise<void> => {
    sandbox = await createSandboxCarrier({ dataDir: folder, now: () => nowMs });
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'carrier-'));
    await start();
  });
  afterEach(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true });
  });

  const api = new Api(() => sandbox.url);
  const call = api.call.bind(api);
  const ship = api.ship.bind(api);
  const books = api.books.bind(api);

  it.each([
    ['100-0001', 'received'],
    ['999-9999', 'lost'],
  ])('lets what is sent back from %s be %s after a while', async (postalCode, end) => {
    const request = shipment('return-1', postalCode);
    const send = () => call('POST', '/v1/returns', request, 'return-key');
    const { status, body } = await send();
    expect(status).toBe(201);
    expect(body).toMatchObject({ reference: 'return-1', status: 'in_transit' });
    expect(await send()).toEqual({ status, body });
    const again = await call('POST', '/v1/returns', request, 'another-key');
    expect(again).toMatchObject({ status: 409, body: { code: 'reference_taken' } });
    const find = async () => (await call('GET', '/v1/returns?reference=return-1')).body['items'];
    nowMs += TRANSIT_MS - 1;
    expect(await find()).toMatchObject([{ status: 'in_transit' }]);
    nowMs += 1;
    expect(await find()).toMatchObject([{ status: end, trackingNumber: body['trackingNumber'] }]);
    await sandbox.stop();
    await start();
    expect(await find()).toMatchObject([{ status: end }]);
    expect(await books()).toEqual([
      expect.objectContaining({ kind: 'return', reference: 'return-1', status: end }),
    ]);
    // It is nothing that was shipped, whatever the number.
    expect((await call('GET', '/v1/shipments?reference=return-1')).body).toEqual({ items: [] });
  });

  it('books a shipment and finds it by reference and id', async () => {
    const { status, body } = await ship(shipment('order-1'));
    expect(status).toBe(201);
    expect(body).toEqual({
      shipmentId: expect.stringMatching(/^shp_/),
      trackingNumber: expect.stringMatching(/^TRK/),
      reference: 'order-1',
      status: 'created',
    });
    const found = await call('GET', '/v1/shipments?reference=order-1');
    expect(found.body).toMatchObject({ items: [{ ...shipment('order-1'), ...body }] });
    const shipmentId = String(body['shipmentId']);
    expect((await call('GET', `/v1/shipments/${shipmentId}`)).body).toMatchObject(body);
    expect((await call('GET', '/v1/shipments?reference=other')).body).toEqual({ items: [] });
  });

  it('refuses an address that nobody delivers to, and moves nothing', async () => {
    expect(await ship(shipment('order-1', '000-0000'))).toMatchObject({
      status: 422,
      body: { code: 'undeliverable' },
    });
    expect((await call('GET', '/v1/shipments?reference=order-1')).body).toEqual({ items: [] });
    expect(await books()).toMatchObject([{ reference: 'order-1', status: 'refused' }]);
  });

  it('gives the same answer under the same key, and refuses another request', async () => {
    const first = await ship(shipment('order-1'), 'ship-1');
    expect(await ship(shipment('order-1'), 'ship-1')).toEqual(first);
    const refused = await ship(shipment('order-2', '000-0000'), 'ship-2');
    expect(await ship(shipment('order-2', '000-0000'), 'ship-2')).toEqual(refused);
    expect(await ship(shipment('order-3'), 'ship-1')).toMatchObject({
      status: 400,
      body: { code: 'idempotency_error' },
    });
    expect(await books()).toHaveLength(2);
  });

  it('has one shipment a reference', async () => {
    const { body } = await ship(shipment('order-1'));
    expect(await ship(shipment('order-1'))).toMatchObject({
      status: 409,
      body: { code: 'reference_taken', shipment: { shipmentId: body['shipmentId'] } },
    });
    expect(await books()).toHaveLength(1);
  });

  it('cancels, once and again', async () => {
    const { body } = await ship(shipment('order-1'));
    const path = `/v1/shipments/${String(body['shipmentId'])}/cancel`;
    expect(await call('POST', path)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    expect(await call('POST', path)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    expect((await call('POST', '/v1/shipments/shp_none/cancel')).status).toBe(404);
    expect(await books()).toMatchObject([{ status: 'cancelled' }]);
  });

  it('names what is wrong with a request', async () => {
    const wrong = { ...shipment('order-1'), items: [{ productId: 'a', quantity: 0.5 }] };
    expect(await ship(wrong)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', message: expect.stringContaining('items.0.quantity') },
    });
    expect((await ship({ ...shipment('order-1'), items: [] })).status).toBe(400);
    const unauthorized = await fetch(`${sandbox.url}/v1/shipments?reference=a`);
    expect(unauthorized.status).toBe(401);
    expect(await books()).toEqual([]);
  });

  it('has its books again after a restart', async () => {
    const first = await ship(shipment('order-1'), 'ship-1');
    await ship(shipment('order-2', '000-0000'));
    const third = await ship(shipment('order-3'));
    await call('POST', `/v1/shipments/${String(third.body['shipmentId'])}/cancel`);
    const before = await books();
    expect(before).toMatchObject([
      { status: 'created' },
      { status: 'refused' },
      { status: 'cancelled' },
    ]);
    await sandbox.stop();
    await start();
    expect(await books()).toEqual(before);
    expect(await ship(shipment('order-1'), 'ship-1')).toEqual(first);
  });

  it('answers only what is in its journal', async () => {
    const journal = (): Promise<string> => readFile(join(folder, 'carrier.jsonl'), 'utf8');
    const { body } = await ship(shipment('order-1'));
    const shipmentId = String(body['shipmentId']);
    expect(await journal()).toContain(`"shipmentId":"${shipmentId}"`);
    await call('POST', `/v1/shipments/${shipmentId}/cancel`);
    expect(await journal()).toContain(`{"kind":"cancelled","shipmentId":"${shipmentId}"`);
  });

  it('is down when its mood says so', async () => {
    sandbox.mood.set({ mode: 'down' });
    expect(await ship(shipment('order-1'))).toMatchObject({
      status: 503,
      body: { code: 'unavailable' },
    });
    expect(await books()).toEqual([]);
  });
});
