/** A signature as Stripe makes it: of the time and the body, so that neither can be changed. */
import { createHmac } from 'node:crypto';
import type { WebhookTarget } from './webhook-sender.js';

export const stripeSignature =
  (secret: string): WebhookTarget['sign'] =>
  (body, nowMs) => {
    const t = Math.floor(nowMs / 1000);
    const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
    return { 'stripe-signature': `t=${t},v1=${v1}` };
  };
