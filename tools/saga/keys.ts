/** Keys of the admin API, made and revoked beside the database: the first one can be made no other way. */
import { userInfo } from 'node:os';
import type { Database } from '#messaging';
import type { KeyActor, KeyDesk } from '../../apps/orchestrator/src/access/key-desk.js';
import { listKeys, type ApiKey } from '../../apps/orchestrator/src/persistence/api-keys.js';
import { UsageError } from '../sagas/arguments.js';
import { formatTable } from '../stack/table.js';
import type { SagaCommand } from './command.js';
import { withKeyDesk } from './key-database.js';
import { readKeysArguments, type KeysArguments } from './keys-arguments.js';

const help = `Makes, lists and revokes keys of the admin API, in the orchestrator's own database: for the first
key, and for the day on which none is left. Otherwise approvers do it by POST /admin/keys.

  npm run saga -- keys create --role <reader|operator|approver> --owner <name>
  npm run saga -- keys list
  npm run saga -- keys revoke <key id>

  --owner NAME      whom the key is for: small letters, digits and . _ @ -
  --reason TEXT     for those who ask later
  --json            for scripts
  --database URL    the orchestrator's database; default: that of the running stack, else DATABASE_URL

A new key is written to standard output, and nowhere else: only its hash is kept.`;

const PAGE = 200;

const actorOf = (reason: string): KeyActor => ({
  actor: { owner: `${userInfo().username} at the command line` },
  reason,
});

async function run(args: readonly string[]): Promise<number> {
  const asked = readKeysArguments(args);
  await withKeyDesk(asked.databaseUrl, (desk, database) => answer(desk, database, asked));
  return 0;
}

async function answer(desk: KeyDesk, database: Database, asked: KeysArguments): Promise<void> {
  switch (asked.action) {
    case 'create': {
      const { owner, role, reason, json } = asked;
      const { key, apiKey } = await desk.create(owner, role, actorOf(reason));
      if (json) return console.log(JSON.stringify({ ...key, apiKey }));
      console.error(`A key of the role ${role} for ${owner}, shown this once:`);
      return console.log(apiKey);
    }
    case 'list':
      return show(await allKeys(database), asked.json);
    case 'revoke': {
      const revoked = await desk.revoke(asked.keyId, actorOf(asked.reason));
      if (!revoked) throw new UsageError(`there is no key ${asked.keyId}; "keys list" shows them`);
      if (asked.json) return console.log(JSON.stringify(revoked));
      return console.log(`The key ${asked.keyId} of ${revoked.owner} is refused from now on.`);
    }
  }
}

async function allKeys(database: Database): Promise<ApiKey[]> {
  const all: ApiKey[] = [];
  for (let last: ApiKey | undefined, page: ApiKey[]; ; last = page.at(-1)) {
    page = await listKeys(database, { ...(last && { before: last.keyId }), limit: PAGE });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

function show(all: readonly ApiKey[], json: boolean): void {
  if (json) return console.log(JSON.stringify(all));
  if (all.length === 0) return console.log('There are no keys.');
  const rows = all.map(({ keyId, owner, role, createdAt, revokedAt }) => [
    ...[keyId, owner, role, `made ${createdAt.toISOString()}`],
    revokedAt === null ? '' : `revoked ${revokedAt.toISOString()}`,
  ]);
  console.log(formatTable(rows, ''));
}

export const keys: SagaCommand = {
  about: 'makes, lists and revokes keys of the admin API',
  help,
  run,
};
