/**
 * Promises attacked here: what a customer pays in a shop or by transfer is asked for, paid and
 * expires as with the real provider, also across a restart; and the API refuses what the real one does.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS, type Sandbox } from '#sandbox';
import { Api, until, type ApiAnswer } from './fixtures/api.js';
import { createSandboxPayment, type SandboxPaymentOptions } from './sandbox-payment.js';

const HOUR_MS = 3_600_000;
const INTENTS = '/v1/payment_intents';

describe('a payment that the customer makes', () => {
  let folder: string;
  let sandbox: Sandbox;
  let nowMs: number;
  const api = new Api(() => sandbox.url);

  const start = async (options: SandboxPaymentOptions = {}): Promise<void> => {
    const now = (): number => nowMs;
    sandbox = await createSandboxPayment({ dataDir: folder, paidAfterMs: 0, now, ...options });
  };
  beforeEach(async () => {
    // noon of a Monday in Japan
    nowMs = Date.parse('2026-01-05T03:00:00Z');
    folder = await mkdtemp(join(tmpdir(), 'slow-payment-'));
    await start();
  });
  afterEach(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true });
  });

  const inShop = { amount: '1200', currency: 'jpy', 'payment_method_types[]': 'konbini' };
  const create = (form: Record<string, string> = {}): Promise<ApiAnswer> =>
    api.post(INTENTS, { ...inShop, ...form });
  const payInShop = {
    'payment_method_data[type]': 'konbini',
    'payment_method_data[billing_details][email]': 'a@example.com',
    'payment_method_data[billing_details][name]': 'A',
  };
  const confirm = (id: string, form: Record<string, string> = payInShop): Promise<ApiAnswer> =>
    api.post(`${INTENTS}/${id}/confirm`, form);
  const awaiting = async (form?: Record<string, string>, more = {}): Promise<string> => {
    const id = String((await create(more)).body['id']);
    expect((await confirm(id, form)).body).toMatchObject({ status: 'requires_action' });
    return id;
  };
  const read = async (id: string) => (await api.get(`${INTENTS}/${id}`)).body;
  const becomes = (id: string, status: string): Promise<void> =>
    until(async () => (await read(id))['status'] === status, `${id} becomes ${status}`);
  const withEmail = (email: string) => ({
    ...payInShop,
    'payment_method_data[billing_details][email]': email,
  });

  it('in a shop shows numbers for each shop, until the end of the last day in Japan', async () => {
    const { body } = await create();
    expect(body).toMatchObject({
      status: 'requires_payment_method',
      payment_method_types: ['konbini'],
      next_action: null,
      latest_charge: null,
    });
    const numbers = {
      confirmation_number: expect.stringMatching(/^\d{11}$/),
      payment_code: expect.stringMatching(/^\d{6}$/),
    };
    expect((await confirm(String(body['id']))).body).toMatchObject({
      status: 'requires_action',
      amount_received: 0,
      next_action: {
        type: 'konbini_display_details',
        konbini_display_details: {
          expires_at: Date.parse('2026-01-08T23:59:59+09:00') / 1000,
          hosted_voucher_url: expect.stringMatching(/^https:/),
          stores: { familymart: numbers, lawson: numbers, ministop: numbers, seicomart: numbers },
        },
      },
    });
  });

  it.each([
    ['payment_method_options[konbini][expires_after_days]', {}],
    ['', { 'payment_method_options[konbini][expires_after_days]': '1' }],
  ])(
    'may be made for so many days, as its confirmation %j or its making says',
    async (name, at) => {
      const id = await awaiting({ ...payInShop, ...(name && { [name]: '1' }) }, at);
      expect(await read(id)).toMatchObject({
        next_action: {
          konbini_display_details: { expires_at: Date.parse('2026-01-06T23:59:59+09:00') / 1000 },
        },
      });
    },
  );

  it('by transfer shows an account, for a customer that the provider knows', async () => {
    const customer = await api.post('/v1/customers', {
      ...{ email: 'a@example.com', name: 'A', 'metadata[x]': 'y' },
    });
    expect(customer.body).toMatchObject({
      ...{ id: expect.stringMatching(/^cus_/), object: 'customer', email: 'a@example.com' },
      metadata: { x: 'y' },
    });
    const options = 'payment_method_options[customer_balance]';
    const { body } = await api.post(INTENTS, {
      ...{ amount: '1200', currency: 'jpy', 'payment_method_types[]': 'customer_balance' },
      ...{ customer: String(customer.body['id']), receipt_email: 'a@example.com' },
      [`${options}[funding_type]`]: 'bank_transfer',
      [`${options}[bank_transfer][type]`]: 'jp_bank_transfer',
    });
    const id = String(body['id']);
    const confirmed = await confirm(id, { 'payment_method_data[type]': 'customer_balance' });
    expect(confirmed.body).toMatchObject({
      status: 'requires_action',
      customer: customer.body['id'],
      receipt_email: 'a@example.com',
      next_action: {
        type: 'display_bank_transfer_instructions',
        display_bank_transfer_instructions: {
          ...{ amount_remaining: 1200, currency: 'jpy', type: 'jp_bank_transfer' },
          reference: expect.stringMatching(/^\d{10}$/),
          financial_addresses: [{ type: 'zengin' }],
        },
      },
    });
    // a transfer may come at any time
    expect((await api.control(`intents/${id}/expire`)).status).toBe(400);
    expect((await api.control(`intents/${id}/pay`)).body).toMatchObject({ status: 'succeeded' });
  });

  it.each([
    ['of a customer that nobody knows', { customer: 'cus_none' }, 'resource_missing'],
    ['in another currency', { currency: 'gbp' }, 'payment_method_currency_mismatch'],
  ])('is refused: %s', async (_what, form, code) => {
    expect(await create(form)).toMatchObject({ status: 400, body: { error: { code } } });
  });

  it('is refused with a card or in another way than its intent allows', async () => {
    const id = String((await create()).body['id']);
    const code = 'payment_intent_incompatible_payment_method';
    for (const form of [
      { payment_method: 'tok_ok' },
      { 'payment_method_data[type]': 'customer_balance' },
    ]) {
      expect(await confirm(id, form)).toMatchObject({ status: 400, body: { error: { code } } });
    }
    const missing = { error: { code: 'parameter_missing', param: 'payment_method' } };
    expect(await confirm(id, {})).toMatchObject({ status: 400, body: missing });
    expect((await read(id))['status']).toBe('requires_payment_method');
  });

  it('is paid once, and its charge has what was taken', async () => {
    const id = await awaiting();
    expect((await api.control(`intents/${id}/pay`)).body).toMatchObject({
      ...{ status: 'succeeded', amount_received: 1200, next_action: null },
      latest_charge: expect.stringMatching(/^ch_/),
    });
    const again = { status: 400, body: { error: { code: 'payment_intent_unexpected_state' } } };
    expect(await api.control(`intents/${id}/pay`)).toMatchObject(again);
    expect(await api.control(`intents/${id}/expire`)).toMatchObject(again);
    expect((await api.control('intents/pi_none/pay')).status).toBe(404);
    const { items } = (await api.get('/books')).body as { items: object[] };
    expect(items).toMatchObject([{ captures: 1, captured: 1200, method: 'konbini' }]);
  });

  it('expires with the reason of the real provider, and can be asked for anew', async () => {
    const id = await awaiting();
    expect((await api.control(`intents/${id}/expire`)).body).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_payment_attempt_expired' },
    });
    expect((await confirm(id)).body).toMatchObject({
      ...{ status: 'requires_action', last_payment_error: null },
    });
  });

  describe('by itself', () => {
    const paidAfterMs = 40;
    const restart = async (options: SandboxPaymentOptions = {}): Promise<void> => {
      await sandbox.stop();
      await start({ paidAfterMs, now: Date.now, ...options });
    };

    it('is paid after a while, and later by who pays late', async () => {
      await restart();
      const startedAt = performance.now();
      const [soon, late] = [await awaiting(), await awaiting(withEmail('pays-late+1@example.com'))];
      await becomes(soon, 'succeeded');
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(paidAfterMs - 2);
      await becomes(late, 'succeeded');
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(5 * paidAfterMs - 2);
    });

    it('is never paid by who never pays, and expires then, a restart later', async () => {
      await restart({ now: () => nowMs });
      const never = await awaiting(withEmail('never-pays@example.com'));
      const paid = await awaiting();
      nowMs += HOUR_MS;
      await restart({ now: () => nowMs });
      await becomes(paid, 'succeeded');
      expect((await read(never))['status']).toBe('requires_action');
      nowMs += 4 * DAY_MS;
      await restart({ now: () => nowMs });
      await becomes(never, 'requires_payment_method');
      expect(await read(never)).toMatchObject({
        last_payment_error: { code: 'payment_intent_payment_attempt_expired' },
      });
    });

    it('is not paid after it was canceled, nor twice when a button was quicker', async () => {
      await restart({ now: () => nowMs });
      const [canceled, paid] = [await awaiting(), await awaiting()];
      await api.post(`${INTENTS}/${canceled}/cancel`, {});
      await api.control(`intents/${paid}/pay`);
      // one that is due after both of them
      const later = await awaiting();
      nowMs += paidAfterMs;
      await becomes(later, 'succeeded');
      expect((await read(canceled))['status']).toBe('canceled');
      const { items } = (await api.get('/books')).body as { items: { captures: number }[] };
      expect(items.map(({ captures }) => captures)).toEqual([0, 1, 1]);
    });
  });

  it('stands in the journal as it is in the books, also after a restart', async () => {
    const paid = await awaiting();
    await api.control(`intents/${paid}/pay`);
    const waiting = await awaiting();
    const before = [await read(paid), await read(waiting)];
    await sandbox.stop();
    await start();
    expect([await read(paid), await read(waiting)]).toEqual(before);
    expect(await readFile(join(folder, 'payment.jsonl'), 'utf8')).toContain('"kind":"awaiting"');
  });

  it('has buttons on the page, which come back to it', async () => {
    const id = await awaiting();
    const page = await (await fetch(sandbox.url)).text();
    const path = `/sandbox/intents/${id}/pay`;
    expect(page).toContain(`<form method="post" action="${path}"><button>pay</button></form>`);
    const clicked = await fetch(sandbox.url + path, {
      ...{ method: 'POST', body: new URLSearchParams(), headers: { accept: 'text/html' } },
    });
    expect(clicked.url).toBe(`${sandbox.url}/`);
    expect((await read(id))['status']).toBe('succeeded');
  });

  describe('the API', () => {
    it('takes the newer name of the allowed methods, and the older one of older versions', async () => {
      const form = { amount: '1', currency: 'jpy' };
      const newer = { 'stripe-version': '2026-10-28.endive' };
      const older = { 'stripe-version': '2025-09-30.clover' };
      const allowed = { ...form, 'allowed_payment_method_types[0]': 'konbini' };
      const types = { ...form, 'payment_method_types[0]': 'konbini' };
      for (const [sent, headers, status] of [
        [allowed, newer, 200],
        [types, older, 200],
        [types, {}, 200],
        [types, newer, 400],
      ] as const) {
        const answer = await api.post(INTENTS, sent, { ...headers });
        expect(answer.status).toBe(status);
        if (status === 200) {
          expect(answer.body).toMatchObject({ payment_method_types: ['konbini'] });
        }
      }
    });

    it('takes several methods, in the order in which they are named', async () => {
      for (const names of [
        ['payment_method_types[]', 'payment_method_types[]'],
        ['payment_method_types[0]', 'payment_method_types[1]'],
      ] as const) {
        const { body } = await api.post(INTENTS, [
          ...([
            ['amount', '1'],
            ['currency', 'jpy'],
          ] as [string, string][]),
          [names[0], 'konbini'],
          [names[1], 'card'],
        ]);
        expect(body).toMatchObject({ payment_method_types: ['konbini', 'card'] });
      }
    });

    it.each([
      ['payment_method_types[]', 'cash'],
      ['payment_method_options[konbini][expires_after_days]', '61'],
      ['payment_method_options[konbini][expires_after_days]', '0'],
      ['payment_method_options[customer_balance][funding_type]', 'gold'],
      ['payment_method_options[konbini][colour]', 'red'],
      ['colour', 'red'],
      ['__proto__[x]', '1'],
      ['amount[x]', '1'],
    ])('refuses %s=%s', async (name, value) => {
      expect((await create({ [name]: value })).status).toBe(400);
      expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    });

    it('lists what was made in a time, the newest first, page by page', async () => {
      const ids: string[] = [];
      for (let n = 0; n < 5; n += 1) {
        ids.unshift(String((await create()).body['id']));
        nowMs += 1000;
      }
      const fromS = nowMs / 1000 - 4;
      const list = async (query: string) =>
        (await api.get(`${INTENTS}?${query}`)).body as {
          has_more: boolean;
          data: { id: string }[];
        };
      const idsOf = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id);
      const span = `created[gte]=${fromS}&created[lt]=${fromS + 3}`;
      const first = await list(`${span}&limit=2`);
      expect(idsOf(first)).toEqual(ids.slice(1, 3));
      expect(first.has_more).toBe(true);
      const second = await list(`${span}&limit=2&starting_after=${ids[2]}`);
      expect(idsOf(second)).toEqual(ids.slice(3, 4));
      expect(second.has_more).toBe(false);
      expect((await api.get(`${INTENTS}?starting_after=pi_none`)).status).toBe(400);
      expect((await api.get(`${INTENTS}?limit=101`)).status).toBe(400);
    });

    it('shows the charge itself only to who asks for it', async () => {
      const id = await awaiting();
      await api.control(`intents/${id}/pay`);
      await api.post('/v1/refunds', { payment_intent: id, amount: '200' });
      const listed = async (query: string) =>
        ((await api.get(INTENTS + query)).body as { data: object[] }).data;
      expect(await listed('')).toMatchObject([{ latest_charge: expect.stringMatching(/^ch_/) }]);
      expect(await listed('?expand[]=data.latest_charge')).toMatchObject([
        {
          latest_charge: {
            ...{ object: 'charge', status: 'succeeded', currency: 'jpy' },
            ...{ amount_captured: 1200, amount_refunded: 200 },
          },
        },
      ]);
    });

    it('makes a customer once a key, also after a restart', async () => {
      const key = { 'idempotency-key': 'customer-1' };
      const first = await api.post('/v1/customers', { email: 'a@example.com' }, key);
      await sandbox.stop();
      await start();
      expect(await api.post('/v1/customers', { email: 'a@example.com' }, key)).toEqual(first);
      const other = await api.post('/v1/customers', { email: 'b@example.com' }, key);
      expect(other).toMatchObject({ status: 400, body: { error: { type: 'idempotency_error' } } });
      nowMs += DAY_MS;
      const later = await api.post('/v1/customers', { email: 'a@example.com' }, key);
      expect(later.body['id']).not.toBe(first.body['id']);
      const customer = String(first.body['id']);
      expect((await create({ customer })).status).toBe(200);
    });
  });
});
