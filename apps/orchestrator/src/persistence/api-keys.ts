import type { Tx } from '#messaging';
import type { AccessRole, Caller, KeptAccess } from '#platform';

/** Anything that runs a statement: the database itself, or a transaction. */
type Queries = Pick<Tx, 'query'>;

/** A key as it is shown. */
export interface ApiKey extends Caller {
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

const COLUMNS = `key_id as "keyId", owner, role, created_at as "createdAt", revoked_at as "revokedAt"`;

/** One that is good: asked for with each request, by its primary key. */
export async function findGoodKey(
  database: Queries,
  keyId: string,
): Promise<KeptAccess | undefined> {
  const [row] = await database.query<KeptAccess>(
    `select key_id as "keyId", owner, role, hash from api_key
      where key_id = $1 and revoked_at is null`,
    [keyId],
  );
  return row;
}

/** Those of them that are still good. */
export async function goodKeysOf(
  database: Queries,
  keyIds: readonly string[],
): Promise<Set<string>> {
  const rows = await database.query<{ key_id: string }>(
    'select key_id from api_key where key_id = any($1::uuid[]) and revoked_at is null',
    [keyIds],
  );
  return new Set(rows.map((row) => row.key_id));
}

export async function insertKey(
  tx: Tx,
  key: Omit<ApiKey, 'revokedAt'> & { readonly hash: string },
): Promise<void> {
  await tx.query(
    'insert into api_key (key_id, owner, role, hash, created_at) values ($1, $2, $3, $4, $5)',
    [key.keyId, key.owner, key.role, key.hash, key.createdAt.toISOString()],
  );
}

/**
 * @returns the key, and whether it was good until now; undefined for one that there never was
 */
export async function revokeKey(
  tx: Tx,
  keyId: string,
  at: Date,
): Promise<{ readonly key: ApiKey; readonly isChanged: boolean } | undefined> {
  const [revoked] = await tx.query<ApiKey>(
    `update api_key set revoked_at = $2 where key_id = $1 and revoked_at is null
      returning ${COLUMNS}`,
    [keyId, at.toISOString()],
  );
  if (revoked) return { key: revoked, isChanged: true };
  const [before] = await tx.query<ApiKey>(`select ${COLUMNS} from api_key where key_id = $1`, [
    keyId,
  ]);
  return before && { key: before, isChanged: false };
}

export interface KeyQuery {
  /** Only keys that were made before this one. */
  readonly before?: string;
  readonly owner?: string;
  readonly role?: AccessRole;
  readonly limit: number;
}

const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Newest first, those that are revoked among them. There are as many as people and programs. */
export const listKeys = (
  database: Queries,
  { before = LAST_ID, owner, role, limit }: KeyQuery,
): Promise<ApiKey[]> =>
  database.query<ApiKey>(
    `select ${COLUMNS} from api_key
      where key_id < $1 and ($2::text is null or owner = $2) and ($3::text is null or role = $3)
      order by key_id desc limit $4`,
    [before, owner ?? null, role ?? null, limit],
  );
