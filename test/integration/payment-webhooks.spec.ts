/** Promise attacked here: over HTTP only what the provider signed, byte by byte, is heard. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Stripe } from 'stripe';
import { paymentService } from '../../apps/payment/src/service.js';
import { freePort } from '#testing';
import { ServiceWorld } from './service-world.js';

const SECRET = 'whsec_present';

describe('the provider’s messages over HTTP', () => {
  let world: ServiceWorld;
  beforeAll(async () => {
    world = await ServiceWorld.start(paymentService, {
      PAYMENT_TOKEN_KEY: randomBytes(32).toString('base64'),
      PAYMENT_PROVIDER_URL: `http://127.0.0.1:${await freePort()}`,
      PAYMENT_PROVIDER_KEY: 'sk',
      PROVIDER_WEBHOOK_SECRET: `${SECRET},whsec_before`,
    });
  }, 240_000);
  afterAll(() => world.stop());

  /** Written as no serializer of ours would. */
  const event = (id: string): string =>
    `{ "id":"${id}",\n  "object":"event","type":"payment_intent.succeeded", "created": 1764158400.0,
      "data": {"object": {"object": "payment_intent","id": "pi_1",
      "metadata": {"order_id": "${randomUUID()}"}}} }`;
  const signed = (payload: string, secret = SECRET, agoS = 0): string =>
    Stripe.webhooks.generateTestHeaderString({
      payload,
      secret,
      timestamp: Math.floor(Date.now() / 1000) - agoS,
    });
  const post = async (payload: string, signature?: string) => {
    const headers = signature === undefined ? {} : { 'stripe-signature': signature };
    const { status, body } = await world.ask('POST', '/webhooks/provider', payload, headers);
    return { status, body };
  };
  const kept = async (messageId: string) => {
    const rows = await world.database.query(
      'select 1 from provider_message where message_id = $1',
      [messageId],
    );
    return rows.length;
  };

  it('are kept once, whichever secret they are signed with', async () => {
    const first = event('evt_1');
    expect(await post(first, signed(first))).toEqual({
      status: 200,
      body: { received: 'unknown' },
    });
    expect(await post(first, signed(first, 'whsec_before'))).toEqual({
      status: 200,
      body: { received: 'repeated' },
    });
    expect(await kept('evt_1')).toBe(1);
  });

  it('about a dispute make us look at the disputes of its intent, once a message', async () => {
    const payload = JSON.stringify({
      ...{ id: 'evt_dispute', object: 'event', type: 'charge.dispute.created', created: 1 },
      data: { object: { id: 'dp_1', object: 'dispute', payment_intent: 'pi_9', metadata: {} } },
    });
    const looks = () =>
      world.database.query<{ revision: number }>(
        `select revision from effect_task where worker = 'chargeback' and subject = 'pi_9'`,
      );
    expect((await post(payload, signed(payload, 'whsec_forged'))).status).toBe(400);
    expect(await looks()).toEqual([]);
    expect(await post(payload, signed(payload))).toEqual({
      ...{ status: 200, body: { received: 'heard' } },
    });
    expect(await post(payload, signed(payload))).toMatchObject({ body: { received: 'repeated' } });
    expect(await looks()).toEqual([{ revision: 1 }]);
  });

  it('that come all at once are kept once each', async () => {
    const all = Array.from({ length: 60 }, (_, index) => event(`evt_many_${index % 20}`));
    const answers = await Promise.all(all.map((payload) => post(payload, signed(payload))));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(await kept('evt_many_7')).toBe(1);
  });

  it.each<[string, string, (payload: string) => string | undefined]>([
    ['nobody signed', 'unsigned', () => undefined],
    ['somebody else signed', 'bad-signature', (payload) => signed(payload, 'whsec_other')],
    ['was changed on its way', 'bad-signature', (payload) => signed(`${payload} `)],
    ['is older than five minutes', 'too-old', (payload) => signed(payload, SECRET, 400)],
    ['is dated ten days ahead', 'too-old', (payload) => signed(payload, SECRET, -864_000)],
  ])('are refused with the reason when one %s', async (_, code, signature) => {
    const payload = event(`evt_${code}`);
    const { status, body } = await post(payload, signature(payload));
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { status: 400, code, title: 'The message is not taken' },
    });
    expect(await kept(`evt_${code}`)).toBe(0);
  });

  it('that are no events are refused, and so is what is no JSON', async () => {
    expect(await post('{"a":1}', signed('{"a":1}'))).toMatchObject({
      status: 400,
      body: { code: 'unreadable' },
    });
    expect((await post('{"a":', signed('{"a":'))).status).toBe(400);
    const large = JSON.stringify({ text: 'x'.repeat(2_000_000) });
    expect((await post(large, signed(large))).status).toBe(413);
  });

  it('leave no secret in the log', () => {
    expect(world.logged.join('')).not.toContain('whsec_');
  });
});
