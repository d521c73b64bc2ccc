import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Documents are written in a shorter form (libs/saga-store/src/stored-body.ts); those there are stay as
 * they are and are read for ever. Rows are a third as long, and in a batch all of a page are written at
 * once, so that a page needs room for all of them twice for the new ones to stay in it.
 */
export class ShortBodies1764201600004 implements MigrationInterface {
  readonly name = 'ShortBodies1764201600004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table saga_instance set (fillfactor = 40)');
  }

  /** The version before reads nothing but whole documents. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      update saga_instance i
         set body = (
           select (jsonb_build_object('steps', steps.whole, 'ledger', ledger.whole)
                   || coalesce(i.body::jsonb -> 3, '{}'))::json
             from (
               select coalesce(jsonb_object_agg(s.name, case
                        when jsonb_typeof(s.step) = 'object' then s.step
                        else jsonb_build_object('state', s.step -> 0, 'command',
                               jsonb_build_object(
                                 'commandId', i.id || ':' || s.name,
                                 'issuedOn', to_char(to_timestamp(s.sent_at / 1000.0) at time zone 'utc',
                                                     'YYYY-MM-DD'),
                                 'attempts', s.step -> 1,
                                 'sentAt', s.sent_at)
                               || case when s.due is null then '{}'
                                       else jsonb_build_object('dueAt', s.sent_at + s.due) end)
                             || case when s.finished is null then '{}'
                                     else jsonb_build_object('finishedAt', s.began_at + s.finished) end
                             || case when jsonb_typeof(s.step -> 5) = 'object'
                                     then jsonb_build_object('result', s.step -> 5)
                                     else '{}' end
                      end), '{}') as whole
                 from (
                   select e.name, e.step, began.at as began_at,
                          began.at + (e.step ->> 2)::bigint as sent_at,
                          (e.step ->> 3)::bigint as due, (e.step ->> 4)::bigint as finished
                     from jsonb_each(i.body::jsonb -> 1) as e (name, step)
                    cross join (
                      select round(extract(epoch from i.created_at) * 1000)::bigint as at) began
                 ) s
             ) steps
            cross join (
               select coalesce(jsonb_object_agg(l.id, case
                        when jsonb_typeof(l.entry) = 'object' then l.entry
                        else jsonb_build_object(
                               'id', l.id, 'kind', l.entry -> 0, 'unit', l.entry -> 1,
                               'taken', l.entry -> 2, 'returned', l.entry -> 3,
                               'revision', l.entry -> 4, 'step', l.entry -> 5)
                      end), '{}') as whole
                 from jsonb_each(i.body::jsonb -> 2) as l (id, entry)
             ) ledger)
       where json_typeof(i.body) = 'array'`);
    await runner.query('alter table saga_instance set (fillfactor = 60)');
  }
}
