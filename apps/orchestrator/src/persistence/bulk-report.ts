/** What became of the sagas of a bulk action, one by one and together, with how they are now. */
import type { Database } from '#messaging';
import type { BulkOutcome } from '../domain/bulk-action.js';

type Queries = Pick<Database, 'query'>;

export interface ReportedItem {
  readonly ordinal: number;
  readonly sagaId: string;
  readonly businessKey: string;
  readonly revision: number;
  readonly participant: string;
  readonly outcome: BulkOutcome | null;
  readonly why: string | null;
  readonly at: Date | null;
  readonly revisionAfter: number | null;
  /** As it is now; null for a saga that is gone. */
  readonly sagaState: string | null;
  readonly attention: string | null;
  readonly sagaRevision: number | null;
}

export interface ItemFilter {
  readonly id: string;
  readonly outcome?: BulkOutcome | 'waiting';
  readonly after?: number;
  readonly limit: number;
}

/** By their numbers, with the sagas as they are now. */
export const listBulkItems = (
  database: Queries,
  { id, outcome, after = 0, limit }: ItemFilter,
): Promise<ReportedItem[]> =>
  database.query<ReportedItem>(
    `select b.ordinal, b.saga_id as "sagaId", b.business_key as "businessKey", b.revision,
            b.participant, b.outcome, b.why, b.at, b.revision_after as "revisionAfter",
            i.state as "sagaState", i.attention, i.revision as "sagaRevision"
       from (select * from bulk_item
              where bulk_id = $1 and ordinal > $2 and ${conditionOf(outcome)}
              order by ordinal limit $3) b
       left join saga_instance i on i.id = b.saga_id
      order by b.ordinal`,
    [id, after, limit],
  );

const conditionOf = (outcome: ItemFilter['outcome']): string => {
  if (outcome === undefined) return 'true';
  return outcome === 'waiting' ? 'outcome is null' : `outcome = '${outcome}'`;
};

/** What became of the sagas it was done to, as they are now. */
export interface Aftermath {
  readonly ended: number;
  readonly needPerson: number;
  readonly underWay: number;
}

export async function readAftermath(database: Queries, id: string): Promise<Aftermath> {
  const [row] = await database.query<Aftermath>(
    `select count(*) filter (where i.state in ('completed', 'compensated'))::int as ended,
            count(*) filter (where i.attention is not null)::int as "needPerson",
            count(*) filter (where i.state not in ('completed', 'compensated')
                               and i.attention is null)::int as "underWay"
       from bulk_item b join saga_instance i on i.id = b.saga_id
      where b.bulk_id = $1 and b.outcome = 'done'`,
    [id],
  );
  return row ?? { ended: 0, needPerson: 0, underWay: 0 };
}
