import type { AccessRole } from '#platform';
import { runSql } from './postgres/databases.js';

/**
 * A key of the admin API for who tries things, made in the orchestrator's database. Its tables must be
 * there: the orchestrator makes them when it starts.
 * @param url of the database
 */
export async function makeAdminKey(url: string, role: AccessRole, owner: string): Promise<string> {
  // Not before it is wanted: commands that need only a folder of this library start four times as fast.
  const { newApiKey, runtime } = await import('#platform');
  const keyId = runtime.uuid();
  const { apiKey, hash } = newApiKey('sk', keyId);
  await runSql(url, [
    `insert into api_key (key_id, owner, role, hash, created_at)
     values ('${keyId}', '${owner}', '${role}', '${hash}', now())`,
  ]);
  return apiKey;
}
