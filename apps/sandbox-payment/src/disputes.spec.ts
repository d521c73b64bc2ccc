/**
 * Promises attacked here: what a bank takes back is in the books, in parts and whole, is told, and is
 * not given back a second time by a refund; and all of it is still known after a restart.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '#sandbox';
import { Api, type ApiAnswer } from './fixtures/api.js';
import { createSandboxPayment } from './sandbox-payment.js';

const INTENTS = '/v1/payment_intents';

describe('disputes at the payment sandbox', () => {
  let folder: string;
  let sandbox: Sandbox;
  let nowMs: number;
  const api = new Api(() => sandbox.url);

  const start = async (): Promise<void> => {
    // nobody listens there: what is told waits, and can be looked at
    const webhooks = { url: 'http://127.0.0.1:1/', secret: 'whsec_test' };
    sandbox = await createSandboxPayment({ dataDir: folder, now: () => nowMs, webhooks });
  };
  beforeEach(async () => {
    nowMs = 1_764_158_400_000;
    folder = await mkdtemp(join(tmpdir(), 'disputes-'));
    await start();
  });
  afterEach(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true });
  });

  const created = async (): Promise<string> => {
    const form = { amount: '1200', currency: 'jpy', 'metadata[order_id]': 'o-1' };
    return String((await api.post(INTENTS, form)).body['id']);
  };
  const captured = async (): Promise<string> => {
    const id = await created();
    await api.post(`${INTENTS}/${id}/confirm`, { payment_method: 'tok_ok' });
    return id;
  };
  const control = async (path: string, body?: object): Promise<ApiAnswer> => {
    const answer = await fetch(`${sandbox.url}/sandbox/${path}`, {
      method: 'POST',
      ...(body && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    return { status: answer.status, body: (await answer.json()) as ApiAnswer['body'] };
  };
  const dispute = async (intentId: string, body?: object): Promise<string> => {
    const answer = await control(`intents/${intentId}/dispute`, body);
    expect(answer).toMatchObject({ status: 200 });
    return String(answer.body['id']);
  };
  const refund = (intentId: string, form: Record<string, string> = {}) =>
    api.post('/v1/refunds', { payment_intent: intentId, ...form });
  const listed = async (query: string) =>
    (await api.get(`/v1/disputes?${query}`)).body as {
      has_more: boolean;
      data: Record<string, unknown>[];
    };
  const books = async () => {
    const answer = await fetch(`${sandbox.url}/books`);
    return ((await answer.json()) as { items: Record<string, unknown>[] }).items;
  };

  it('are for all that is left, for a part, or for more than is left, but no more than was taken', async () => {
    const intentId = await captured();
    await refund(intentId, { amount: '200' });
    const part = await dispute(intentId, { amount: 300, reason: 'product_not_received' });
    const rest = await dispute(intentId);
    const again = await dispute(intentId, { amount: 1200 });
    expect((await listed(`payment_intent=${intentId}`)).data).toMatchObject([
      { id: again, amount: 1200, reason: 'fraudulent' },
      { id: rest, amount: 700, reason: 'fraudulent' },
      {
        ...{ id: part, object: 'dispute', amount: 300, reason: 'product_not_received' },
        ...{ status: 'needs_response', currency: 'jpy', payment_intent: intentId },
        charge: expect.stringMatching(/^ch_/),
      },
    ]);
    for (const body of [undefined, { amount: 1201 }, { amount: 0 }, { amount: 1, reason: 'x' }]) {
      expect((await control(`intents/${intentId}/dispute`, body)).status).toBe(400);
    }
  });

  it('need something that was taken', async () => {
    expect((await control(`intents/${await created()}/dispute`)).status).toBe(400);
    expect((await control('intents/pi_unknown/dispute')).status).toBe(404);
    expect((await control('disputes/dp_unknown/win')).status).toBe(404);
    expect((await api.get('/v1/disputes?payment_intent=pi_unknown')).status).toBe(404);
  });

  it('hold money that cannot be refunded, until they are won', async () => {
    const intentId = await captured();
    const part = await dispute(intentId, { amount: 300 });
    const tooMuch = await refund(intentId, { amount: '901' });
    expect(tooMuch.body).toMatchObject({ error: { code: 'amount_too_large' } });
    const rest = await dispute(intentId);
    const refused = await refund(intentId);
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'charge_disputed' } } });
    await control(`disputes/${part}/lose`);
    await control(`disputes/${rest}/win`);
    expect((await refund(intentId)).body).toMatchObject({ amount: 900 });
    expect((await refund(intentId)).body).toMatchObject({ error: { code: 'charge_disputed' } });
  });

  it('are closed once; one that was lost may still be won', async () => {
    const id = await dispute(await captured());
    expect((await control(`disputes/${id}/lose`)).body).toMatchObject({ id, status: 'lost' });
    expect((await control(`disputes/${id}/lose`)).body).toMatchObject({ id, status: 'lost' });
    expect((await control(`disputes/${id}/win`)).body).toMatchObject({ id, status: 'won' });
    expect((await control(`disputes/${id}/lose`)).status).toBe(400);
    const told = await (await fetch(`${sandbox.url}/books/webhooks`)).json();
    const types = (told as { items: { type: string }[] }).items.map(({ type }) => type);
    expect(types.filter((type) => type.includes('dispute'))).toEqual([
      ...['charge.dispute.created', 'charge.dispute.closed', 'charge.dispute.closed'],
    ]);
  });

  it('are listed newest first, page by page, by the second in which they were opened', async () => {
    const intentId = await captured();
    const ids: string[] = [];
    for (let no = 0; no < 5; no += 1) {
      ids.unshift(await dispute(intentId, { amount: 1 }));
      nowMs += 1_000;
    }
    const first = await listed('limit=2');
    expect(first).toMatchObject({ has_more: true, data: [{ id: ids[0] }, { id: ids[1] }] });
    const second = await listed(`limit=2&starting_after=${ids[1]}`);
    expect(second).toMatchObject({ has_more: true, data: [{ id: ids[2] }, { id: ids[3] }] });
    const last = await listed(`limit=2&starting_after=${ids[3]}`);
    expect(last).toMatchObject({ has_more: false, data: [{ id: ids[4] }] });
    const seconds = nowMs / 1000;
    const span = await listed(`created[gte]=${seconds - 3}&created[lt]=${seconds - 1}`);
    expect(span.data.map(({ id }) => id)).toEqual([ids[1], ids[2]]);
    const [expanded] = (await listed('limit=1&expand[]=data.payment_intent')).data;
    expect(expanded?.['payment_intent']).toMatchObject({
      ...{ id: intentId, metadata: { order_id: 'o-1' } },
    });
    for (const query of ['starting_after=dp_unknown', 'limit=0', 'expand[]=data.charge', 'a=b']) {
      expect((await api.get(`/v1/disputes?${query}`)).status).toBe(400);
    }
  });

  it('are known after a restart, and shown with buttons', async () => {
    const [open, won] = [await captured(), await captured()];
    const openId = await dispute(open, { amount: 300 });
    await control(`disputes/${await dispute(won)}/win`);
    await sandbox.stop();
    await start();
    expect(await books()).toMatchObject([
      { intentId: open, disputed: 300, disputes: [{ amount: 300, status: 'needs_response' }] },
      { intentId: won, disputed: 0, disputes: [{ amount: 1200, status: 'won' }] },
    ]);
    const page = await (await fetch(sandbox.url)).text();
    expect(page).toContain(`/sandbox/disputes/${openId}/win`);
    expect(page).toContain(`/sandbox/intents/${won}/dispute`);
    const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
    const url = `${sandbox.url}/sandbox/intents/${won}/dispute`;
    const pressed = await fetch(url, { method: 'POST', headers: form, redirect: 'manual' });
    expect(pressed.status).toBe(303);
    expect((await books())[1]).toMatchObject({ disputed: 1200 });
  });
});
