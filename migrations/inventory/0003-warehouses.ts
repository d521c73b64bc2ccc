import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Stock in several warehouses, goods that leave the shelf, and who has changed it by hand. Lines of
 * reservations from before name no warehouse: they are read as of `main`, where all stock lies then.
 */
export class InventoryWarehouses1764151200203 implements MigrationInterface {
  readonly name = 'InventoryWarehouses1764151200203';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table warehouse (
        warehouse_id text collate "C" primary key,
        name         text not null,
        -- whoever has the lower number is asked sooner
        priority     integer not null,
        -- one that is not gives nothing new
        active       boolean not null
      )`);
    await runner.query(`insert into warehouse values ('main', 'Main warehouse', 100, true)`);
    await runner.query(`
      alter table stock
        add warehouse_id text collate "C" not null default 'main' references warehouse,
        drop constraint stock_pkey,
        add primary key (product_id, warehouse_id)`);
    await runner.query(`
      alter table reservation
        drop constraint reservation_status_check,
        add constraint reservation_status_check
          check (status in ('held', 'secured', 'issued', 'released', 'expired'))`);
    await runner.query(`
      create table stock_threshold (
        product_id text collate "C" primary key,
        -- of all warehouses together: with less available the product is low
        threshold  integer not null check (threshold >= 1)
      )`);
    await this.addMovements(runner);
  }

  /** What people did to the stock; what sagas did is told by facts. */
  private async addMovements(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table stock_movement (
        -- taken while the product is locked, so the movements of one product are in their order
        movement_id  bigint generated always as identity primary key,
        product_id   text collate "C" not null,
        warehouse_id text collate "C" not null references warehouse,
        kind         text not null check (kind in ('received', 'adjusted', 'counted')),
        difference   integer not null,
        -- of product and warehouse, right after it
        on_hand      integer not null,
        revision     integer not null,
        -- of the delivery note
        reference    text,
        reason       text check (reason in ('counted', 'damaged', 'lost', 'found', 'correction')),
        note         text,
        actor        text,
        -- of the request that asked for it: by it a repeated one is known
        request_key  text not null,
        request_hash text not null,
        request_item integer not null,
        at           timestamptz not null,
        unique (request_key, request_item),
        unique (product_id, warehouse_id, revision)
      )`);
    await runner.query(
      'create index stock_movement_by_product on stock_movement (product_id, movement_id)',
    );
    await runner.query(
      `create index stock_movement_by_warehouse
        on stock_movement (product_id, warehouse_id, movement_id)`,
    );
    await runner.query(`
      create function refuse_change() returns trigger language plpgsql as $$
        begin
          raise exception '% is append only', tg_table_name using errcode = 'restrict_violation';
        end $$`);
    await runner.query(`
      create trigger stock_movement_append_only before update or delete or truncate
        on stock_movement for each statement execute function refuse_change()`);
  }

  /** Fails where there is stock in other warehouses, or an order whose goods have left. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table reservation
        drop constraint reservation_status_check,
        add constraint reservation_status_check
          check (status in ('held', 'secured', 'released', 'expired'))`);
    await runner.query('drop table stock_movement, stock_threshold');
    await runner.query('drop function refuse_change');
    await runner.query(`alter table stock add check (warehouse_id = 'main')`);
    await runner.query('alter table stock drop warehouse_id');
    await runner.query('alter table stock add primary key (product_id)');
    await runner.query('drop table warehouse');
  }
}
