/** Keys of merchants: shown once, when they are made; kept as a hash only. */
import { randomBytes } from 'node:crypto';
import { newApiKey } from '#platform';
import type { KeptKey } from './merchant.js';

export interface NewKey {
  readonly kept: KeptKey;
  /** For its holder; nobody can tell it again. */
  readonly apiKey: string;
}

const ID_BYTES = 8;

export function newKey(label: string, createdAt: string): NewKey {
  const keyId = randomBytes(ID_BYTES).toString('hex');
  const { apiKey, hash } = newApiKey('mk', keyId);
  return { kept: { keyId, hash, label, createdAt }, apiKey };
}
