/**
 * Promises attacked here: a parcel is fetched or cancelled, never both; what happens to it is told once,
 * in order, under numbers that grow, also across restarts; and it happens when its time has come.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '#sandbox';
import { waitFor } from '#testing';
import { barcodeOf } from './domain/barcode.js';
import { Api, shipment } from './fixtures/api.js';
import { createSandboxCarrier, type SandboxCarrierOptions } from './sandbox-carrier.js';

/** Longer than any test. */
const NEVER_MS = 3_600_000;

let folder: string;
let sandbox: Sandbox;
const api = new Api(() => sandbox.url);
const start = async (options: SandboxCarrierOptions = {}): Promise<void> => {
  sandbox = await createSandboxCarrier({ dataDir: folder, deliveredAfterMs: NEVER_MS, ...options });
};
const restart = async (options?: SandboxCarrierOptions): Promise<void> => {
  await sandbox.stop();
  await start(options);
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carrier-'));
});
afterEach(async () => {
  await sandbox.stop();
  await rm(folder, { recursive: true });
});

const kinds = async (after?: number): Promise<string[]> =>
  (await api.events(after)).map(({ kind }) => kind);
const until = (id: string, status: string) =>
  waitFor(async () => (await api.status(id)) === status, { what: status, intervalMs: 5 });

describe('a pickup', () => {
  it('takes a parcel at once, where the van stands at the door, and once', async () => {
    await start();
    const id = await api.booked('order-1');
    const { status, body } = await api.pickUp(id);
    expect([status, body['status']]).toEqual([200, 'handed_over']);
    expect(await api.pickUp(id)).toEqual({ status, body });
    expect(await kinds()).toEqual(['picked_up']);
  });

  it('takes a while otherwise, and asking again changes nothing', async () => {
    await start({ pickupAfterMs: NEVER_MS });
    const id = await api.booked('order-1');
    expect((await api.pickUp(id)).body['status']).toBe('pickup_requested');
    const due = (await api.pickUp(id)).body['dueAtMs'];
    expect((await api.pickUp(id)).body['dueAtMs']).toBe(due);
    expect(await kinds()).toEqual([]);
    expect((await api.cancel(id)).body['status']).toBe('cancelled');
    expect(await api.pickUp(id)).toMatchObject({ status: 409, body: { code: 'cancelled' } });
    expect(await kinds()).toEqual(['cancelled']);
  });

  it('is refused where nobody fetches anything, and the parcel can still be cancelled', async () => {
    await start();
    const id = await api.booked('order-1', '000-9999');
    expect(await api.pickUp(id)).toMatchObject({ status: 422, body: { code: 'no_pickup' } });
    expect((await api.cancel(id)).status).toBe(200);
    expect(await api.pickUp('shp_none')).toMatchObject({ status: 404 });
  });

  it('that is done cannot be taken back', async () => {
    await start();
    const id = await api.booked('order-1');
    const handedOverAt = (await api.pickUp(id)).body['handedOverAt'];
    const refused = { status: 409, body: { code: 'handed_over', handedOverAt } };
    expect(await api.cancel(id)).toMatchObject(refused);
    await api.control(id, 'deliver');
    expect(await api.cancel(id)).toMatchObject(refused);
    expect(await kinds()).toEqual(['picked_up', 'delivered']);
  });
});

describe('a parcel on its way', () => {
  it('is fetched and arrives by itself', async () => {
    await start({ pickupAfterMs: 10, deliveredAfterMs: 10 });
    const id = await api.booked('order-1');
    await api.pickUp(id);
    await until(id, 'delivered');
    const [first, second, ...others] = await api.events();
    expect(others).toEqual([]);
    expect([first, second]).toMatchObject([
      { kind: 'picked_up', reference: 'order-1', shipmentId: id },
      { kind: 'delivered', trackingNumber: expect.stringMatching(/^TRK/) },
    ]);
    expect(Date.parse(second?.at ?? '') - Date.parse(first?.at ?? '')).toBe(10);
  });

  it('gets lost where parcels get lost', async () => {
    await start({ deliveredAfterMs: 10 });
    const id = await api.booked('order-1', '999-0000');
    await api.pickUp(id);
    await until(id, 'lost');
    expect(await kinds()).toEqual(['picked_up', 'lost']);
  });

  it.each(['collect', 'deliver', 'lose'])('can be made to %s now, and not twice', async (what) => {
    await start({ pickupAfterMs: NEVER_MS });
    const id = await api.booked('order-1');
    expect((await api.control(id, what)).status).toBe(200);
    expect((await api.control(id, what)).status).toBe(409);
    expect((await kinds())[0]).toBe('picked_up');
    const other = await api.booked('order-2');
    await api.cancel(other);
    expect((await api.control(other, what)).status).toBe(409);
  });

  it('goes on after a restart, and what is overdue happens then', async () => {
    await start({ pickupAfterMs: 30, deliveredAfterMs: 30 });
    const id = await api.booked('order-1');
    await api.pickUp(id);
    await restart({ pickupAfterMs: NEVER_MS, deliveredAfterMs: 1 });
    // The feed alone: whoever asks for the parcel itself lets happen what is due.
    await waitFor(async () => (await kinds()).length > 1, { what: 'two events', intervalMs: 5 });
    expect(await kinds()).toEqual(['picked_up', 'delivered']);
    const before = await api.events();
    await restart();
    expect(await api.events()).toEqual(before);
  });
});

