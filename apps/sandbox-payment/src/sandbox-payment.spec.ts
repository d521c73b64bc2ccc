import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS, type Sandbox } from '#sandbox';
import { createSandboxPayment } from './sandbox-payment.js';

interface Call {
  readonly key?: string;
  readonly authorization?: string;
  readonly signal?: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

describe('the payment provider', () => {
  let folder: string;
  let sandbox: Sandbox;
  let nowMs: number;

  const start = async (): Promise<void> => {
    const options = { dataDir: folder, lateAnswerMs: 60_000, now: () => nowMs };
    sandbox = await createSandboxPayment(options);
  };

  beforeEach(async () => {
    nowMs = Date.parse('2026-01-01T00:00:00Z');
    folder = await mkdtemp(join(tmpdir(), 'payment-'));
    await start();
  });
  afterEach(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true });
  });

  const request = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(sandbox.url + path, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const headers = ({ key, authorization = 'Bearer sk_test' }: Call): Record<string, string> => ({
    authorization,
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  });
  const post = (path: string, form: Record<string, string>, call: Call = {}): Promise<Answer> =>
    request(path, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: headers(call),
      signal: call.signal ?? null,
    });
  const get = (path: string): Promise<Answer> => request(path, { headers: headers({}) });

  const create = (form: Record<string, string> = {}, call: Call = {}): Promise<Answer> =>
    post(
      '/v1/payment_intents',
      { amount: '1250', currency: 'GBP', 'metadata[order_id]': 'order-1', ...form },
      call,
    );
  const createId = async (): Promise<string> => String((await create()).body['id']);
  const confirm = (id: string, token: string, call: Call = {}): Promise<Answer> =>
    post(`/v1/payment_intents/${id}/confirm`, { payment_method: token }, call);
  const books = async (): Promise<Record<string, unknown>[]> =>
    (await get('/books')).body['items'] as Record<string, unknown>[];

  /** Waits until the first intent is captured, and its answer would be out if it were not late. */
  const executed = async (): Promise<void> => {
    const giveUpAt = performance.now() + 4_000;
    while ((await books())[0]?.['captures'] !== 1) {
      if (performance.now() > giveUpAt) throw new Error('nothing was captured within 4 s');
    }
    await create();
  };

  const outcomeOf = (answer: Promise<Answer>): Promise<string> =>
    answer.then(
      () => 'answered',
      () => 'broken off',
    );

  const errorOf = ({ status, body }: Answer): Record<string, unknown> => ({
    status,
    ...(body['error'] as object),
  });

  it('creates an intent that takes no money', async () => {
    const { status, body } = await create();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^pi_[0-9a-f]{24}$/),
      object: 'payment_intent',
      status: 'requires_payment_method',
      amount: 1250,
      amount_received: 0,
      currency: 'gbp',
      metadata: { order_id: 'order-1' },
    });
    expect(await books()).toMatchObject([{ orderId: 'order-1', captures: 0, captured: 0 }]);
  });

  it('captures with tok_ok, once: confirming again is an error and takes nothing', async () => {
    const id = await createId();
    expect((await confirm(id, 'tok_ok')).body).toMatchObject({
      status: 'succeeded',
      amount_received: 1250,
    });
    const again = errorOf(await confirm(id, 'tok_ok'));
    expect(again).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
      payment_intent: { id, status: 'succeeded' },
    });
    expect(await books()).toMatchObject([{ captures: 1, captured: 1250, refunded: 0 }]);
  });

  it('declines with tok_declined, and the intent remembers why', async () => {
    const id = await createId();
    const decline = { type: 'card_error', code: 'card_declined', decline_code: 'generic_decline' };
    expect(errorOf(await confirm(id, 'tok_declined'))).toMatchObject({ status: 402, ...decline });
    expect((await get(`/v1/payment_intents/${id}`)).body).toMatchObject({
      status: 'requires_payment_method',
      amount_received: 0,
      last_payment_error: decline,
    });
    // Another card may follow.
    expect((await confirm(id, 'tok_ok')).body).toMatchObject({
      status: 'succeeded',
      last_payment_error: null,
    });
  });

  it('executes tok_timeout but answers late', async () => {
    const id = await createId();
    const hungUp = new AbortController();
    const late = confirm(id, 'tok_timeout', { key: 'late', signal: hungUp.signal });
    const outcome = outcomeOf(late);
    await executed();
    hungUp.abort();
    expect(await outcome).toBe('broken off');
    expect(await books()).toMatchObject([{ captures: 1, captured: 1250 }, { captures: 0 }]);
    // What got lost was the answer alone; the key still has it.
    const repeated = await confirm(id, 'tok_timeout', { key: 'late' });
    expect(repeated.body).toMatchObject({ status: 'succeeded' });
  });

  it('fails once without effect with tok_error_then_ok, also under one key', async () => {
    const id = await createId();
    const first = errorOf(await confirm(id, 'tok_error_then_ok', { key: 'k' }));
    expect(first).toMatchObject({ status: 500, type: 'api_error' });
    expect(await books()).toMatchObject([{ status: 'requires_payment_method', captures: 0 }]);
    expect((await confirm(id, 'tok_error_then_ok', { key: 'k' })).status).toBe(200);
    expect(await books()).toMatchObject([{ captures: 1 }]);
  });

  it('cancels what was not captured, and nothing confirms it afterwards', async () => {
    const id = await createId();
    const canceled = await post(`/v1/payment_intents/${id}/cancel`, {});
    expect(canceled.body).toMatchObject({ status: 'canceled' });
    const code = 'payment_intent_unexpected_state';
    expect(errorOf(await confirm(id, 'tok_ok'))).toMatchObject({ status: 400, code });
    expect(errorOf(await post(`/v1/payment_intents/${id}/cancel`, {}))).toMatchObject({ code });
    const captured = await createId();
    await confirm(captured, 'tok_ok');
    expect(errorOf(await post(`/v1/payment_intents/${captured}/cancel`, {}))).toMatchObject({
      code,
    });
  });

  it('refunds in parts, and never more than was captured', async () => {
    const id = await createId();
    const refund = (form: Record<string, string>): Promise<Answer> =>
      post('/v1/refunds', { payment_intent: id, ...form });
    const code = 'payment_intent_unexpected_state';
    expect(errorOf(await refund({}))).toMatchObject({ status: 400, code });
    await confirm(id, 'tok_ok');
    expect((await refund({ amount: '250', 'metadata[reason]': 'broken' })).body).toMatchObject({
      object: 'refund',
      status: 'succeeded',
      amount: 250,
      payment_intent: id,
      metadata: { reason: 'broken' },
    });
    const tooMuch = errorOf(await refund({ amount: '1001' }));
    expect(tooMuch).toMatchObject({ status: 400, code: 'amount_too_large', param: 'amount' });
    expect((await refund({})).body).toMatchObject({ amount: 1000 });
    expect(errorOf(await refund({}))).toMatchObject({ code: 'charge_already_refunded' });
    expect(await books()).toMatchObject([
      { captured: 1250, refunded: 1250, refunds: [{ amount: 250 }, { amount: 1000 }] },
    ]);
    const list = (await get(`/v1/refunds?payment_intent=${id}`)).body;
    expect(list).toMatchObject({ object: 'list', data: [{ amount: 1000 }, { amount: 250 }] });
  });

  it('has the money of a refund again that the bank sent back, once, and can give it anew', async () => {
    const id = await createId();
    await confirm(id, 'tok_ok');
    const { body } = await post('/v1/refunds', { payment_intent: id, amount: '1000' });
    const fail = (): Promise<Answer> =>
      request(`/sandbox/refunds/${String(body['id'])}/fail`, { method: 'POST' });
    expect((await fail()).body).toMatchObject({ status: 'failed', amount: 1000 });
    expect((await fail()).body).toMatchObject({ status: 'failed' });
    expect(await books()).toMatchObject([{ captured: 1250, refunded: 0 }]);
    expect((await post('/v1/refunds', { payment_intent: id })).body).toMatchObject({
      amount: 1250,
    });
    await sandbox.stop();
    await start();
    expect(await books()).toMatchObject([{ refunded: 1250, refunds: [{ failed: true }, {}] }]);
    expect((await request('/sandbox/refunds/re_none/fail', { method: 'POST' })).status).toBe(404);
  });

  describe('under one Idempotency-Key', () => {
    it('gives a repetition the first answer and does the work once', async () => {
      const first = await create({}, { key: 'pay-1' });
      expect(await create({}, { key: 'pay-1' })).toEqual(first);
      expect(await books()).toHaveLength(1);
      const id = String(first.body['id']);
      const declined = await confirm(id, 'tok_declined', { key: 'c' });
      expect(await confirm(id, 'tok_declined', { key: 'c' })).toEqual(declined);
    });

    it('refuses other parameters and other endpoints', async () => {
      await create({}, { key: 'pay-1' });
      const conflict = { status: 400, type: 'idempotency_error' };
      expect(errorOf(await create({ amount: '1' }, { key: 'pay-1' }))).toMatchObject(conflict);
      const id = await createId();
      expect(errorOf(await confirm(id, 'tok_ok', { key: 'pay-1' }))).toMatchObject(conflict);
      expect(await books()).toMatchObject([{ captures: 0 }, { captures: 0 }]);
    });

    it('does the work again a day later, because the key is forgotten', async () => {
      const first = await create({}, { key: 'pay-1' });
      nowMs += DAY_MS;
      expect((await create({}, { key: 'pay-1' })).body['id']).not.toBe(first.body['id']);
    });

    it('does not remember what was invalid', async () => {
      expect((await create({ amount: '-1' }, { key: 'pay-1' })).status).toBe(400);
      expect((await create({}, { key: 'pay-1' })).status).toBe(200);
    });
  });

  it('names what is wrong with a request, in the shape of the API', async () => {
    const type = 'invalid_request_error';
    const unauthorized = await create({}, { authorization: 'Bearer ' });
    expect(errorOf(unauthorized)).toMatchObject({ status: 401, type });
    for (const amount of ['0', '-5', '1.5', 'x', '']) {
      const message = expect.stringContaining('amount');
      expect(errorOf(await create({ amount }))).toMatchObject({ status: 400, type, message });
    }
    expect(errorOf(await confirm(await createId(), 'tok_other'))).toMatchObject({
      status: 400,
      type,
      code: 'resource_missing',
      param: 'payment_method',
    });
    const missing = { status: 404, type, code: 'resource_missing' };
    expect(errorOf(await confirm('pi_none', 'tok_ok'))).toMatchObject(missing);
    expect(errorOf(await get('/v1/payment_intents/pi_none'))).toMatchObject(missing);
    expect(errorOf(await get('/v1/nothing'))).toMatchObject({ status: 404, type });
    const json = { ...headers({}), 'content-type': 'application/json' };
    const sent = await request('/v1/refunds', { method: 'POST', headers: json, body: '{}' });
    expect(errorOf(sent)).toMatchObject({ status: 415, type });
    const big = await create({ 'metadata[x]': 'x'.repeat(2_000_000) });
    expect(errorOf(big)).toMatchObject({ status: 413, type });
  });

  it('has its books, keys and refunds again after a restart, and no token in them', async () => {
    const first = await create({}, { key: 'pay-1' });
    const id = String(first.body['id']);
    await confirm(id, 'tok_ok', { key: 'confirm-1' });
    await post('/v1/refunds', { payment_intent: id, amount: '50' });
    const failed = await createId();
    await confirm(failed, 'tok_error_then_ok');
    const before = await books();
    await sandbox.stop();
    await start();
    expect(await books()).toEqual(before);
    expect(await create({}, { key: 'pay-1' })).toEqual(first);
    expect((await confirm(failed, 'tok_error_then_ok')).status).toBe(200);
    expect(await readFile(join(folder, 'payment.jsonl'), 'utf8')).not.toContain('tok_');
  });

  it('goes on with a journal of an earlier version, which knew cards only', async () => {
    await sandbox.stop();
    const made = { amount: 900, currency: 'gbp', metadata: {}, createdAtMs: nowMs };
    const error = { code: 'card_declined', declineCode: 'generic_decline', message: 'no' };
    const lines = [
      [{ kind: 'created', id: 'pi_a', ...made }],
      [{ kind: 'captured', id: 'pi_a' }],
      [{ kind: 'created', id: 'pi_b', ...made }],
      [{ kind: 'declined', id: 'pi_b', error }],
    ];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await writeFile(join(folder, 'payment.jsonl'), text);
    await start();
    const list = (await get('/v1/payment_intents?expand[]=data.latest_charge')).body;
    expect(list['data']).toMatchObject([
      { id: 'pi_b', last_payment_error: { type: 'card_error', code: 'card_declined' } },
      { id: 'pi_a', payment_method_types: ['card'], latest_charge: { amount_captured: 900 } },
    ]);
    expect((await confirm('pi_b', 'tok_ok')).body).toMatchObject({ status: 'succeeded' });
  });

  it('answers only what is in its journal', async () => {
    const id = await createId();
    const journal = (): Promise<string> => readFile(join(folder, 'payment.jsonl'), 'utf8');
    expect(await journal()).toContain(`{"kind":"created","id":"${id}"`);
    await confirm(id, 'tok_ok');
    expect(await journal()).toContain(`{"kind":"captured","id":"${id}"`);
  });

  it('is down when its mood says so, without effect, and stays inspectable', async () => {
    const setMood = (mood: object): Promise<Answer> =>
      request('/mood', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(mood),
      });
    expect((await setMood({ mode: 'down' })).body).toEqual({ mode: 'down' });
    expect(errorOf(await create())).toMatchObject({ status: 503, type: 'api_error' });
    expect(await books()).toEqual([]);
    expect((await get('/health')).body).toMatchObject({ status: 'ok' });
    await setMood({ mode: 'slow', delayMs: 30 });
    const startedAt = performance.now();
    expect((await create()).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(29);
    expect((await setMood({ mode: 'sad' })).status).toBe(400);
    await setMood({ mode: 'ok' });
  });

  it('shows a page with what it received, and takes the mood from its buttons', async () => {
    await create({ 'metadata[order_id]': '<b>1</b>' });
    const page = await (await fetch(sandbox.url)).text();
    expect(page).toContain('&lt;b&gt;1&lt;/b&gt;');
    expect(page).not.toContain('<b>1');
    const form = { method: 'POST', body: new URLSearchParams({ mode: 'slow' }) };
    expect((await fetch(`${sandbox.url}/mood`, form)).url).toBe(`${sandbox.url}/`);
    expect(sandbox.mood.setting.mode).toBe('slow');
  });

  it('stops at once, late answers or not', async () => {
    const id = await createId();
    const outcome = outcomeOf(confirm(id, 'tok_timeout'));
    await executed();
    await sandbox.stop();
    expect(await outcome).toBe('broken off');
    await start();
  });
});
