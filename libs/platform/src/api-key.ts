/** Keys that callers hold: shown once, when they are made; kept as a hash only. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What the id of a key looks like. `sk`: who looks after sagas; `mk`: a merchant. */
const IDS = {
  sk: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  mk: '[0-9a-f]{16}',
} as const;
export type ApiKeyKind = keyof typeof IDS;

/** 256 bits: nobody guesses one, so that a hash without salt and stretching protects it well. */
const SECRET_BYTES = 32;
const SECRET = '[A-Za-z0-9_-]{43}';

const PATTERNS = Object.fromEntries(
  Object.entries(IDS).map(([kind, id]) => [kind, new RegExp(`^${kind}_(${id})_${SECRET}$`)]),
) as Record<ApiKeyKind, RegExp>;

export interface NewApiKey {
  /** `<kind>_<id>_<secret>`: the id may be shown and told, the rest may not. For its holder alone. */
  readonly apiKey: string;
  /** SHA-256 of the whole key, hex: what is kept. */
  readonly hash: string;
}

/** @param keyId a UUID for `sk`, 16 hex digits for `mk`; by it the key is found again */
export function newApiKey(kind: ApiKeyKind, keyId: string): NewApiKey {
  const apiKey = `${kind}_${keyId}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { apiKey, hash: sha256(apiKey).toString('hex') };
}

/** The id in a key; undefined for a text that is no such key, and need not be looked for. */
export const keyIdIn = (kind: ApiKeyKind, text: string): string | undefined =>
  PATTERNS[kind].exec(text)?.[1];

/** Takes as long for every wrong key. @param hash as `newApiKey` made it */
export const isKeyOf = (apiKey: string, hash: string): boolean =>
  timingSafeEqual(sha256(apiKey), Buffer.from(hash, 'hex'));

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Keys of every kind, also where one was cut off, or stands in an address. */
const ANY_KEY = new RegExp(`((?:${Object.keys(IDS).join('|')})_[0-9a-f-]{16,36}_)[\\w-]{8,}`, 'g');

/** A text as it may be shown and logged: of each key in it the id alone. */
export const withoutKeys = (text: string): string =>
  text.includes('k_') ? text.replace(ANY_KEY, '$1[secret]') : text;
