/** Promises attacked here: nobody but the provider is listened to, and only while it is fresh. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { WebhookRefusedError, readProviderMessage } from './webhook.js';

const SECRET = 'whsec_current';
const OLD_SECRET = 'whsec_before';
const NOW = new Date('2026-11-26T06:00:00Z');
const NOW_S = NOW.getTime() / 1000;

const event = (object: object, type = 'payment_intent.succeeded') => ({
  ...{ id: 'evt_1', object: 'event', type, created: NOW_S - 5, livemode: false },
  data: { object },
});
const INTENT = { id: 'pi_1', object: 'payment_intent', metadata: { order_id: 'o-1' } };

const bytes = (value: unknown): Buffer =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const v1 = (raw: Buffer, atS: number, secret: string): string =>
  createHmac('sha256', secret).update(`${atS}.`).update(raw).digest('hex');
const signed = (raw: Buffer, { atS = NOW_S, secret = SECRET } = {}): string =>
  `t=${atS},v1=${v1(raw, atS, secret)}`;

const refusalOf = (raw: Buffer, signature: string | undefined, secrets = [SECRET]): string => {
  try {
    readProviderMessage(raw, signature, secrets, NOW);
  } catch (error) {
    expect(error).toBeInstanceOf(WebhookRefusedError);
    return (error as WebhookRefusedError).code;
  }
  return 'taken';
};

describe('a message of the payment provider', () => {
  it('says what it is, when it happened, and which order and intent it is about', () => {
    const raw = bytes(event(INTENT));
    expect(readProviderMessage(raw, signed(raw), [SECRET], NOW)).toEqual({
      messageId: 'evt_1',
      type: 'payment_intent.succeeded',
      createdAt: new Date(NOW.getTime() - 5_000),
      orderId: 'o-1',
      intentId: 'pi_1',
    });
  });

  it.each([
    [{ id: 're_1', object: 'refund', payment_intent: 'pi_1' }, { intentId: 'pi_1' }],
    [{ id: 're_1', object: 'refund', payment_intent: { id: 'pi_1' } }, { intentId: 'pi_1' }],
    [{ id: 're_1', object: 'refund', payment_intent: null, metadata: null }, {}],
    [{ object: 'refund', metadata: { order_id: 'o-1' } }, { orderId: 'o-1' }],
    [{ id: 'pi_1', object: 'payment_intent', metadata: {} }, { intentId: 'pi_1' }],
    [{ id: 'dp_1', object: 'dispute', payment_intent: 'pi_1', metadata: {} }, { intentId: 'pi_1' }],
    [{ object: 'balance' }, {}],
  ])('about %j leads to %j', (object, ids) => {
    const raw = bytes(event(object, 'some.thing'));
    const {
      messageId,
      type,
      createdAt: _,
      ...found
    } = readProviderMessage(...([raw, signed(raw), [SECRET], NOW] as const));
    expect({ messageId, type }).toEqual({ messageId: 'evt_1', type: 'some.thing' });
    expect(found).toEqual(ids);
  });

  it('is read by its bytes, whatever characters they are', () => {
    const raw = bytes(event({ ...INTENT, description: '注文 №1 — 完了 🎌' }));
    expect(refusalOf(raw, signed(raw))).toBe('taken');
  });

  it('is taken with any of the secrets that are valid, and with none that is not any more', () => {
    const raw = bytes(event(INTENT));
    const before = signed(raw, { secret: OLD_SECRET });
    expect(refusalOf(raw, before, [SECRET, OLD_SECRET])).toBe('taken');
    expect(refusalOf(raw, before, [OLD_SECRET, SECRET])).toBe('taken');
    expect(refusalOf(raw, before, [SECRET])).toBe('bad-signature');
    const both = `${before},v1=${v1(raw, NOW_S, SECRET)}`;
    expect(refusalOf(raw, both, [SECRET])).toBe('taken');
  });

  it('is refused without a signature', () => {
    const raw = bytes(event(INTENT));
    expect(refusalOf(raw, undefined)).toBe('unsigned');
    expect(refusalOf(raw, '')).toBe('unsigned');
  });

  it('is refused when a byte of it, its time or its signature is another', () => {
    const raw = bytes(event(INTENT));
    const signature = signed(raw);
    const other = Buffer.from(raw);
    other[other.length - 3] = (other[other.length - 3] ?? 0) ^ 1;
    expect(refusalOf(other, signature)).toBe('bad-signature');
    expect(refusalOf(Buffer.concat([raw, Buffer.from(' ')]), signature)).toBe('bad-signature');
    const younger = signature.replace(`t=${NOW_S}`, `t=${NOW_S + 1}`);
    expect(refusalOf(raw, younger)).toBe('bad-signature');
    expect(refusalOf(raw, signature.replace('v1=', 'v0='))).toBe('bad-signature');
  });

  it.each([
    ...['nonsense', 't=,v1=', `t=${NOW_S}`, `t=${NOW_S},v1`, `t=x,v1=${'a'.repeat(64)}`],
    ...[`v1=${'a'.repeat(64)}`, `t=${NOW_S},v1=${'é'.repeat(64)}`, ',,,', '='],
  ])('is refused, and nothing breaks, when its signature is %j', (signature) => {
    expect(refusalOf(bytes(event(INTENT)), signature)).toBe('bad-signature');
  });

  it('is refused when nobody has a secret, or an empty one', () => {
    const raw = bytes(event(INTENT));
    expect(refusalOf(raw, signed(raw), [])).toBe('bad-signature');
    expect(refusalOf(raw, signed(raw, { secret: '' }), [''])).toBe('bad-signature');
  });

  it('is taken for five minutes, and not a second longer', () => {
    const raw = bytes(event(INTENT));
    expect(refusalOf(raw, signed(raw, { atS: NOW_S - 300 }))).toBe('taken');
    expect(refusalOf(raw, signed(raw, { atS: NOW_S - 301 }))).toBe('too-old');
    const forged = signed(raw, { atS: NOW_S - 301, secret: 'whsec_other' });
    expect(refusalOf(raw, forged)).toBe('bad-signature');
  });

  it('is taken from a clock that is five minutes ahead, and not a second more', () => {
    const raw = bytes(event(INTENT));
    expect(refusalOf(raw, signed(raw, { atS: NOW_S + 300 }))).toBe('taken');
    expect(refusalOf(raw, signed(raw, { atS: NOW_S + 301 }))).toBe('too-old');
    const ahead = NOW_S + 10 * 86_400;
    expect(refusalOf(raw, signed(raw, { atS: ahead }))).toBe('too-old');
    const hidden = `t=${NOW_S},t=${ahead},v1=${v1(raw, ahead, SECRET)}`;
    expect(refusalOf(raw, hidden)).toBe('too-old');
    expect(refusalOf(raw, signed(raw, { atS: ahead, secret: 'whsec_other' }))).toBe(
      'bad-signature',
    );
  });

  it.each(['', 'no JSON', 'null', '[]', '{}', '{"id":"evt_1"}', event(INTENT, '')])(
    'is refused when it is signed and %j',
    (value) => {
      const raw = bytes(value);
      expect(refusalOf(raw, signed(raw))).toBe('unreadable');
    },
  );

  it('says nothing of what was in it when it is refused', () => {
    const raw = bytes('{"id":"secret word"}');
    const refuse = () => readProviderMessage(raw, signed(raw), [SECRET], NOW);
    expect(refuse).toThrow(/^the message is refused: unreadable$/);
  });
});
