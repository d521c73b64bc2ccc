/** What the provider tells us, as Stripe tells it: an event, signed over its bytes. */
import Stripe from 'stripe';
import { z } from 'zod';

export interface ProviderMessage {
  /** The provider's; the same when it is sent again. */
  readonly messageId: string;
  readonly type: string;
  readonly createdAt: Date;
  readonly intentId?: string;
  /** As we named it to the provider. */
  readonly orderId?: string;
}

export type WebhookRefusal = 'unsigned' | 'bad-signature' | 'too-old' | 'unreadable';

/** The message is not taken; nothing of it is repeated here. */
export class WebhookRefusedError extends Error {
  override readonly name = 'WebhookRefusedError';

  constructor(readonly code: WebhookRefusal) {
    super(`a message of the payment provider is refused: ${code}`);
  }
}

const TOLERANCE_S = 300;
const checker = checkerOf(Stripe.webhooks);

const text = z.string().min(1).max(255);
const event = z.object({
  id: text,
  type: text,
  created: z.int().min(0),
  data: z.object({
    object: z.object({
      id: text,
      object: z.string(),
      payment_intent: text.nullish(),
      metadata: z.record(z.string(), z.string()).nullish(),
    }),
  }),
});

const orderIdOf = (metadata: Readonly<Record<string, string>> | null | undefined) =>
  z.uuid().safeParse(metadata?.['order_id']).data?.toLowerCase();

/**
 * The signature is compared in constant time, and against each secret, so that one can be replaced
 * while messages are under way.
 * @throws WebhookRefusedError
 */
export function readProviderMessage(
  raw: Buffer,
  signature: string | undefined,
  secrets: readonly string[],
  now: Date,
): ProviderMessage {
  if (signature === undefined || signature === '') throw new WebhookRefusedError('unsigned');
  const refusals = secrets.map((secret) => refusalOf(raw, signature, secret, now));
  if (!refusals.includes(undefined)) {
    throw new WebhookRefusedError(refusals.includes('too-old') ? 'too-old' : 'bad-signature');
  }
  const parsed = event.safeParse(jsonOf(raw));
  if (!parsed.success) throw new WebhookRefusedError('unreadable');
  const { id, type, created, data } = parsed.data;
  const { object } = data;
  const intentId = object.object === 'payment_intent' ? object.id : object.payment_intent;
  const orderId = orderIdOf(object.metadata);
  return {
    ...{ messageId: id, type, createdAt: new Date(created * 1000) },
    ...(intentId && { intentId }),
    ...(orderId !== undefined && { orderId }),
  };
}

function refusalOf(
  raw: Buffer,
  signature: string,
  secret: string,
  now: Date,
): 'bad-signature' | 'too-old' | undefined {
  try {
    checker.verifyHeader(raw, signature, secret, TOLERANCE_S, undefined, now.getTime());
    return undefined;
  } catch (error) {
    const isOld = error instanceof Error && /tolerance/i.test(error.message);
    return isOld ? 'too-old' : 'bad-signature';
  }
}

function checkerOf({ signature }: typeof Stripe.webhooks) {
  if (!signature) throw new Error('the package that checks signatures has no checker');
  return signature;
}

function jsonOf(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    return undefined;
  }
}
