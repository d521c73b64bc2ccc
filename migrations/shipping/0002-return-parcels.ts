import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Parcels that bring goods back. */
export class ShippingReturnParcels1764072000402 implements MigrationInterface {
  readonly name = 'ShippingReturnParcels1764072000402';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table return_parcel (
        -- one parcel a return, for good
        return_id        uuid primary key,
        order_id         uuid not null,
        -- json, not jsonb: they are only written and read whole
        items            json not null,
        shipping_address json not null,
        status           text not null check (status in ('awaited', 'received', 'lost', 'failed')),
        tracking_number  text,
        problem_code     text,
        -- grows with each change
        revision         integer not null,
        -- commands that wait for their final answer
        receive_to       json not null,
        awaited_since    timestamptz not null default now(),
        updated_at       timestamptz not null default now(),
        constraint return_parcel_numbered check (status <> 'received' or tracking_number is not null)
      ) with (fillfactor = 80)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table return_parcel');
  }
}
