/** Keys of merchants: shown once, when they are made; kept as a hash only. */
import { createHash, randomBytes } from 'node:crypto';
import type { KeptKey } from './merchant.js';

export interface NewKey {
  readonly kept: KeptKey;
  /** For its holder; nobody can tell it again. */
  readonly apiKey: string;
}

/** 256 bits: nobody guesses one, so that a hash without salt and stretching protects it well. */
const SECRET_BYTES = 32;
const ID_BYTES = 8;

/** `mk_<id>_<secret>`: the id may be shown and told, the rest may not. */
export function newKey(label: string, createdAt: string): NewKey {
  const keyId = randomBytes(ID_BYTES).toString('hex');
  const apiKey = `mk_${keyId}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { kept: { keyId, hash: hashOf(apiKey), label, createdAt }, apiKey };
}

export const hashOf = (apiKey: string): string => createHash('sha256').update(apiKey).digest('hex');
