import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '#sandbox';
import { createSandboxSms } from './sandbox-sms.js';

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

describe('the provider of short messages', () => {
  let folder: string;
  let sandbox: Sandbox;
  let nowMs = Date.now();
  const start = async (): Promise<void> => {
    sandbox = await createSandboxSms({ dataDir: folder, keyLifetimeMs: 1_000, now: () => nowMs });
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sms-'));
    await start();
  });
  afterEach(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true });
  });

  const send = async (body: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
    const answer = await fetch(`${sandbox.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer k', ...headers },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Answer['body'] };
  };
  const found = async (query = ''): Promise<Record<string, unknown>[]> => {
    const answer = await fetch(`${sandbox.url}/messages?${query}`);
    return ((await answer.json()) as { items: Record<string, unknown>[] }).items;
  };
  const message = { to: '+81312345678', text: '発送いたしました' };
  const key = (text: string) => ({ 'idempotency-key': text });

  it('keeps what it takes, and has it after a restart', async () => {
    const { status, body } = await send(message, key('a'));
    expect({ status, body }).toMatchObject({ status: 201, body: { status: 'sent' } });
    await sandbox.stop();
    await start();
    expect(await found(`to=${encodeURIComponent(message.to)}`)).toEqual([
      { ...message, ...body, key: 'a', createdAt: expect.any(String) },
    ]);
    expect(await send(message, key('a'))).toEqual({ status, body });
    expect(await found('key=a')).toHaveLength(1);
  });

  it('sends one message under one key, for as long as it remembers', async () => {
    const first = await send(message, key('a'));
    expect(await send(message, key('a'))).toEqual(first);
    expect(await send({ ...message, text: 'x' }, key('a'))).toMatchObject({
      status: 400,
      body: { code: 'idempotency_error' },
    });
    expect(await found()).toHaveLength(1);
    nowMs += 2_000;
    await send(message, key('a'));
    await send(message);
    expect(await found()).toHaveLength(3);
  });

  it('refuses numbers that nobody has, again and again, and keeps that it did', async () => {
    for (const to of ['+8100000000', '+81000000000']) {
      expect(await send({ ...message, to }, key(to))).toMatchObject({
        status: 422,
        body: { code: 'unreachable_number' },
      });
    }
    expect(await send({ ...message, to: '+8100000000' }, key('+8100000000'))).toMatchObject({
      status: 422,
    });
    expect(await found()).toMatchObject([{ status: 'refused' }, { status: 'refused' }]);
  });

  it.each([
    ['no key of the shop', message, { authorization: '' }, 401],
    ['no number', { ...message, to: 'kim' }, {}, 400],
    ['no text', { ...message, text: '' }, {}, 400],
    ['too long a text', { ...message, text: 'x'.repeat(460) }, {}, 400],
  ])('does not take a message with %s', async (_what, body, headers, status) => {
    expect(await send(body, headers)).toMatchObject({ status, body: { code: 'invalid_request' } });
    expect(await found()).toEqual([]);
  });

  it('answers 503 when it is down, and shows what it has all the same', async () => {
    await send({ ...message, text: '<b>' });
    sandbox.mood.set({ mode: 'down' });
    expect(await send(message)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(await found()).toHaveLength(1);
    expect(await (await fetch(sandbox.url)).text()).toContain('&lt;b&gt;');
  });
});
