import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Every message writes an instance anew. Its input, which stays as it is, moves into a column of its
 * own; the rest is kept as the text it is, uncompressed, for nobody searches it. One index less: the
 * constraint begins with the business key, which is what an instance is looked for by.
 */
export class InputOnce1763744400002 implements MigrationInterface {
  readonly name = 'InputOnce1763744400002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table saga_instance set (toast_tuple_target = 8160)`);
    await runner.query(`alter table saga_instance add column input jsonb`);
    await runner.query(`
      update saga_instance
         set input = coalesce(body -> 'input', 'null'), body = body - 'input'`);
    await runner.query(`
      alter table saga_instance
        alter column input set not null,
        alter column body type json,
        drop constraint saga_instance_once,
        add constraint saga_instance_once unique (business_key, definition)`);
    await runner.query('drop index saga_instance_by_business_key');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'create index saga_instance_by_business_key on saga_instance (business_key)',
    );
    await runner.query(`
      alter table saga_instance
        alter column body type jsonb using body::jsonb || jsonb_build_object('input', input),
        drop constraint saga_instance_once,
        add constraint saga_instance_once unique (definition, business_key)`);
    await runner.query(`alter table saga_instance drop column input`);
    await runner.query(`alter table saga_instance reset (toast_tuple_target)`);
  }
}
