import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTransport, type SendMailOptions, type Transporter } from 'nodemailer';
import { createSandboxMail, type SandboxMail } from './sandbox-mail.js';

const mail = (n: number, extra: SendMailOptions = {}): SendMailOptions => ({
  from: 'The shop <shop@example.com>',
  to: `customer${n}@example.com`,
  subject: `Order ${n} is confirmed — 注文`,
  text: `Thank you.\nTotal: £${n}.50\n.\nline of one dot above`,
  messageId: `<order-confirmed.${n}@saga.example.com>`,
  headers: { 'X-Order-Id': `order-${n}`, 'X-Notice': 'order-confirmed' },
  ...extra,
});

describe('the mail server', () => {
  let folder: string;
  let sandbox: SandboxMail;
  let transport: Transporter;

  const start = async (): Promise<void> => {
    sandbox = await createSandboxMail({ dataDir: folder });
    transport = createTransport({ url: sandbox.smtpUrl, pool: true, maxConnections: 2 });
  };
  const stop = async (): Promise<void> => {
    transport.close();
    await sandbox.stop();
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mail-'));
    await start();
  });
  afterEach(async () => {
    await stop();
    await rm(folder, { recursive: true });
  });

  const smtpPort = (): number => Number(new URL(sandbox.smtpUrl).port);
  const greeting = async (): Promise<string> => {
    const socket = connect(smtpPort(), '127.0.0.1');
    const [line] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return line.toString();
  };
  const get = async (path: string): Promise<Record<string, unknown>> =>
    (await (await fetch(sandbox.url + path)).json()) as Record<string, unknown>;
  const found = async (query: string): Promise<Record<string, unknown>[]> =>
    (await get(`/messages?${query}`))['items'] as Record<string, unknown>[];

  it('keeps a mail with its addresses, subject, ids and text', async () => {
    await transport.sendMail(mail(7));
    const [first] = await found('orderId=order-7');
    expect(first).toEqual({
      n: 1,
      to: ['customer7@example.com'],
      from: 'shop@example.com',
      subject: 'Order 7 is confirmed — 注文',
      messageId: '<order-confirmed.7@saga.example.com>',
      orderId: 'order-7',
      notice: 'order-confirmed',
      text: expect.stringContaining('Total: £7.50\n.\nline of one dot above'),
      receivedAt: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/),
    });
    expect(await get('/messages/1')).toEqual(first);
    expect((await fetch(`${sandbox.url}/messages/2`)).status).toBe(404);
    expect((await fetch(`${sandbox.url}/messages/x`)).status).toBe(400);
  });

  it('shows both of its texts when a mail has two', async () => {
    await transport.sendMail(mail(1, { text: 'plain', html: '<p>marked up</p>' }));
    const [both] = await found('');
    expect([both?.['text'], both?.['html']]).toEqual([
      expect.stringContaining('plain'),
      expect.stringContaining('<p>marked up</p>'),
    ]);
  });

  it('finds mails by recipient, by order, by both, and lists them all in order', async () => {
    await transport.sendMail(mail(1));
    await transport.sendMail(mail(2, { to: 'Customer1@example.com' }));
    await transport.sendMail(mail(2, { headers: {} }));
    const numbers = async (query: string): Promise<unknown[]> =>
      (await found(query)).map(({ n }) => n);
    expect(await numbers('to=customer1@example.com')).toEqual([1, 2]);
    expect(await numbers('orderId=order-2')).toEqual([2]);
    expect(await numbers('to=customer1@example.com&orderId=order-1')).toEqual([1]);
    expect(await numbers('to=nobody@example.com')).toEqual([]);
    expect(await numbers('')).toEqual([1, 2, 3]);
    expect(await get('/messages?limit=2')).toMatchObject({ nextCursor: '2' });
    expect(await get('/books')).toMatchObject({
      items: [{ orderId: 'order-1' }, { orderId: 'order-2' }, { orderId: null }],
    });
  });

  it('keeps every copy of a mail that comes twice', async () => {
    await transport.sendMail(mail(1));
    await transport.sendMail(mail(1));
    expect(await found('orderId=order-1')).toHaveLength(2);
  });

  it('numbers mails of many connections without gaps, and has them after a restart', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, n) => transport.sendMail(mail(n))));
    const before = await get('/messages?limit=1000');
    expect((before['items'] as { n: number }[]).map(({ n }) => n)).toEqual(
      Array.from({ length: 40 }, (_, n) => n + 1),
    );
    await stop();
    await start();
    expect(await get('/messages?limit=1000')).toEqual(before);
    await transport.sendMail(mail(50));
    expect(await found('orderId=order-50')).toMatchObject([{ n: 41 }]);
  });

  it('accepts only what is in its journal', async () => {
    await transport.sendMail(mail(1));
    expect(await readFile(join(folder, 'mail.jsonl'), 'utf8')).toContain('"orderId":"order-1"');
  });

  it('answers 421 when it is down, to new and to kept connections, and keeps nothing', async () => {
    await transport.sendMail(mail(1));
    sandbox.mood.set({ mode: 'down' });
    await expect(transport.sendMail(mail(2))).rejects.toMatchObject({ responseCode: 421 });
    expect(await greeting()).toMatch(/^421 /);
    expect(await get('/books')).toMatchObject({ items: [{ orderId: 'order-1' }] });
    sandbox.mood.set({ mode: 'ok' });
    await transport.sendMail(mail(4));
    expect(await found('orderId=order-4')).toHaveLength(1);
  });

  it('is slow when its mood says so', async () => {
    await transport.sendMail(mail(1));
    sandbox.mood.set({ mode: 'slow', delayMs: 200 });
    const startedAt = performance.now();
    await transport.sendMail(mail(2));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(199);
  });

  it('refuses a mail that is too large', async () => {
    const large = mail(1, { text: 'x'.repeat(2_000_000) });
    await expect(transport.sendMail(large)).rejects.toMatchObject({ responseCode: 552 });
    expect(await get('/books')).toEqual({ items: [], total: 0 });
  });

  it('survives a client that hangs up in the middle of a mail', async () => {
    const lines = ['EHLO me', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA'];
    await new Promise<void>((resolve) => {
      const socket = connect(smtpPort(), '127.0.0.1');
      // Each line answers a reply of the server; after the last one the header is cut short.
      socket.on('data', () => {
        const line = lines.shift();
        if (line !== undefined) return void socket.write(`${line}\r\n`);
        socket.write('X-Order-Id: half\r\nSubj', () => socket.destroy());
        resolve();
      });
    });
    await transport.sendMail(mail(1));
    expect(await found('')).toMatchObject([{ orderId: 'order-1' }]);
  });

  it('shows subjects as text on its page', async () => {
    await transport.sendMail(mail(1, { subject: '<img src=x>' }));
    expect(await (await fetch(sandbox.url)).text()).toContain('&lt;img src=x&gt;');
  });
});
