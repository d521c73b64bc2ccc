import type { Database } from '#messaging';
import { gauge, Reading } from '#platform';
import { differencesLately } from '../persistence/reconciliation-rows.js';

const databases = new Map<Pick<Database, 'query'>, Reading<number>>();

/**
 * Shows what differs until the answer is called. Out of the database: all replicas tell the same,
 * also after a restart, and until the day was compared again and found well.
 */
export function watchDifferences(database: Pick<Database, 'query'>): () => void {
  databases.set(database, new Reading(() => differencesLately(database)));
  return () => void databases.delete(database);
}

gauge({
  name: 'accounting_reconciliation_differences',
  help: 'What differs from the books of others, on the days of the last week as they were compared last',
  async collect() {
    const read = await Promise.all([...databases.values()].map((reading) => reading.latest()));
    if (read.every((count) => count === undefined)) return;
    this.set(read.reduce<number>((sum, count) => sum + (count ?? 0), 0));
  },
});
