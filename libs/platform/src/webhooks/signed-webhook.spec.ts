/** Promise attacked here: only what was signed with one of our secrets, lately, byte by byte. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { signatureFault, webhookSecrets } from './signed-webhook.js';

const now = new Date('2026-11-26T12:00:00Z');
const nowS = now.getTime() / 1000;
const secrets = ['whsec_present', 'whsec_before'];
const raw = Buffer.from('{ "a": 1 }\n');

const v1 = (secret = 'whsec_present', body: Buffer = raw, t: number | string = nowS): string =>
  createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex');
const signed = (secret?: string, body?: Buffer, t: number | string = nowS): string =>
  `t=${t},v1=${v1(secret, body, t)}`;
const fault = (signature: string | undefined, body = raw) =>
  signatureFault({ raw: body, signature, secrets, now });

describe('a signed message', () => {
  it.each([
    ['with the present secret', signed()],
    ['with the one before', signed('whsec_before')],
    ['with spaces and what we do not know', ` v0=x, t=${nowS} , v1=${v1()}`],
    ['with a second signature, of another secret', `t=${nowS},v1=${v1('whsec_next')},v1=${v1()}`],
    ['299 seconds ago', signed(undefined, undefined, nowS - 299)],
    ['by a clock that is a little ahead', signed(undefined, undefined, nowS + 299)],
  ])('is taken: %s', (_, signature) => {
    expect(fault(signature)).toBeUndefined();
  });

  it.each<[string, string | undefined, string]>([
    ['without a signature', undefined, 'unsigned'],
    ['with an empty one', '', 'unsigned'],
    ['with another secret', signed('whsec_other'), 'bad-signature'],
    ['over other bytes', signed(undefined, Buffer.from('{"a":1}')), 'bad-signature'],
    ['over another time', `t=${nowS},v1=${v1(undefined, raw, nowS - 1)}`, 'bad-signature'],
    ['without a time', `v1=${v1()}`, 'bad-signature'],
    ['with a time that is none', signed(undefined, raw, 'soon'), 'bad-signature'],
    ['with something short', `t=${nowS},v1=${v1().slice(2)}`, 'bad-signature'],
    ['with far too many', `t=${nowS}${`,v1=${v1()}`.repeat(6)}`, 'bad-signature'],
    ['more than five minutes ago', signed(undefined, undefined, nowS - 301), 'too-old'],
    ['by a clock that is far ahead', signed(undefined, undefined, nowS + 301), 'too-old'],
  ])('is refused: %s', (_, signature, why) => {
    expect(fault(signature)).toBe(why);
  });

  it('has one secret, or two while it is being changed', () => {
    expect(webhookSecrets.parse('whsec_one')).toEqual(['whsec_one']);
    expect(webhookSecrets.parse('whsec_one,whsec_two')).toEqual(['whsec_one', 'whsec_two']);
    for (const wrong of [
      '',
      'short',
      'whsec_one,',
      'a b c d e f g',
      'whsec_one,whsec_two,whsec_3',
    ]) {
      expect(webhookSecrets.safeParse(wrong).success).toBe(false);
    }
  });
});
