import { gauge, Reading } from '#platform';
import type { Database } from '#messaging';

interface Parked {
  readonly count: number;
}

const databases = new Map<Pick<Database, 'query'>, Reading<Parked>>();

/** Shows the parked commands of this database until the answer is called. */
export function watchParked(database: Pick<Database, 'query'>): () => void {
  const read = async (): Promise<Parked> => {
    const [parked] = await database.query<Parked>(
      'select count(*)::int as count from parked_command',
    );
    return parked ?? { count: 0 };
  };
  databases.set(database, new Reading(read));
  return () => void databases.delete(database);
}

gauge({
  name: 'participant_parked_commands',
  help: 'Commands whose handling failed, and which wait for their next try',
  async collect() {
    const read = await Promise.all([...databases.values()].map((reading) => reading.latest()));
    if (read.every((parked) => parked === undefined)) return;
    this.set(read.reduce((sum, parked) => sum + (parked?.count ?? 0), 0));
  },
});
