export { Journal } from './journal.js';
export { DAY_MS, IdempotencyKeys, fingerprintOf } from './idempotency-keys.js';
export type { Answer, RememberedAnswer } from './idempotency-keys.js';
export { Mood } from './mood.js';
export { pageOf, pageQuery, shownAs } from './paging.js';
export { escapeHtml } from './page.js';
export type { Cell, PageTable } from './page.js';
export {
  ProviderError,
  addProviderRoutes,
  createSandboxApp,
  listen,
  plainError,
  requireBearer,
} from './http.js';
export type { Sandbox, SandboxListening } from './http.js';
export {
  journalFile,
  listeningOf,
  sandboxSettings,
  webhookSettings,
  webhooksTogether,
} from './settings.js';
export { stripeSignature, timedSignature } from './webhooks/signature.js';
export { WebhookBooks } from './webhooks/webhook-books.js';
export type { WebhookEntry } from './webhooks/webhook-books.js';
export { isTold, webhookSenderOf } from './webhooks/telling.js';
export type { SandboxTelling } from './webhooks/telling.js';
