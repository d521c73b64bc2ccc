/** The read side: one instance, or a page of them. */
import type { Database } from '#messaging';
import type { SagaInstance } from '#saga';
import { fromRow, INSTANCE_COLUMNS, type InstanceRow } from './stored-instance.js';

/** Before every id, so that a page is found by its first one whatever the plan. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** In the order they began, a page at a time: `live` are those that have not ended. */
export const pageOfInstances = async (
  database: Database,
  page: {
    readonly live: boolean;
    readonly definition?: string;
    /** Id of the last instance of the page before. */
    readonly after?: string;
    readonly limit: number;
  },
): Promise<SagaInstance[]> => {
  const rows = await database.query<InstanceRow>(
    `select ${INSTANCE_COLUMNS} from saga_instance
      where (state in ('completed', 'compensated')) <> $1
        and ($2::text is null or definition = $2)
        and id > $3
      order by id limit $4`,
    [page.live, page.definition ?? null, page.after ?? BEFORE_ALL, page.limit],
  );
  return rows.map((row) => fromRow(row).instance);
};

export const findInstance = async (
  database: Database,
  id: string,
): Promise<SagaInstance | undefined> => {
  const [row] = await database.query<InstanceRow>(
    `select ${INSTANCE_COLUMNS} from saga_instance where id = $1`,
    [id],
  );
  return row && fromRow(row).instance;
};