describe('the feed', () => {
  it('tells what happened to all parcels, page by page, under numbers that grow', async () => {
    await start();
    for (let no = 0; no < 5; no += 1) await api.pickUp(await api.booked(`order-${no}`));
    const all = await api.events();
    const seqs = all.map(({ seq }) => seq);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    expect(all.map(({ reference }) => reference)).toEqual([0, 1, 2, 3, 4].map((n) => `order-${n}`));
    const first = await api.events(0, 2);
    expect(first).toEqual(all.slice(0, 2));
    expect(await api.events(first[1]?.seq, 2)).toEqual(all.slice(2, 4));
    expect(await api.events(seqs.at(-1))).toEqual([]);
  });

  it('never gives a number that somebody may have read past, also with its books lost', async () => {
    await start();
    await api.pickUp(await api.booked('order-1'));
    const [last] = await api.events();
    await restart({ now: () => Date.now() - 60_000 });
    await api.pickUp(await api.booked('order-2'));
    expect((await api.events(last?.seq)).map(({ reference }) => reference)).toEqual(['order-2']);
    const read = (await api.events()).at(-1)?.seq;
    await sandbox.stop();
    sandbox = await createSandboxCarrier();
    await api.pickUp(await api.booked('order-3'));
    expect(await kinds(read)).toEqual(['picked_up']);
  });

  it.each(['after=x', 'limit=501', 'after=-1'])('does not understand %s', async (query) => {
    await start();
    expect((await api.call('GET', `/v1/tracking?${query}`)).status).toBe(400);
  });
});

describe('rates', () => {
  const rates = async (postalCode: string, quantity = 6, country = 'JP') => {
    const { address, items } = shipment('none', postalCode);
    const asked = { address: { ...address, country }, items: [{ ...items[0], quantity }] };
    return api.call('POST', '/v1/rates', asked);
  };

  it('are the same for the same goods and address, and grow with both', async () => {
    await start();
    const { status, body } = await rates('100-0001');
    expect(status).toBe(200);
    expect(body).toEqual([
      { service: 'standard', amount: 450 + 2 * 75 + 120, currency: 'JPY', days: 4 },
      { service: 'express', amount: 2 * (450 + 2 * 75 + 120), currency: 'JPY', days: 1 },
    ]);
    expect((await rates('100-0001')).body).toEqual(body);
    expect((await rates('100-0001', 7)).body).toMatchObject([{ amount: 740 }, {}]);
    expect((await rates('100-0001', 6, 'FR')).body).toMatchObject([{ currency: 'GBP' }, {}]);
  });

  it('are lowest by bicycle where there are any', async () => {
    await start();
    expect((await rates('100-0004', 2)).body).toMatchObject([{ amount: 490 }, { amount: 390 }]);
    expect((await rates('100-0004', 3)).body).toMatchObject([{ amount: 510 }, { amount: 1020 }]);
  });

  it('are none where nobody delivers', async () => {
    await start();
    expect(await rates('000-0000')).toMatchObject({ status: 422, body: { code: 'undeliverable' } });
    expect((await api.call('POST', '/v1/rates', { items: [] })).status).toBe(400);
  });
});

describe('a label', () => {
  it('names address and number, with the number as bars, and runs nothing', async () => {
    await start();
    const evil = shipment('order-1');
    const { body } = await api.ship({
      ...evil,
      service: 'express',
      address: { ...evil.address, line1: '<script>1</script>' },
    });
    const answer = await fetch(`${sandbox.url}/v1/shipments/${String(body['shipmentId'])}/label`, {
      headers: { authorization: 'Bearer key' },
    });
    expect(answer.headers.get('content-type')).toMatch(/^image\/svg\+xml/);
    const svg = await answer.text();
    expect(svg).toContain(String(body['trackingNumber']));
    expect(svg).toContain('&lt;script&gt;');
    expect(svg).not.toContain('<script>');
    const { bars } = barcodeOf(String(body['trackingNumber']));
    expect(svg.match(/<rect x=/g)).toHaveLength(bars.length);
    expect(await api.books()).toMatchObject([{ service: 'express' }]);
  });

  it('has five bars a character, three of nine elements wide, and a star at both ends', () => {
    const { bars, width } = barcodeOf('TRK0');
    expect(bars).toHaveLength(6 * 5);
    // six narrow and three wide elements a character, and a gap between two
    expect(width).toBe(6 * (6 + 3 * 3) + 5);
    expect(bars.slice(0, 5).map((bar) => bar.width)).toEqual([1, 1, 3, 3, 1]);
    expect(() => barcodeOf('é')).toThrow('no bars');
  });
});
