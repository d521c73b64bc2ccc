import { createHash } from 'node:crypto';
import type { Tx } from '#messaging';

const ROWS = 2_000;

/**
 * SHA-256 over all rows of all selects, in their order, of the tables that are in the path. Rows come
 * through a cursor: there may be more than fit into memory, or into the time that one statement has.
 */
export async function hashOfFigures(tx: Tx, selects: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const select of selects) {
    await tx.query(
      `declare figures no scroll cursor for select to_json(f)::text as line from (${select}) as f`,
    );
    for (;;) {
      const rows = await tx.query<{ line: string }>(`fetch ${ROWS} from figures`);
      for (const { line } of rows) hash.update(line).update('\n');
      if (rows.length < ROWS) break;
    }
    await tx.query('close figures');
    hash.update('\f');
  }
  return hash.digest('hex');
}
