import { Outbox, PostgresOutboxStorage, type Database } from '#messaging';
import { KeyDesk } from '../../apps/orchestrator/src/access/key-desk.js';
import { UsageError } from '../sagas/arguments.js';
import { openSagaDatabase } from '../sagas/stored-sagas.js';

const nothing = () => undefined;
const quiet = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/**
 * The keys in the orchestrator's own database, for work that nobody could ask the orchestrator for. What
 * is to be told of it is written beside the keys: the orchestrator finds it, and tells it.
 * @param url undefined for the database of the running stack
 * @throws UsageError when there is no such database, or it has no tables for this
 */
export async function withKeyDesk<T>(
  url: string | undefined,
  work: (desk: KeyDesk, database: Database) => Promise<T>,
): Promise<T> {
  const database = await openSagaDatabase(url);
  const outbox = new Outbox({
    owner: 'saga keys',
    storage: new PostgresOutboxStorage(database),
    broker: { send: () => Promise.reject(new Error('this is left to the orchestrator')) },
    log: quiet,
  });
  try {
    return await work(new KeyDesk(outbox), database);
  } catch (error) {
    // no such table, or none for today's messages
    const isOlder = ['42P01', '23514'].includes(String((error as { code?: unknown }).code));
    if (!isOlder) throw error;
    throw new UsageError(
      'this database is not ready for keys: start the orchestrator, which makes its tables',
    );
  } finally {
    await outbox.stop();
    await database.close();
  }
}
