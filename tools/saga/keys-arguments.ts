import { parseArgs } from 'node:util';
import { accessRoles, type AccessRole } from '#platform';
import { OWNER, OWNER_SHAPE } from '../../apps/orchestrator/src/access/key-desk.js';
import { UsageError } from '../sagas/arguments.js';

interface Common {
  /** Of the orchestrator's database; undefined for that of the running stack. */
  readonly databaseUrl: string | undefined;
  readonly json: boolean;
}

export type KeysArguments = Common &
  (
    | {
        readonly action: 'create';
        readonly owner: string;
        readonly role: AccessRole;
        readonly reason: string;
      }
    | { readonly action: 'list' }
    | { readonly action: 'revoke'; readonly keyId: string; readonly reason: string }
  );

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MAX_REASON = 500;

/** @throws UsageError */
export function readKeysArguments(args: readonly string[]): KeysArguments {
  const { values, positionals } = parse(args);
  const [action, ...words] = positionals;
  const common = { databaseUrl: values.database, json: values.json === true };
  const reason = reasonOf(values.reason);
  const noMore = (more: readonly string[]): void => {
    if (more.length > 0) throw new UsageError(`'${more.join(' ')}' is not understood; see --help`);
  };
  switch (action) {
    case 'create':
      noMore(words);
      return { ...common, action, ...holderOf(values), reason };
    case 'list':
      noMore(words);
      return { ...common, action };
    case 'revoke': {
      const [keyId = '', ...more] = words;
      noMore(more);
      if (!UUID.test(keyId)) {
        throw new UsageError('revoke wants the id of a key, which "keys list" shows');
      }
      return { ...common, action, keyId, reason };
    }
    default:
      throw new UsageError('what is to be done? create, list or revoke; see --help');
  }
}

function holderOf({ role: wanted, owner }: { role?: string; owner?: string }) {
  const role = accessRoles.find((known) => known === wanted);
  if (role === undefined) throw new UsageError(`--role must be one of: ${accessRoles.join(', ')}`);
  if (owner !== undefined && OWNER.test(owner)) return { role, owner };
  throw new UsageError(`--owner must be ${OWNER_SHAPE}`);
}

function reasonOf(reason = 'no reason given'): string {
  if (reason.trim() !== '' && reason.length <= MAX_REASON) return reason;
  throw new UsageError(`--reason must have 1 to ${MAX_REASON} characters`);
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        owner: { type: 'string' },
        role: { type: 'string' },
        reason: { type: 'string' },
        database: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};
