/** Makes the keys that are missing, or not good any more; those that are stay as they are. */
import { roleUrl, waitFor, type AppName } from '#testing';
import { keyIdIn, type AccessRole } from '#platform';
import { withKeyDesk } from '../saga/key-database.js';
import {
  readKeysFile,
  STACK_KEY_NAMES,
  STACK_KEYS,
  writeKeysFile,
  type StackKeys,
} from './keys-file.js';
import { appUrl, stackPaths, StackProblem, type StackSettings } from './settings.js';

/** What the stack calls the keys that it makes, at the merchant service and in the audit. */
const MADE_BY = 'npm start';
const HEARD_OF_WITHIN_MS = 60_000;

/** @returns those that were made now */
export async function makeStackKeys(
  settings: StackSettings,
  postgresUrl: string,
  names: readonly AppName[],
): Promise<string[]> {
  const file = stackPaths(settings).keys;
  const before = readKeysFile(file);
  const keys: StackKeys = { ...before };
  const url = (name: AppName) => (names.includes(name) ? appUrl(settings, name) : undefined);
  const [orchestrator, merchant, order] = [url('orchestrator'), url('merchant'), url('order')];
  for (const name of STACK_KEY_NAMES) {
    const holder = STACK_KEYS[name];
    if ('role' in holder) {
      if (orchestrator === undefined) continue;
      keys[name] = await roleKey(
        orchestrator,
        roleUrl(postgresUrl, 'orchestrator'),
        holder,
        keys[name],
      );
    } else if (merchant !== undefined) {
      keys[name] = await merchantKey(`${merchant}/merchants/${holder.merchantId}`, keys[name]);
      if (order !== undefined) await untilTaken(`${order}/orders?limit=1`, keys[name]);
    }
    // at once, one by one: a key that is in no file is lost
    if (keys[name] !== before[name]) writeKeysFile(file, keys);
  }
  return STACK_KEY_NAMES.filter((name) => keys[name] !== before[name]);
}

async function roleKey(
  orchestrator: string,
  databaseUrl: string,
  { role, owner }: { readonly role: AccessRole; readonly owner: string },
  apiKey: string | undefined,
): Promise<string> {
  if (apiKey !== undefined) {
    const { status, body } = await ask(`${orchestrator}/admin/me`, { apiKey });
    if (status === 200 && (body as { role?: unknown }).role === role) return apiKey;
  }
  const by = { actor: { owner: MADE_BY }, reason: 'for whoever tries things on this machine' };
  const made = await withKeyDesk(databaseUrl, (desk) => desk.create(owner, role, by));
  return made.apiKey;
}

interface MerchantView {
  readonly apiKeys: readonly { readonly keyId: string; readonly label: string }[];
}

async function merchantKey(url: string, apiKey: string | undefined): Promise<string> {
  const { apiKeys } = (await mustAnswer('GET', url)) as MerchantView;
  const keyId = apiKey === undefined ? undefined : keyIdIn('mk', apiKey);
  if (apiKey !== undefined && apiKeys.some((key) => key.keyId === keyId)) return apiKey;
  // A merchant has so many keys at most, and nobody knows those of a file that is gone.
  for (const lost of apiKeys.filter(({ label }) => label === MADE_BY)) {
    await mustAnswer('DELETE', `${url}/api-keys/${lost.keyId}`);
  }
  const made = await mustAnswer('POST', `${url}/api-keys`, { label: MADE_BY });
  return (made as { readonly apiKey: string }).apiKey;
}

/** The order service hears of a key a moment after it was made. */
const untilTaken = (url: string, apiKey: string | undefined): Promise<unknown> =>
  waitFor(async () => (await ask(url, { apiKey: apiKey ?? '' })).status === 200, {
    ...{ what: 'the order service to hear of the key of its merchant', intervalMs: 100 },
    timeoutMs: HEARD_OF_WITHIN_MS,
  });

async function mustAnswer(method: string, url: string, json?: object): Promise<unknown> {
  const { status, body } = await ask(url, { method, json });
  if (status < 300) return body;
  throw new StackProblem(`${method} ${url} answered ${status}: ${JSON.stringify(body)}`);
}

async function ask(
  url: string,
  { method = 'GET', json, apiKey }: { method?: string; json?: object | undefined; apiKey?: string },
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(json && { 'content-type': 'application/json' }),
      ...(apiKey !== undefined && { 'x-api-key': apiKey }),
    },
    ...(json && { body: JSON.stringify(json) }),
    signal: AbortSignal.timeout(15_000),
  });
  return { status: response.status, body: await response.json() };
}
