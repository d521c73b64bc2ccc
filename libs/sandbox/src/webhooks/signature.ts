/** Signatures of the time and the body, so that neither can be changed: `t=…,v1=…`. */
import { createHmac } from 'node:crypto';
import type { WebhookTarget } from './webhook-sender.js';

/** @param header in lower case */
export const timedSignature =
  (header: string, secret: string): WebhookTarget['sign'] =>
  (body, nowMs) => {
    const t = Math.floor(nowMs / 1000);
    const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
    return { [header]: `t=${t},v1=${v1}` };
  };

/** As Stripe makes it. */
export const stripeSignature = (secret: string): WebhookTarget['sign'] =>
  timedSignature('stripe-signature', secret);
