/** What effect workers show at `/metrics`. A run is a call to somebody else, so each may be timed. */
import { counter, gauge, histogram, Reading } from '#platform';
import type { Database } from '#messaging';

const LABELS = ['worker'] as const;

const runSeconds = histogram({
  name: 'effect_run_seconds',
  help: 'Time of a run of an effect worker: what it asked of others, without the writing of it',
  labelNames: ['worker', 'outcome'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});
const givenUp = counter({
  name: 'effect_given_up_total',
  help: 'Effects that were given up: nobody tries them again until they are wanted once more',
  labelNames: LABELS,
});

export const observeRun = (worker: string, outcome: 'done' | 'failed', ms: number): void =>
  runSeconds.observe({ worker, outcome }, ms / 1_000);
export const countGivenUp = (worker: string): void => givenUp.inc({ worker });

interface WorkerState {
  readonly name: string;
  readonly database: Pick<Database, 'query'>;
  readonly running: () => number;
  readonly queued: () => number;
}

interface Backlog {
  readonly due: number;
  readonly waiting: number;
  readonly givenUp: number;
  readonly oldestS: number;
}

// `due_at` of a task that is being driven is the end of its lease.
const BACKLOG = `
  select count(*) filter (where due_at <= now())::int as due,
         count(*) filter (where due_at > now() and due_at < 'infinity'
                            and lease_token is null)::int as waiting,
         count(*) filter (where due_at = 'infinity')::int as "givenUp",
         greatest(0, coalesce(extract(epoch from now() - min(due_at)), 0))::float8 as "oldestS"
    from effect_task where worker = $1`;

const workers = new Map<WorkerState, Reading<Backlog>>();

/** Shows these workers until the answer is called. */
export function watchWorkers(state: WorkerState): () => void {
  const read = async (): Promise<Backlog> => {
    const [backlog] = await state.database.query<Backlog>(BACKLOG, [state.name]);
    return backlog ?? { due: 0, waiting: 0, givenUp: 0, oldestS: 0 };
  };
  // So that the first one is seen as one more: a counter that begins with 1 has not grown.
  givenUp.inc({ worker: state.name }, 0);
  workers.set(state, new Reading(read));
  return () => void workers.delete(state);
}

gauge({
  name: 'effect_running',
  help: 'Runs under way in this process, and taken ones that wait for a place',
  labelNames: ['worker', 'state'],
  collect() {
    this.reset();
    for (const { name: worker, running, queued } of workers.keys()) {
      this.set({ worker, state: 'running' }, running());
      this.set({ worker, state: 'queued' }, queued());
    }
  },
});

function backlogGauge(name: string, help: string, of: (backlog: Backlog) => number): void {
  gauge({
    name,
    help,
    labelNames: LABELS,
    async collect() {
      const read = await Promise.all(
        [...workers].map(
          async ([worker, reading]) => [worker.name, await reading.latest()] as const,
        ),
      );
      this.reset();
      for (const [worker, backlog] of read) if (backlog) this.set({ worker }, of(backlog));
    },
  });
}

backlogGauge(
  'effect_due',
  'Effects that could be run now, and are not, in the database of the service',
  ({ due }) => due,
);
backlogGauge(
  'effect_waiting',
  'Effects that wait for their next try, in the database of the service',
  ({ waiting }) => waiting,
);
backlogGauge(
  'effect_given_up',
  'Effects that were given up and lie there, in the database of the service',
  ({ givenUp: count }) => count,
);
backlogGauge(
  'effect_oldest_due_seconds',
  'How long the effect that has been due longest has been so',
  ({ oldestS }) => oldestS,
);
