/** Who takes part, with what was found best for each (bench/README.md says what was tried). */

export interface ContenderSpec {
  /** For `--only` and in the JSON. */
  readonly name: string;
  /** In tables and plots. */
  readonly title: string;
  /** Its program: below the project's folder, or of the build when it begins with `dist/`. */
  readonly main: string;
  /** Given to it as BENCH_VARIANT. */
  readonly variant?: string;
  /** Sagas at a time with which it gets the most done. */
  readonly inFlight: number;
  /** What must be there before it can start. */
  readonly needs: readonly Need[];
}

export type Need = 'packages' | 'temporal-server';

/** The first one is what the others are compared with. */
export const CONTENDERS: readonly ContenderSpec[] = [
  {
    name: 'own',
    title: 'this project, over Kafka',
    main: 'dist/tools/bench/own/main.js',
    inFlight: 800,
    needs: [],
  },
  {
    name: 'dbos',
    title: 'DBOS',
    main: 'bench/dbos/main.ts',
    inFlight: 32,
    needs: ['packages'],
  },
  {
    name: 'restate-services',
    title: 'Restate, steps as services',
    main: 'bench/restate/main.ts',
    variant: 'services',
    inFlight: 400,
    needs: ['packages'],
  },
  {
    name: 'restate',
    title: 'Restate, steps in process',
    main: 'bench/restate/main.ts',
    variant: 'in-process',
    inFlight: 400,
    needs: ['packages'],
  },
  {
    name: 'temporal',
    title: 'Temporal, activities',
    main: 'bench/temporal/main.ts',
    variant: 'activities',
    inFlight: 24,
    needs: ['packages', 'temporal-server'],
  },
  {
    name: 'temporal-local',
    title: 'Temporal, local activities',
    main: 'bench/temporal/main.ts',
    variant: 'local-activities',
    inFlight: 24,
    needs: ['packages', 'temporal-server'],
  },
];
