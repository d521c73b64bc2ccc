/**
 * What the database refuses, whoever asks. The checks run once a statement, over all the rows that it
 * added: a row-level constraint trigger would run once a line. So an entry and its lines have to come
 * in one statement, and then each is whole from its first moment on.
 *
 * The functions act on the schema of the table that they are called for.
 */

/** Closing a day excludes booking; bookings do not exclude each other. */
const DAYS_LOCK = `hashtext('accounting.days')`;

const appendOnly = (table: string): string =>
  `create trigger ${table}_append_only before update or delete or truncate on ${table}
     for each statement execute function refuse_change()`;

export const guards: readonly string[] = [
  `create function refuse_change() returns trigger language plpgsql as $$
   begin
     raise exception 'rows of % are only ever added', tg_table_name
       using errcode = 'restrict_violation',
             hint = 'a mistake is put right by a further entry, which its own fact tells of';
   end $$`,
  ...['entry', 'entry_line', 'day_end', 'day_close'].map(appendOnly),

  // The lines of an entry have the numbers from 1 to as many as it says, so none can be added later.
  `create function check_lines() returns trigger language plpgsql as $$
   declare fault text;
   begin
     execute format($q$
       select coalesce(
         (select 'entry ' || a.entry_id || ' has no account ' || a.account
                 || case when a.merchant_id = '' then ' without' else ' with' end || ' a merchant'
            from added a left join account c on c.account = a.account
           where c.per_merchant is distinct from (a.merchant_id <> '') limit 1),
         (select 'entry ' || a.entry_id || ' is not there, or not whole'
            from added a left join %1$I.entry e on e.entry_id = a.entry_id
           group by a.entry_id
          having count(*) is distinct from max(e.lines) or max(a.line) is distinct from max(e.lines)
              or min(a.line) <> 1 or bool_or(a.day <> e.day or a.occurred_at <> e.occurred_at)
           limit 1),
         (select 'entry ' || entry_id || ' does not balance in ' || currency || ': debit '
                 || sum(debit) || ', credit ' || sum(credit)
            from added group by entry_id, currency having sum(debit) <> sum(credit) limit 1))
     $q$, tg_table_schema) into fault;
     if fault is not null then
       raise exception '%', fault using errcode = 'check_violation';
     end if;
     return null;
   end $$`,
  `create trigger entry_line_whole after insert on entry_line referencing new table as added
     for each statement execute function check_lines()`,

  // A ledger that is rebuilt beside the live one has the entries of closed days as well.
  `create function check_entries() returns trigger language plpgsql as $$
   declare fault text;
   begin
     execute format($q$
       select 'entry ' || a.entry_id || ' has no lines' from added a
        where not exists (select from %1$I.entry_line l
                           where l.entry_id = a.entry_id and l.line = 1) limit 1
     $q$, tg_table_schema) into fault;
     if fault is null and tg_table_schema = 'public' then
       perform pg_advisory_xact_lock_shared(${DAYS_LOCK});
       select 'the day ' || d.day || ' is closed' into fault
         from added a, (select max(day) as day from public.day_end) d where a.day <= d.day limit 1;
     end if;
     if fault is not null then
       raise exception '%', fault using errcode = 'check_violation';
     end if;
     return null;
   end $$`,
  `create trigger entry_whole after insert on entry referencing new table as added
     for each statement execute function check_entries()`,

  ...['entry', 'entry_line', 'day_end', 'day_close'].map(
    (table) => `revoke update, delete, truncate on ${table} from public`,
  ),
];

export const guardsDown: readonly string[] = [
  'drop function check_entries, check_lines, refuse_change',
];
