import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Parcels on their way to the customer's door, and how far the carrier's feed has been read. */
export class ShippingParcels1764158400403 implements MigrationInterface {
  readonly name = 'ShippingParcels1764158400403';

  async up(runner: QueryRunner): Promise<void> {
    // What was booked before is as it was: nobody asked for more, and nothing more is done about it.
    await runner.query(`
      alter table shipment
        -- where it shall go; status is how far the carrier has followed
        add wanted text not null default 'booked'
          constraint shipment_wanted_check check (wanted in ('booked', 'handed-over', 'cancelled')),
        -- commands that wait for their final answer, by what they asked for
        add book_to json not null default '[]',
        add hand_over_to json not null default '[]',
        add cancel_to json not null default '[]',
        -- why it was cancelled; json: only written and read whole
        add cancel_reason json,
        add booked_at timestamptz,
        add handed_over_at timestamptz,
        add delivered_at timestamptz,
        drop constraint shipment_status_check,
        add constraint shipment_status_check check (status in (
          'requested', 'created', 'refused', 'failed', 'cancelled', 'handed-over', 'delivered',
          'lost')),
        drop constraint shipment_numbered,
        add constraint shipment_numbered check
          (status not in ('created', 'handed-over', 'delivered', 'lost')
           or (shipment_id is not null and tracking_number is not null))`);
    // What is still to be booked goes the whole way, also what a process of before accepts meanwhile.
    await runner.query(`
      update shipment set wanted = 'handed-over' where status in ('requested', 'failed')`);
    await runner.query(`alter table shipment alter wanted set default 'handed-over'`);
    await runner.query(`
      create table tracking_cursor (
        feed       text primary key,
        -- the carrier's number of the last event that was applied
        seq        bigint not null,
        updated_at timestamptz not null default now()
      )`);
    await runner.query(`insert into tracking_cursor (feed, seq) values ('carrier', 0)`);
    // There is always somebody to read it: this task never ends.
    await runner.query(`
      insert into effect_task (worker, subject, revision, due_at, attempts)
      values ('tracking', 'carrier', 1, now(), 0)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`delete from effect_task where worker = 'tracking'`);
    await runner.query('drop table tracking_cursor');
    await runner.query(`
      alter table shipment
        drop wanted, drop book_to, drop hand_over_to, drop cancel_to, drop cancel_reason,
        drop booked_at, drop handed_over_at, drop delivered_at,
        drop constraint shipment_status_check,
        add constraint shipment_status_check check (status in
          ('requested', 'created', 'refused', 'failed')),
        drop constraint shipment_numbered,
        add constraint shipment_numbered check
          (status <> 'created' or (shipment_id is not null and tracking_number is not null))`);
  }
}
