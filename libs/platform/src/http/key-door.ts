/** Where callers show their key, and what they are told when it does not open. */
import { applyDecorators } from '@nestjs/common';
import { ApiForbiddenResponse, ApiSecurity, ApiUnauthorizedResponse } from '@nestjs/swagger';
import { isKeyOf, keyIdIn, type ApiKeyKind } from '../api-key.js';
import { ProblemException } from './problem.js';

const HEADER = 'X-API-Key';
/** In the OpenAPI document. */
export const KEY_SCHEME = 'api-key';
export const KEY_SECURITY = { type: 'apiKey', in: 'header', name: HEADER } as const;

export interface KeyDoor<Kept extends { readonly hash: string }> {
  /** Of `WWW-Authenticate`. */
  readonly realm: string;
  readonly kind: ApiKeyKind;
  /** How to come by a key; a sentence. */
  readonly hint: string;
  /**
   * One read by a primary key; asked for what looks like a key, and never remembers.
   * @returns undefined for a key that there is not, or no longer
   */
  find(keyId: string): Promise<Kept | undefined>;
}

export interface KeyRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * What is kept of the key that a request shows.
 * @throws ProblemException 401 where it shows none, or none that is good
 */
export async function holderOf<Kept extends { readonly hash: string }>(
  { headers }: KeyRequest,
  door: KeyDoor<Kept>,
): Promise<Kept> {
  const apiKey = headers[HEADER.toLowerCase()];
  if (apiKey === undefined) throw noKey(door);
  // twice the same header is a list, and no key either
  const text = String(apiKey);
  const keyId = keyIdIn(door.kind, text);
  const kept = keyId === undefined ? undefined : await door.find(keyId);
  if (kept && isKeyOf(text, kept.hash)) return kept;
  throw badKey(door);
}

type Sign = Pick<KeyDoor<{ readonly hash: string }>, 'realm' | 'hint'>;

const noKey = (door: Sign): ProblemException =>
  new ProblemException(
    401,
    'A key is needed',
    `Send your key in the header ${HEADER}. ${door.hint}`,
    { code: 'key-missing' },
    challenge(door),
  );

/** The same for a key that there never was and for one that is revoked: nothing to learn by trying. */
const badKey = (door: Sign): ProblemException =>
  new ProblemException(
    401,
    'The key is not good',
    `The key in ${HEADER} is not known, or it is revoked. ${door.hint}`,
    { code: 'key-unknown' },
    challenge(door, 'invalid_key'),
  );

export const tooLittle = (
  door: Sign,
  { keyId, owner, role }: { readonly keyId: string; readonly owner: string; readonly role: string },
  needed: string,
): ProblemException =>
  new ProblemException(
    403,
    'The key may not do this',
    `This needs the role ${needed}; the key ${keyId} of ${owner} has the role ${role}. ${door.hint}`,
    { code: 'role-too-low', role, needed },
    challenge(door, 'insufficient_role'),
  );

const challenge = ({ realm }: Sign, error?: string): Readonly<Record<string, string>> => ({
  'www-authenticate':
    `ApiKey realm="${realm}", header="${HEADER}"` +
    (error === undefined ? '' : `, error="${error}"`),
});

/** Describes to the OpenAPI document that a key is needed. @param forbidden what 403 means, if there is any */
export const NeedsKey = (forbidden?: string): ClassDecorator & MethodDecorator =>
  applyDecorators(
    ApiSecurity(KEY_SCHEME),
    ApiUnauthorizedResponse({ description: `No key in ${HEADER}, or none that is good.` }),
    ...(forbidden === undefined ? [] : [ApiForbiddenResponse({ description: forbidden })]),
  );
