/** Messages that others sign with a secret of ours: `t=<seconds>,v1=<hex>` over `<seconds>.<body>`. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/**
 * - `unsigned`: nobody says who it is from.
 * - `bad-signature`: somebody else, or other words than were signed.
 * - `too-old`: signed by the right one, and kept by somebody; or dated ahead, to be kept for later.
 */
export type SignatureFault = 'unsigned' | 'bad-signature' | 'too-old';

export interface SignedMessage {
  /** The body as it came: the signature is about its bytes. */
  readonly raw: Buffer;
  readonly signature: string | undefined;
  /** All that are valid now, so that one can be replaced while messages come in. */
  readonly secrets: readonly string[];
  readonly now: Date;
}

const TOLERANCE_MS = 300_000;
const TIME = /^\d{1,12}$/;
const HEX = /^[0-9a-f]{64}$/;
/** More is no signature but work for us. */
const MAX_SIGNATURES = 5;

/** @returns what is wrong, if anything is */
export function signatureFault(message: SignedMessage): SignatureFault | undefined {
  const { raw, signature, secrets, now } = message;
  if (!signature) return 'unsigned';
  const parts = signature.split(',').map((part) => part.trim());
  const valuesOf = (name: string) =>
    parts.filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1));
  const [time = ''] = valuesOf('t');
  const given = valuesOf('v1').filter((value) => HEX.test(value));
  if (!TIME.test(time) || given.length > MAX_SIGNATURES) return 'bad-signature';
  const signedBy = (secret: string): boolean => {
    const expected = createHmac('sha256', secret).update(`${time}.`).update(raw).digest();
    return given.some((value) => timingSafeEqual(Buffer.from(value, 'hex'), expected));
  };
  if (!secrets.some(signedBy)) return 'bad-signature';
  // A clock that is ahead is as wrong as a message that is late.
  const awayMs = Math.abs(now.getTime() - Number(time) * 1000);
  return awayMs > TOLERANCE_MS ? 'too-old' : undefined;
}

/** A setting: one secret, or two with a comma between them while it is being changed. */
export const webhookSecrets = z
  .string()
  .regex(/^[\x21-\x2b\x2d-\x7e]{8,}(,[\x21-\x2b\x2d-\x7e]{8,})?$/, {
    error: 'must be a secret of at least 8 visible characters, or two with a comma between them',
  })
  .transform((text) => text.split(','));
