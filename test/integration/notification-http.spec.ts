/** Promises attacked here: texts can be looked at and run nothing, and no endpoint leads inside. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SMS_TEMPLATES, TEMPLATES } from '../../apps/notification/src/domain/notice.js';
import { notificationService } from '../../apps/notification/src/service.js';
import { createService } from '#messaging';
import { createLogger } from '#platform';
import { createDatabase, freePort, testId, testPostgres, type PostgresServer } from '#testing';

jest.setTimeout(240_000);

describe('notification over HTTP', () => {
  let postgres: PostgresServer;
  let strict: NestFastifyApplication;
  let open: NestFastifyApplication;
  let without: NestFastifyApplication;

  const start = async (more: Record<string, string>): Promise<NestFastifyApplication> => {
    // nobody listens there
    const nowhere = `127.0.0.1:${await freePort()}`;
    const { url } = await createDatabase(postgres, testId());
    const env = {
      PORT: '0',
      DATABASE_URL: url,
      KAFKA_BROKERS: nowhere,
      SMTP_URL: `smtp://${nowhere}`,
      ...more,
    };
    const logger = createLogger({ service: 'notification', level: 'silent' });
    const app = await createService(notificationService, env, logger);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    return app;
  };
  beforeAll(async () => {
    postgres = await testPostgres();
    const key = { WEBHOOK_SECRET_KEY: randomBytes(32).toString('base64') };
    const sms = { SMS_URL: 'http://127.0.0.1:1', SMS_KEY: 'k' };
    strict = await start({ ...key, ...sms });
    open = await start({ ...key, WEBHOOK_ALLOW_PRIVATE: 'true' });
    without = await start({});
  }, 240_000);
  afterAll(async () => {
    await Promise.all([strict, open, without].map((app) => app?.close()));
    await postgres.stop();
  });

  const ask = async (
    app: NestFastifyApplication,
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    url: string,
    payload?: object,
  ) => {
    const answer = await app.inject({ method, url, ...(payload && { payload }) });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.payload,
      json: () => JSON.parse(answer.payload) as Record<string, unknown>,
    };
  };

  describe('the page of notices', () => {
    it('lists every template in every language, and links to pages that are there', async () => {
      const { status, headers, text } = await ask(strict, 'GET', '/notices/preview');
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, link]) => link ?? '');
      expect(links.toSorted()).toEqual(
        TEMPLATES.flatMap((one) =>
          ['en', 'ja'].map((to) => `/notices/preview/${to}/${one}`),
        ).toSorted(),
      );
      for (const link of links) {
        const page = await ask(strict, 'GET', link);
        const parts = ['Subject', 'HTML', 'Text'].map((part) => `<h2>${part}</h2>`);
        for (const part of parts) expect(page.text).toContain(part);
        const isSms = SMS_TEMPLATES.some((one) => link.endsWith(one));
        expect(page.text.includes('<h2>SMS</h2>')).toBe(isSms);
      }
    });

    it('shows the mail in a frame that runs nothing, under a policy that forbids it', async () => {
      const { headers, text } = await ask(strict, 'GET', '/notices/preview/ja/order-created');
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src/);
      expect(text).toMatch(/<iframe sandbox title="The mail" srcdoc="&lt;!doctype html&gt;/);
      expect(text).toContain('tea &amp;amp; &amp;quot;cakes');
      expect(text).not.toContain('<script');
    });

    it.each(['/notices/preview/fr/order-created', '/notices/preview/en/nothing'])(
      'does not know %s',
      async (url) => {
        expect((await ask(strict, 'GET', url)).json()).toMatchObject({ status: 404 });
      },
    );
  });

  describe('the endpoint of a merchant', () => {
    const body = { url: 'https://127.0.0.1/hook', events: ['order.created'] };

    it.each([
      'https://127.0.0.1/hook',
      'https://localhost/hook',
      'https://169.254.169.254/latest',
      'https://[::1]/hook',
      'http://93.184.215.14/hook',
      'https://user:pw@93.184.215.14/hook',
      'nonsense',
    ])('is not taken at %s', async (url) => {
      const answer = await ask(strict, 'PUT', '/webhook-endpoints/m-1', { ...body, url });
      expect(answer.json()).toMatchObject({ status: 422, errors: [{ field: 'url' }] });
      expect((await ask(strict, 'GET', '/webhook-endpoints/m-1')).status).toBe(404);
    });

    it.each([
      [{}, 'url'],
      [{ ...body, events: [] }, 'events'],
      [{ ...body, events: ['stock.moved'] }, 'events.0'],
      [{ ...body, enabled: 'yes' }, 'enabled'],
      [{ ...body, more: 1 }, 'more'],
    ])('is refused with the field that is wrong: %j', async (wrong, field) => {
      const answer = await ask(open, 'PUT', '/webhook-endpoints/m-2', wrong);
      const { status, errors } = answer.json() as { status: number; errors: { field: string }[] };
      expect([status, errors.map((one) => one.field)]).toEqual([
        400,
        expect.arrayContaining([field]),
      ]);
    });

    it('shows its secret once, gives it another, and is forgotten', async () => {
      const path = '/webhook-endpoints/m-3';
      const made = (await ask(open, 'PUT', path, body)).json();
      expect(made).toEqual({
        merchantId: 'm-3',
        ...body,
        enabled: true,
        secret: expect.stringMatching(/^whsec_/),
      });
      const { secret, ...shown } = made;
      expect((await ask(open, 'GET', path)).json()).toEqual(shown);
      expect((await ask(open, 'PUT', path, { ...body, enabled: false })).json()).toEqual({
        ...shown,
        enabled: false,
      });
      const rotated = (await ask(open, 'POST', `${path}/rotate`)).json();
      expect(rotated).toEqual({ secret: expect.stringMatching(/^whsec_/) });
      expect(rotated['secret']).not.toBe(secret);
      expect((await ask(open, 'DELETE', path)).status).toBe(204);
      for (const [method, url] of [
        ['GET', path],
        ['DELETE', path],
        ['POST', `${path}/rotate`],
      ] as const) {
        expect((await ask(open, method, url)).status).toBe(404);
      }
    });

    it('is none where there is no key for its secret', async () => {
      expect((await ask(without, 'PUT', '/webhook-endpoints/m-1', body)).status).toBe(404);
      expect((await ask(without, 'GET', '/notices/preview')).status).toBe(200);
    });
  });

  it('describes what merchants are to send', async () => {
    const { json } = await ask(open, 'GET', '/openapi.json');
    expect(JSON.stringify(json())).toContain('order.confirmed');
  });
});
