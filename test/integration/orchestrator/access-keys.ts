import { newId, type Database } from '#messaging';
import { newApiKey, type AccessRole } from '#platform';
import { insertKey } from '../../../apps/orchestrator/src/persistence/api-keys.js';

/** A key of the admin API that is good, for tests that are not about how keys are made. */
export async function keyOf(database: Database, role: AccessRole, owner = 'test'): Promise<string> {
  const keyId = newId();
  const { apiKey, hash } = newApiKey('sk', keyId);
  await insertKey(database, { keyId, owner, role, hash, createdAt: new Date() });
  return apiKey;
}
