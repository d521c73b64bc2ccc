import type { Tx } from '#messaging';
import type { Warehouse } from '../domain/warehouse.js';

type Queries = Pick<Tx, 'query'>;

const COLUMNS = 'warehouse_id as "warehouseId", name, priority, active as "isActive"';

/** All of them, in the order in which they are asked: a shop has a handful. */
export const listWarehouses = (database: Queries): Promise<Warehouse[]> =>
  database.query<Warehouse>(`select ${COLUMNS} from warehouse order by priority, warehouse_id`);

export const findWarehouses = (tx: Tx, warehouseIds: readonly string[]): Promise<Warehouse[]> =>
  tx.query<Warehouse>(`select ${COLUMNS} from warehouse where warehouse_id = any($1::text[])`, [
    warehouseIds,
  ]);

/** A batch that has read it as it was before is as good as one that came before. */
export async function putWarehouse(database: Queries, warehouse: Warehouse): Promise<void> {
  const { warehouseId, name, priority, isActive } = warehouse;
  await database.query(
    `insert into warehouse (warehouse_id, name, priority, active) values ($1, $2, $3, $4)
     on conflict (warehouse_id) do update
       set name = excluded.name, priority = excluded.priority, active = excluded.active`,
    [warehouseId, name, priority, isActive],
  );
}
