/**
 * Empty copies of a reader's tables in a schema of their own, with all that belongs to a table under
 * the names that it has: once it has taken the place of the live one, migrations find what they know.
 */
import type { Tx } from '#messaging';
import type { Rebuildable } from './rebuildable.js';

type Tables = Pick<Rebuildable, 'tables' | 'reads'>;

/**
 * Statements find their tables in the shadow, and no others: one that is not rebuilt, and is written
 * nevertheless, is a fault and no second count.
 */
export const inShadow = (tx: Tx): Promise<unknown> => tx.query('set local search_path to shadow');
export const inLive = (tx: Tx): Promise<unknown> => tx.query('set local search_path to public');

/** What an earlier run has left goes. */
export async function createShadow(tx: Tx, { tables, reads = [] }: Tables): Promise<void> {
  await name(tx, tables, reads);
  await tx.query(CREATE);
}

/**
 * The shadow becomes live. `holdLive` comes first.
 * @throws where something outside of the tables depends on them, or a migration has changed them
 *   since the shadow was made: it would be lost
 */
export async function swapShadow(tx: Tx, { tables }: Tables): Promise<void> {
  await name(tx, tables, []);
  await tx.query(SWAP);
}

export const dropShadow = (tx: Tx): Promise<unknown> =>
  tx.query('drop schema if exists shadow cascade');

const name = (tx: Tx, tables: readonly string[], reads: readonly string[]): Promise<unknown> =>
  tx.query(
    `select set_config('rebuild.tables', $1, true), set_config('rebuild.reads', $2, true),
            set_config('client_min_messages', 'warning', true)`,
    [tables.join(','), reads.join(',')],
  );

/**
 * Definitions are read while the live tables are in the path, so that they name no schema, and are
 * carried out with the shadow in front. Foreign keys come when all tables are there, triggers last.
 */
const CREATE = `
  do $do$
  declare
    tables oid[];
    statements text[];
    one text;
  begin
    drop schema if exists shadow cascade;
    create schema shadow;
    perform set_config('search_path', 'public', true);
    select array_agg(t.name::regclass::oid) into tables
      from unnest(string_to_array(current_setting('rebuild.tables'), ',')) as t (name);
    select array_agg(statement order by turn, statement) into statements from (
      select 0 as turn,
             format('create table shadow.%1$I (like public.%1$I including all excluding indexes)%2$s',
               relname, ' with (' || array_to_string(reloptions, ', ') || ')') as statement
        from pg_class where oid = any (tables)
      union all
      select case contype when 'f' then 3 else 1 end,
             format('alter table shadow.%I add constraint %I %s', conrelid::regclass::text, conname,
               pg_get_constraintdef(oid))
        from pg_constraint where conrelid = any (tables) and contype in ('p', 'u', 'x', 'f')
      union all
      select 2, pg_get_indexdef(indexrelid, 0, true)
        from pg_index
       where indrelid = any (tables)
         and not exists (select from pg_constraint where conindid = indexrelid and conrelid = indrelid)
      union all
      select 4, pg_get_triggerdef(oid, true)
        from pg_trigger where tgrelid = any (tables) and not tgisinternal
      union all
      select 5, format('create view shadow.%1$I as select * from public.%1$I', t.name)
        from unnest(string_to_array(current_setting('rebuild.reads'), ',')) as t (name)
      union all
      select 6, format('revoke insert, update, delete on shadow.%I from current_user', t.name)
        from unnest(string_to_array(current_setting('rebuild.reads'), ',')) as t (name)
      union all
      select 7, format('grant %s on shadow.%I to %s%s', a.privilege_type, relname,
               case when a.grantee = 0 then 'public'
                    else quote_ident(pg_get_userbyid(a.grantee)) end,
               case when a.is_grantable then ' with grant option' else '' end)
        from pg_class cross join lateral aclexplode(relacl) as a
       where oid = any (tables) and a.grantee <> relowner
    ) as wanted;
    perform set_config('search_path', 'shadow, public', true);
    foreach one in array statements loop
      execute one;
    end loop;
  end $do$`;

/**
 * All locks come first. Whoever reads several of the tables in one transaction may take them in
 * another order: it goes first, and they are asked for again.
 */
const SWAP = `
  do $do$
  declare
    one text;
    tables text[] := string_to_array(current_setting('rebuild.tables'), ',');
    shape constant text := $q$
      select array_agg(part order by part) from (
        select concat_ws(' ', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                         a.attnotnull) as part
          from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = $1::regnamespace and c.relname = any ($2)
           and a.attnum > 0 and not a.attisdropped
        union all
        select concat_ws(' ', tablename, indexname) from pg_indexes
         where schemaname = $1 and tablename = any ($2)
      ) as parts $q$;
    live text[];
    rebuilt text[];
  begin
    loop
      begin
        execute (select 'lock table ' || string_agg(format('public.%I', t.name), ', ')
                        || ' in access exclusive mode' from unnest(tables) as t (name));
        exit;
      exception when deadlock_detected then
        null;
      end;
    end loop;
    execute shape into live using 'public'::text, tables;
    execute shape into rebuilt using 'shadow'::text, tables;
    if live is distinct from rebuilt then
      raise exception 'a migration has changed the tables meanwhile; rebuild them again';
    end if;
    drop schema if exists retired cascade;
    create schema retired;
    foreach one in array tables loop
      execute format('alter table public.%I set schema retired', one);
      execute format('alter table shadow.%I set schema public', one);
    end loop;
    execute (select 'drop table ' || string_agg(format('retired.%I', t.name), ', ')
               from unnest(tables) as t (name));
    drop schema retired;
    drop schema shadow cascade;
  end $do$`;
