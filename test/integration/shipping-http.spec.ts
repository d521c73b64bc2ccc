/**
 * Promises attacked here: over HTTP only what the carrier signed, byte by byte, wakes the reader; labels
 * and rates are the carrier's, and its trouble is told from ours.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { shippingService } from '../../apps/shipping/src/service.js';
import { createSandboxCarrier } from '../../apps/sandbox-carrier/src/sandbox-carrier.js';
import { waitFor } from '#testing';
import { ServiceWorld } from './service-world.js';

const SECRET = 'whsec_present';
const NEVER_MS = '3600000';
const address = { prefecture: 'Tokyo', city: 'Chiyoda', line1: '1-1', postalCode: '100-0005' };
const items = [{ productId: 'p-1', quantity: 2 }];

let carrier: Awaited<ReturnType<typeof createSandboxCarrier>>;
let world: ServiceWorld;
beforeAll(async () => {
  carrier = await createSandboxCarrier();
  world = await ServiceWorld.start(shippingService, {
    CARRIER_URL: carrier.url,
    CARRIER_KEY: 'key',
    CARRIER_WEBHOOK_SECRET: `${SECRET},whsec_before`,
    TRACKING_POLL_MS: NEVER_MS,
    OUTBOUND_TIMEOUT_MS: '300',
    OUTBOUND_HALF_OPEN_MS: '100',
  });
}, 240_000);
beforeEach(() => carrier.mood.set({ mode: 'ok' }));
afterAll(async () => {
  await world?.stop();
  await carrier?.stop();
});

/** At the carrier alone. @returns its id there */
const parcelOf = async (orderId: string): Promise<string> => {
  const answer = await fetch(`${carrier.url}/v1/shipments`, {
    method: 'POST',
    headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    body: JSON.stringify({ reference: orderId, address, items }),
  });
  return ((await answer.json()) as { shipmentId: string }).shipmentId;
};
/** Booked, as the service has it. */
const booked = async (): Promise<{ orderId: string; shipmentId: string }> => {
  const orderId = randomUUID();
  const shipmentId = await parcelOf(orderId);
  await world.database.query(
    `insert into shipment (order_id, saga_id, merchant_id, items, shipping_address, status,
                           shipment_id, tracking_number, booked_at, wanted, revision, ship_to)
     values ($1, 's', 'm', '[]', '{}', 'created', $2, 'TRK1', '2026-11-26T10:00:00.120Z', 'booked',
             2, '[]')`,
    [orderId, shipmentId],
  );
  return { orderId, shipmentId };
};
const view = async (orderId: string) => (await world.ask('GET', `/shipments/${orderId}`)).body;

describe('the carrier’s messages', () => {
  /** Written as no serializer of ours would. */
  const message = `{ "id":"msg_1",\n  "type":"parcel.picked_up", "data": {"seq": 1.0} }`;
  const signed = (body = message, secret = SECRET, agoS = 0): string => {
    const t = Math.floor(Date.now() / 1000) - agoS;
    return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
  };
  const post = async (signature?: string, body = message) => {
    const headers = signature === undefined ? {} : { 'carrier-signature': signature };
    const answer = await world.ask('POST', '/webhooks/carrier', body, headers);
    return { status: answer.status, body: answer.body };
  };
  const wakes = async (): Promise<number> => {
    const [row] = await world.database.query<{ revision: number }>(
      "select revision from effect_task where worker = 'tracking'",
    );
    return row?.revision ?? 0;
  };

  it.each([SECRET, 'whsec_before'])(
    'wake the reader of the feed, signed with %s',
    async (secret) => {
      const { orderId, shipmentId } = await booked();
      const van = `${carrier.url}/sandbox/shipments/${shipmentId}/collect`;
      expect((await fetch(van, { method: 'POST' })).status).toBe(200);
      expect(await post(signed(message, secret))).toEqual({
        status: 200,
        body: { received: 'heard' },
      });
      await waitFor(async () => (await view(orderId))['status'] === 'handed-over', {
        what: 'the feed to be read',
        intervalMs: 5,
      });
      expect(await view(orderId)).toMatchObject({
        ...{ status: 'handed-over', wanted: 'booked', revision: 3 },
        ...{ bookedAt: '2026-11-26T10:00:00.120Z', handedOverAt: expect.stringMatching(/Z$/) },
      });
    },
  );

  it('may come by the hundred, twice and without any news', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => post(signed())));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });

  it.each<[string, string, () => string | undefined]>([
    ['nobody signed', 'unsigned', () => undefined],
    ['somebody else signed', 'bad-signature', () => signed(message, 'whsec_other')],
    ['was changed on its way', 'bad-signature', () => signed(`${message} `)],
    ['is older than five minutes', 'too-old', () => signed(message, SECRET, 400)],
    ['is dated ten days ahead', 'too-old', () => signed(message, SECRET, -864_000)],
  ])('are refused with the reason when one %s', async (_, code, signature) => {
    const before = await wakes();
    const { status, body } = await post(signature());
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { status: 400, code, title: 'The message is not taken' },
    });
    expect(await wakes()).toBe(before);
  });

  it('that are no JSON are refused, and so are those that are too large', async () => {
    expect((await post(signed('{"a":'), '{"a":')).status).toBe(400);
    const large = JSON.stringify({ text: 'x'.repeat(2_000_000) });
    expect((await post(signed(large), large)).status).toBe(413);
  });

  it('leave no secret in the log', () => {
    expect(world.logged.join('')).not.toContain('whsec_');
  });
});

