/** How many instances there are to look after, for metrics. */
import type { Database } from '#messaging';
import type { SagaState } from '#saga';

export interface LiveCount {
  readonly definition: string;
  readonly state: SagaState;
  readonly count: number;
  /** Since the oldest of them began. */
  readonly oldestS: number;
}

/** Those that have not ended, by the index on their state. */
export const countLive = (database: Database): Promise<LiveCount[]> =>
  database.query<LiveCount>(
    `select definition, state, count(*)::int as count,
            extract(epoch from now() - min(created_at))::float8 as "oldestS"
       from saga_instance
      where state in ('awaiting-start', 'running', 'compensating')
      group by definition, state`,
  );

/** Those that need a person, by definition. */
export const countWithAttention = async (
  database: Database,
): Promise<ReadonlyMap<string, number>> => {
  const rows = await database.query<{ definition: string; count: number }>(
    `select definition, count(*)::int as count
       from saga_instance where attention is not null group by definition`,
  );
  return new Map(rows.map(({ definition, count }) => [definition, count]));
};

export interface VersionCount {
  readonly definition: string;
  readonly version: number;
  readonly state: SagaState;
  readonly count: number;
}

/** Those that have not ended, by the version they are on. */
export const countLiveVersions = (database: Database): Promise<VersionCount[]> =>
  database.query<VersionCount>(
    `select definition, version, state, count(*)::int as count
       from saga_instance
      where state in ('awaiting-start', 'running', 'compensating')
      group by definition, version, state
      order by definition, version, state`,
  );

/** Those with steps to do yet: by version, of all that have not ended and do not only wait for a person. */
export const countUnderWay = (
  database: Database,
): Promise<{ definition: string; version: number; count: number }[]> =>
  database.query(
    `select definition, version, count(*)::int as count
       from saga_instance
      where state in ('awaiting-start', 'running', 'compensating')
        and (state <> 'compensating' or wake_at is not null or attention is null)
      group by definition, version
      order by definition, version`,
  );
