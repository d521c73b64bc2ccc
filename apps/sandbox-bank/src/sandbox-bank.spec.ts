/**
 * Promises attacked here: one payout a reference and a key, whatever happens to the answer; what is
 * refused is never paid; the books say the same after a restart.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '#sandbox';
import { ACCOUNTS } from './domain/payout.js';
import { createSandboxBank } from './sandbox-bank.js';

type Json = Record<string, unknown>;
interface Answer {
  readonly status: number;
  readonly body: Json;
}

const SLOW_MS = 1_000;
const account = { holder: 'The Tea Shop Ltd', number: 'GB33BUKB20201555555555', bank: 'BUKBGB22' };
const payout = (reference: string, number: string = account.number) => ({
  ...{ reference, amount: 1530, currency: 'GBP' },
  account: { ...account, number },
});

describe('the bank', () => {
  let folder: string;
  let sandbox: Sandbox;
  let nowMs = Date.parse('2026-03-15T12:00:00Z');
  const start = async (): Promise<void> => {
    sandbox = await createSandboxBank({
      ...{ dataDir: folder, keyLifetimeMs: 10_000, slowPayoutMs: SLOW_MS },
      now: () => nowMs,
    });
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bank-'));
    await start();
  });
  afterEach(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true });
  });

  const call = async (
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(sandbox.url + path, {
      method,
      headers: {
        authorization: 'Bearer k',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Json };
  };
  const pay = (body: object, key?: string) =>
    call('POST', '/v1/payouts', body, key === undefined ? {} : { 'idempotency-key': key });
  const items = async (query: string) =>
    (await call('GET', `/v1/payouts?${query}`)).body['items'] as Json[];

  it('pays once a key, and once a reference when the key is forgotten, also after a restart', async () => {
    const first = await pay(payout('w-1'), 'a');
    expect(first).toMatchObject({ status: 201, body: { ...payout('w-1'), status: 'paid' } });
    await sandbox.stop();
    await start();
    expect(await pay(payout('w-1'), 'a')).toEqual(first);
    expect(await pay({ ...payout('w-1'), amount: 1 }, 'a')).toMatchObject({
      status: 400,
      body: { code: 'idempotency_error' },
    });
    nowMs += 20_000;
    expect(await pay(payout('w-1'), 'a')).toMatchObject({
      status: 409,
      body: { code: 'reference_taken', payout: first.body },
    });
    expect(await items('')).toEqual([first.body]);
    expect(await items('reference=w-1')).toEqual([first.body]);
    expect(await items('reference=w-2')).toEqual([]);
  });

  it('refuses a closed account for good, however it is written', async () => {
    const closed = payout('w-1', 'gb00 SAND 0000-0000-0000-01');
    expect(await pay(closed, 'a')).toMatchObject({
      status: 422,
      body: { code: 'account_closed', payout: { status: 'refused', code: 'account_closed' } },
    });
    expect(await pay(closed, 'b')).toMatchObject({
      status: 409,
      body: { payout: { status: 'refused' } },
    });
    expect(await items('')).toHaveLength(1);
  });

  it.each([
    ['paid', ACCOUNTS.slow],
    ['refused', ACCOUNTS.slowlyClosed],
  ])('takes its time, and then it is %s', async (status, number) => {
    const { body } = await pay(payout('w-1', number), 'a');
    const stands = async () => (await call('GET', `/v1/payouts/${String(body['payoutId'])}`)).body;
    nowMs += SLOW_MS - 1;
    expect(await stands()).toMatchObject({ status: 'pending' });
    nowMs += 1;
    const decidedAt = new Date(nowMs).toISOString();
    expect(await stands()).toMatchObject({ status, decidedAt });
    expect(await items('reference=w-1')).toMatchObject([{ status }]);
  });

  it('can be told what becomes of a pending one, once', async () => {
    const ids = await Promise.all(
      ['w-1', 'w-2'].map(async (reference) =>
        String((await pay(payout(reference, ACCOUNTS.slow))).body['payoutId']),
      ),
    );
    const decide = (at: number, what: string) =>
      call('POST', `/sandbox/payouts/${ids[at]}/${what}`);
    expect(await decide(0, 'pay')).toMatchObject({ status: 200, body: { status: 'paid' } });
    expect(await decide(1, 'refuse')).toMatchObject({ status: 200, body: { status: 'refused' } });
    expect(await decide(1, 'pay')).toMatchObject({ status: 409 });
    await sandbox.stop();
    await start();
    nowMs += SLOW_MS;
    expect(await items('')).toMatchObject([{ status: 'paid' }, { status: 'refused' }]);
  });

  it('keeps books that are read page by page, and shows no account number to everybody', async () => {
    for (const n of [1, 2, 3]) await pay(payout(`w-${n}`, ACCOUNTS.slow));
    const first = (await call('GET', '/v1/payouts?limit=2')).body;
    const second = (await call('GET', `/v1/payouts?limit=2&after=${String(first['nextCursor'])}`))
      .body;
    const read = [first, second].flatMap((page) => page['items'] as Json[]);
    expect(read.map(({ reference }) => reference)).toEqual(['w-1', 'w-2', 'w-3']);
    expect(second).not.toHaveProperty('nextCursor');
    const shown = [await (await fetch(`${sandbox.url}/books`)).text()];
    shown.push(await (await fetch(sandbox.url)).text());
    for (const text of shown) {
      expect(text).toContain('…0002');
      expect(text).not.toContain(ACCOUNTS.slow);
    }
  });

  it('pays and does not answer, when it is mute or late', async () => {
    sandbox.mood.set({ mode: 'mute' });
    await expect(pay(payout('w-1'), 'a')).rejects.toThrow();
    sandbox.mood.set({ mode: 'late', delayMs: 600_000 });
    await expect(
      fetch(`${sandbox.url}/v1/payouts`, {
        method: 'POST',
        headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
        body: JSON.stringify(payout('w-2')),
        signal: AbortSignal.timeout(300),
      }),
    ).rejects.toThrow();
    expect(await items('')).toMatchObject([
      { reference: 'w-1', status: 'paid' },
      { reference: 'w-2', status: 'paid' },
    ]);
  });

  it('refuses everybody, or answers nobody, when it is in that mood', async () => {
    const put = async (mode: string) => (await call('PUT', '/mood', { mode })).status;
    expect(await put('refuse')).toBe(200);
    expect(await pay(payout('w-1'))).toMatchObject({
      status: 422,
      body: { code: 'payouts_suspended' },
    });
    expect(await put('down')).toBe(200);
    expect(await pay(payout('w-2'))).toMatchObject({ status: 503 });
    expect(await put('cheerful')).toBe(400);
    expect(await put('ok')).toBe(200);
    expect(await items('')).toMatchObject([{ reference: 'w-1', status: 'refused' }]);
  });

  it.each<[string, object, Record<string, string>, number]>([
    ['no key of its client', payout('w'), { authorization: '' }, 401],
    ['no reference', { ...payout('w'), reference: '' }, {}, 400],
    ['half a penny', { ...payout('w'), amount: 0.5 }, {}, 400],
    ['no amount', { ...payout('w'), amount: 0 }, {}, 400],
    ['no currency', { ...payout('w'), currency: 'pounds' }, {}, 400],
    ['no account', { ...payout('w'), account: {} }, {}, 400],
  ])('does not take an order with %s', async (_what, body, headers, status) => {
    expect(await call('POST', '/v1/payouts', body, headers)).toMatchObject({
      status,
      body: { code: 'invalid_request' },
    });
    expect(await items('')).toEqual([]);
  });
});
