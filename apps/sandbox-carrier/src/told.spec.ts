/** Promises attacked here: what happens is told to who asked for it, signed, also after a restart. */
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { settings } from '#platform';
import type { Sandbox } from '#sandbox';
import { waitFor } from '#testing';
import { Api } from './fixtures/api.js';
import { createSandboxCarrier } from './sandbox-carrier.js';
import { sandboxCarrierSettings } from './settings.js';

const SECRET = 'whsec_carrier_test';

interface Message {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly seq: number; readonly reference: string };
}

describe('what the carrier tells', () => {
  let folder: string;
  let sandbox: Sandbox;
  let receiver: Server;
  let told: Message[];
  let isUp: boolean;
  const api = new Api(() => sandbox.url);

  const start = async (): Promise<void> => {
    const { port } = receiver.address() as AddressInfo;
    sandbox = await createSandboxCarrier({
      dataDir: folder,
      deliveredAfterMs: 3_600_000,
      webhooks: { url: `http://127.0.0.1:${port}/webhooks`, secret: SECRET },
      webhookRetry: { baseMs: 5, maxMs: 5 },
    });
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'told-'));
    told = [];
    isUp = true;
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const header = String(request.headers['carrier-signature']);
        const [, t = '', v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
        const good = createHmac('sha256', SECRET).update(`${t}.${body}`).digest('hex') === v1;
        if (isUp && good) told.push(JSON.parse(body) as Message);
        response.writeHead(isUp && good ? 200 : 503).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    await start();
  });
  afterEach(async () => {
    await sandbox.stop();
    receiver.closeAllConnections();
    receiver.close();
    await rm(folder, { recursive: true });
  });

  const heard = async (count: number): Promise<string[]> => {
    await waitFor(() => told.length >= count, { what: `${count} messages`, intervalMs: 5 });
    return told.map(({ type }) => type);
  };

  it('is each event of the feed, as it stands there', async () => {
    const id = await api.booked('order-1');
    await api.pickUp(id);
    await api.control(id, 'lose');
    await api.cancel(await api.booked('order-2'));
    expect((await heard(3)).sort()).toEqual([
      ...['parcel.cancelled', 'parcel.lost', 'parcel.picked_up'],
    ]);
    const events = await api.events();
    expect(told.map(({ data }) => data).sort((a, b) => a.seq - b.seq)).toEqual(events);
  });

  it('is nothing while the mood says so, and all of it afterwards, newest first if it shall', async () => {
    sandbox.mood.set({ mode: 'ok', webhooks: 'off' });
    for (const no of [1, 2, 3]) await api.pickUp(await api.booked(`order-${no}`));
    sandbox.mood.set({ mode: 'ok', webhooks: 'shuffled' });
    await heard(3);
    expect(told.map(({ data }) => data.reference)).toEqual(['order-3', 'order-2', 'order-1']);
  });

  it('is told after a restart where nobody has heard it before', async () => {
    isUp = false;
    await api.pickUp(await api.booked('order-1'));
    await sandbox.stop();
    isUp = true;
    await start();
    expect(await heard(1)).toEqual(['parcel.picked_up']);
    const { body } = await api.call('GET', '/books/webhooks');
    expect(body['items']).toMatchObject([{ type: 'parcel.picked_up' }]);
  });

  it('shows on its page, with buttons for the van', async () => {
    const id = await api.booked('order-1');
    await api.booked('order-2', '000-0000');
    const page = async () => (await fetch(sandbox.url)).text();
    for (const what of ['collect', 'deliver', 'lose']) {
      expect(await page()).toContain(`/sandbox/shipments/${id}/${what}`);
    }
    await api.control(id, 'deliver');
    expect(await page()).not.toContain(`/sandbox/shipments/${id}/`);
    expect(await page()).toContain('refused: undeliverable');
  });
});

describe('the settings of the carrier', () => {
  const given = (more: object) => settings(sandboxCarrierSettings, { PORT: '0', ...more });

  it('tell nobody unless there are an address and a secret', () => {
    expect(given({})).toMatchObject({ PICKUP_AFTER_MS: 0, DELIVERED_AFTER_MS: 2_000 });
    const url = { WEBHOOK_URL: 'http://127.0.0.1:1' };
    expect(given({ ...url, WEBHOOK_SECRET: 'whsec_x' })).toMatchObject(url);
    for (const half of [url, { WEBHOOK_SECRET: 'whsec_x' }]) {
      expect(() => given(half)).toThrow('WEBHOOK_SECRET');
    }
    expect(() => given({ WEBHOOK_URL: 'shipping:3004' })).toThrow(/^WEBHOOK_URL: [^;]*$/);
  });
});
