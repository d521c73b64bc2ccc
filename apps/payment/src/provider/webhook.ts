/** What the provider tells us of its own accord: who it is from, and what it is about. */
import { Stripe } from 'stripe';
import { z } from 'zod';

export interface ProviderMessage {
  /** The provider's id of it, the same however often it is sent. */
  readonly messageId: string;
  readonly type: string;
  /** When it happened, in whole seconds; messages come in any order. */
  readonly createdAt: Date;
  readonly orderId?: string;
  readonly intentId?: string;
}

/**
 * - `unsigned`: nobody says who it is from.
 * - `bad-signature`: somebody else, or other words than were signed.
 * - `too-old`: signed by the provider, and kept by somebody; or dated ahead, to be kept for later.
 * - `unreadable`: from the provider, and not what we know of it.
 */
export type WebhookRefusal = 'unsigned' | 'bad-signature' | 'too-old' | 'unreadable';

export class WebhookRefusedError extends Error {
  override readonly name = 'WebhookRefusedError';

  constructor(readonly code: WebhookRefusal) {
    super(`the message is refused: ${code}`);
  }
}

const TOLERANCE_S = 300;
const ANY_AGE = 0;

const id = z.string().min(1).max(255);
const message = z.object({
  id,
  type: z.string().min(1).max(255),
  created: z.int().min(0),
  data: z.object({
    object: z.object({
      object: z.string(),
      id: id.optional(),
      payment_intent: z.union([id, z.object({ id })]).nullish(),
      metadata: z.object({ order_id: id.optional().catch(undefined) }).nullish(),
    }),
  }),
});

/**
 * @param raw the body as it came: the signature is about its bytes
 * @param secrets all that are valid now, so that one can be replaced while messages come in
 * @throws WebhookRefusedError
 */
export function readProviderMessage(
  raw: Buffer,
  signature: string | undefined,
  secrets: readonly string[],
  now: Date,
): ProviderMessage {
  if (!signature) throw new WebhookRefusedError('unsigned');
  const signedWithin = (toleranceS: number): boolean =>
    secrets.some((secret) => isSigned({ raw, signature, secret, toleranceS, now }));
  if (!signedWithin(TOLERANCE_S)) {
    throw new WebhookRefusedError(signedWithin(ANY_AGE) ? 'too-old' : 'bad-signature');
  }
  if (signedAtS(signature) > now.getTime() / 1000 + TOLERANCE_S) {
    throw new WebhookRefusedError('too-old');
  }
  return read(raw);
}

/**
 * The time that was signed, read as the package reads it: the last one counts, by its leading digits.
 * It looks at the age only, so that a message dated ahead would be good for as long as that.
 */
const signedAtS = (signature: string): number =>
  signature
    .split(',')
    .map((part) => part.split('='))
    .reduce((last, [name, value = '']) => (name === 't' ? Number.parseInt(value, 10) : last), NaN);

interface Signed {
  readonly raw: Buffer;
  readonly signature: string;
  readonly secret: string;
  readonly toleranceS: number;
  readonly now: Date;
}

/** The package throws errors of several kinds, also over a header that it cannot take apart. */
function isSigned({ raw, signature, secret, toleranceS, now }: Signed): boolean {
  try {
    const check = Stripe.webhooks.signature;
    const at = now.getTime();
    return check?.verifyHeader(raw, signature, secret, toleranceS, undefined, at) ?? false;
  } catch {
    return false;
  }
}

function read(raw: Buffer): ProviderMessage {
  const { id: messageId, type, created, data } = parse(raw);
  const { object } = data;
  const orderId = object.metadata?.order_id;
  const about = object.object === 'payment_intent' ? object.id : object.payment_intent;
  const intentId = typeof about === 'object' ? about?.id : about;
  return {
    messageId,
    type,
    createdAt: new Date(created * 1000),
    ...(orderId !== undefined && { orderId }),
    ...(intentId !== undefined && { intentId }),
  };
}

function parse(raw: Buffer): z.output<typeof message> {
  try {
    return message.parse(JSON.parse(raw.toString('utf8')));
  } catch {
    throw new WebhookRefusedError('unreadable');
  }
}
