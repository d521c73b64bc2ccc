export { Journal } from './journal.js';
export { DAY_MS, IdempotencyKeys, fingerprintOf } from './idempotency-keys.js';
export type { Answer, RememberedAnswer } from './idempotency-keys.js';
export { Mood } from './mood.js';
export { pageOf, pageQuery, shownAs } from './paging.js';
export type { PageTable } from './page.js';
export {
  ProviderError,
  addProviderRoutes,
  createSandboxApp,
  listen,
  requireBearer,
} from './http.js';
export type { Sandbox, SandboxListening } from './http.js';
export { journalFile, listeningOf, sandboxSettings } from './settings.js';
