/**
 * Promises attacked here: every change of an intent and a refund is told, with what it was about as
 * it stood then, and signed so that the provider's own package takes it; nothing is told of what did
 * not happen, and what happened before a restart is told after it.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '#sandbox';
import { Stripe } from 'stripe';
import { Api, until } from './fixtures/api.js';
import { createSandboxPayment } from './sandbox-payment.js';

const SECRET = 'whsec_test';
const INTENTS = '/v1/payment_intents';

interface Told {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly object: Readonly<Record<string, unknown>> };
}

describe('what the payment sandbox tells', () => {
  let folder: string;
  let sandbox: Sandbox;
  let receiver: Server;
  let told: Told[];
  let isUp: boolean;
  const api = new Api(() => sandbox.url);

  const start = async (): Promise<void> => {
    const { port } = receiver.address() as AddressInfo;
    sandbox = await createSandboxPayment({
      dataDir: folder,
      paidAfterMs: 0,
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
        const signature = String(request.headers['stripe-signature']);
        // throws, and ends the test, when the signature is not what the package expects
        const event = Stripe.webhooks.constructEvent(body, signature, SECRET);
        if (isUp) told.push(event as unknown as Told);
        response.writeHead(isUp ? 200 : 503).end();
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

  const create = async (method = 'card'): Promise<string> => {
    const form = { amount: '1200', currency: 'jpy', 'payment_method_types[]': method };
    const about = { 'metadata[order_id]': 'o-1' };
    return String((await api.post(INTENTS, { ...form, ...about })).body['id']);
  };
  const confirm = (id: string, token: string) =>
    api.post(`${INTENTS}/${id}/confirm`, { payment_method: token });
  const heard = async (count: number): Promise<string[]> => {
    await until(async () => told.length >= count, `${count} messages`);
    return told.map(({ type }) => type);
  };
  const of = (type: string): Told | undefined => told.find((event) => event.type === type);

  it('is each change of a card payment and its refunds', async () => {
    const id = await create();
    await confirm(id, 'tok_declined');
    await confirm(id, 'tok_ok');
    const refund = await api.post('/v1/refunds', { payment_intent: id, amount: '200' });
    await api.control(`refunds/${String(refund.body['id'])}/fail`);
    expect((await heard(6)).sort()).toEqual([
      'payment_intent.created',
      'payment_intent.payment_failed',
      'payment_intent.succeeded',
      'refund.created',
      'refund.failed',
      'refund.updated',
    ]);
    expect(new Set(told.map((event) => event.id)).size).toBe(6);
    const intent = { id, object: 'payment_intent', metadata: { order_id: 'o-1' } };
    expect(of('payment_intent.created')).toMatchObject({
      id: expect.stringMatching(/^evt_/),
      object: 'event',
      livemode: false,
      created: expect.any(Number),
      data: { object: { ...intent, status: 'requires_payment_method', latest_charge: null } },
    });
    expect(of('payment_intent.payment_failed')).toMatchObject({
      data: { object: { ...intent, last_payment_error: { charge: expect.any(String) } } },
    });
    expect(of('payment_intent.succeeded')).toMatchObject({
      data: { object: { ...intent, status: 'succeeded', amount_received: 1200 } },
    });
    const part = { object: 'refund', payment_intent: id, amount: 200 };
    expect(of('refund.created')).toMatchObject({
      data: { object: { ...part, status: 'succeeded' } },
    });
    expect(of('refund.failed')).toMatchObject({ data: { object: { ...part, status: 'failed' } } });
  });

  it('is each change of a payment that the customer makes', async () => {
    const pay = { 'payment_method_data[type]': 'konbini' };
    const id = await create('konbini');
    await api.post(`${INTENTS}/${id}/confirm`, pay);
    await api.control(`intents/${id}/expire`);
    await api.post(`${INTENTS}/${id}/confirm`, pay);
    await api.post(`${INTENTS}/${id}/cancel`, {});
    expect((await heard(5)).sort()).toEqual([
      'payment_intent.canceled',
      'payment_intent.created',
      'payment_intent.payment_failed',
      'payment_intent.requires_action',
      'payment_intent.requires_action',
    ]);
    expect(of('payment_intent.requires_action')).toMatchObject({
      data: { object: { next_action: { type: 'konbini_display_details' } } },
    });
  });

  it('is nothing of what was refused, failed or only repeated', async () => {
    const id = await create();
    const key = { 'idempotency-key': 'k' };
    const refund = { payment_intent: id, amount: '100' };
    await confirm(id, 'tok_error_then_ok');
    await confirm(id, 'tok_unknown');
    await api.post('/v1/refunds', refund);
    await confirm(id, 'tok_ok');
    await confirm(id, 'tok_ok');
    await api.post('/v1/refunds', refund, key);
    await api.post('/v1/refunds', refund, key);
    expect((await heard(3)).sort()).toEqual([
      'payment_intent.created',
      'payment_intent.succeeded',
      'refund.created',
    ]);
  });

  it('is told after a restart, when nobody listened before', async () => {
    isUp = false;
    const id = await create();
    await confirm(id, 'tok_ok');
    await sandbox.stop();
    isUp = true;
    await start();
    expect((await heard(2)).sort()).toEqual(['payment_intent.created', 'payment_intent.succeeded']);
    expect(await readFile(join(folder, 'payment.jsonl'), 'utf8')).not.toContain('tok_');
  });

  it('waits while the API answers, however the receiver is', async () => {
    isUp = false;
    const id = await create();
    const { status, body } = await confirm(id, 'tok_ok');
    expect({ status, state: body['status'] }).toEqual({ status: 200, state: 'succeeded' });
  });

  it('is shown in the books and on the page, and the mood takes wishes for it', async () => {
    const put = async (mood: object): Promise<{ status: number; body: unknown }> => {
      const response = await fetch(`${sandbox.url}/mood`, {
        ...{ method: 'PUT', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify(mood),
      });
      return { status: response.status, body: await response.json() };
    };
    const off = { mode: 'ok', webhooks: 'off' };
    expect(await put(off)).toEqual({ status: 200, body: off });
    expect(await put({ mode: 'ok', webhooks: 'loud' })).toMatchObject({ status: 400 });
    await create();
    expect((await api.get('/books/webhooks')).body).toMatchObject({
      ...{ total: 1, items: [{ type: 'payment_intent.created', state: 'waiting', attempts: 0 }] },
    });
    const page = await (await fetch(sandbox.url)).text();
    expect(page).toContain('Webhooks: <strong>off</strong>');
    expect(page).toContain('<td>payment_intent.created</td><td>waiting</td>');
    const form = new URLSearchParams({ mode: 'ok', webhooks: 'twice' });
    await fetch(`${sandbox.url}/mood`, { method: 'POST', body: form });
    expect(sandbox.mood.setting).toEqual({ mode: 'ok', webhooks: 'twice' });
    expect(await heard(2)).toEqual(['payment_intent.created', 'payment_intent.created']);
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    await until(async () => {
      const { items } = (await api.get('/books/webhooks')).body as { items: { state: string }[] };
      return items[0]?.state === 'delivered';
    }, 'the delivery is in the books');
  });
});

it('is nothing without somewhere to tell it', async () => {
  const sandbox = await createSandboxPayment();
  const api = new Api(() => sandbox.url);
  await api.post(INTENTS, { amount: '1', currency: 'jpy' });
  expect((await api.get('/books/webhooks')).status).toBe(404);
  expect(await (await fetch(sandbox.url)).text()).not.toContain('Webhooks');
  await sandbox.stop();
});