describe('a label', () => {
  const label = (orderId: string) =>
    world.app.inject({ method: 'GET', url: `/shipments/${orderId}/label` });

  it('is what the carrier drew, and may run nothing here', async () => {
    const { orderId } = await booked();
    const answer = await label(orderId);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': expect.stringMatching(/^image\/svg\+xml/),
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-content-type-options': 'nosniff',
    });
    expect(answer.body).toMatch(/^<svg [\s\S]+<\/svg>$/);
  });

  it('is not there before the parcel is booked, nor for what nobody knows', async () => {
    const orderId = randomUUID();
    expect((await label(orderId)).statusCode).toBe(404);
    await world.database.query(
      `insert into shipment (order_id, saga_id, merchant_id, items, shipping_address, status,
                             revision, ship_to)
       values ($1, 's', 'm', '[]', '{}', 'requested', 1, '[]')`,
      [orderId],
    );
    expect((await label(orderId)).json()).toMatchObject({ status: 404, title: 'No label yet' });
    expect((await label('17')).statusCode).toBe(400);
  });

  it('is a problem of the carrier while that is away, or talks nonsense', async () => {
    const { orderId } = await booked();
    carrier.mood.set({ mode: 'slow', delayMs: 5_000 });
    const away = await label(orderId);
    expect(away.json()).toMatchObject({ status: 503, code: 'timeout' });
    expect(away.headers['retry-after']).toBe('1');
    carrier.mood.set({ mode: 'down' });
    expect((await label(orderId)).json()).toMatchObject({ status: 502, code: 'server-error' });
  });
});

describe('rates', () => {
  const ask = (body: unknown) => world.ask('POST', '/rates', body);
  it('are what the carrier asks for each service', async () => {
    const wanted = { shippingAddress: address, items };
    // the breaker may still be open
    const isThere = async () => (await ask(wanted)).status === 200;
    await waitFor(isThere, { what: 'the carrier to be back' });
    const { body } = await ask(wanted);
    const standard = { service: 'standard', amount: expect.any(Number), currency: 'GBP' };
    expect(body['rates']).toMatchObject([standard, { service: 'express', days: 1 }]);
  });

  it('are none where nobody delivers', async () => {
    const nowhere = { ...address, postalCode: '000-0000' };
    expect(await ask({ shippingAddress: nowhere, items })).toMatchObject({
      status: 422,
      body: { code: 'undeliverable', errors: [{ field: 'shippingAddress' }] },
    });
  });

  it.each([
    ['nothing', {}, 'shippingAddress'],
    ['no goods', { shippingAddress: address, items: [] }, 'items'],
    [
      'half a piece',
      { shippingAddress: address, items: [{ productId: 'a', quantity: 0.5 }] },
      'items.0.quantity',
    ],
    ['what nobody knows', { shippingAddress: address, items, express: true }, 'express'],
  ])('are not asked for with %s', async (_, body, field) => {
    const answer = await ask(body);
    expect(answer.status).toBe(400);
    const errors = answer.body['errors'] as { field: string }[];
    expect(errors.map((error) => error.field)).toContain(field);
  });

  it('are a problem of the carrier while it is down', async () => {
    carrier.mood.set({ mode: 'down' });
    const { status, body } = await ask({ shippingAddress: address, items });
    expect([502, 503]).toContain(status);
    expect(body).toMatchObject({ title: expect.stringContaining('carrier') });
  });
});
