/** The partitions of the event store, one a month of its facts' times; none is ever dropped. */
import type { Tx } from '#messaging';
import { addMonths } from '../domain/moment.js';

/** Replicas, and batches of several topics, do this one after the other. */
const LOCK = `select pg_advisory_xact_lock(hashtext('partitions'), hashtext('event'))`;

/** @returns those that had to be made */
export async function makeMonths(tx: Tx, months: readonly string[]): Promise<string[]> {
  await tx.query(LOCK);
  const made: string[] = [];
  for (const month of [...months].toSorted()) {
    const name = `event_${month.slice(0, 7).replace('-', '')}`;
    const [there] = await tx.query('select where to_regclass($1) is not null', [name]);
    if (there !== undefined) continue;
    for (const statement of statements(name, month)) await tx.query(statement);
    made.push(month);
  }
  return made;
}

/**
 * Attached rather than created as a partition, which would lock out everybody who uses the table. The
 * triggers for rows come with it; the one that refuses to truncate, and the rights, do not.
 */
const statements = (name: string, month: string): string[] => [
  `create table ${name} (like event including all excluding identity)`,
  `create trigger no_truncate before truncate on ${name}
     for each statement execute function refuse_change()`,
  `revoke update, delete, truncate on ${name} from current_user, public`,
  `alter table event attach partition ${name} for values from ('${month}') to ('${addMonths(month, 1)}')`,
];
