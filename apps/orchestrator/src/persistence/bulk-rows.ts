/** The rows of bulk actions and their items: made once, moved on a chunk at a time. */
import { newId, type Database, type Tx } from '#messaging';
import type { FrozenItem, Preview } from '../bulk/freeze.js';
import type { BulkDeed, BulkOutcome, BulkState, Lately, Standing } from '../domain/bulk-action.js';
import type { Actor } from './interventions.js';

export interface BulkAction extends Standing {
  readonly id: string;
  readonly madeAt: Date;
  readonly keyId: string | null;
  readonly deed: BulkDeed;
  readonly filter: Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly why: string | null;
  readonly changedAt: Date;
  readonly size: number;
  readonly preview: Preview;
  readonly approvedAt: Date | null;
  readonly perSecond: number;
  readonly maxErrorPercent: number;
  readonly done: number;
  readonly refused: number;
  readonly moved: number;
  readonly judgedFrom: number;
}

const COLUMNS = `
  id, made_at as "madeAt", made_by as "madeBy", key_id as "keyId", deed, filter, reason, state, why,
  changed_at as "changedAt", size, preview, needs_approval as "needsApproval",
  approved_by as "approvedBy", approved_at as "approvedAt", per_second as "perSecond",
  max_error_percent as "maxErrorPercent", done, refused, moved, judged_from as "judgedFrom"`;

type Queries = Pick<Database, 'query'> | Pick<Tx, 'query'>;

export interface NewBulkAction {
  readonly actor: Actor;
  readonly deed: BulkDeed;
  readonly filter: object;
  readonly reason: string;
  readonly needsApproval: boolean;
  readonly perSecond: number;
  readonly maxErrorPercent: number;
}

/** A draft, with its items. @returns its id */
export async function insertBulkAction(
  tx: Tx,
  made: NewBulkAction,
  { items, preview }: { readonly items: readonly FrozenItem[]; readonly preview: Preview },
): Promise<string> {
  const id = newId();
  await tx.query(
    `insert into bulk_action (id, made_at, made_by, key_id, deed, filter, reason, state, changed_at,
       size, preview, needs_approval, per_second, max_error_percent, refused)
     values ($1, now(), $2, $3, $4, $5, $6, 'draft', now(), $7, $8, $9, $10, $11, $12)`,
    [
      ...[id, made.actor.owner, made.actor.keyId ?? null, JSON.stringify(made.deed)],
      ...[JSON.stringify(made.filter), made.reason, items.length, JSON.stringify(preview)],
      ...[made.needsApproval, made.perSecond, made.maxErrorPercent],
      items.filter(({ why }) => why !== undefined).length,
    ],
  );
  const column = <T>(of: (item: FrozenItem) => T): T[] => items.map(of);
  await tx.query(
    `insert into bulk_item (bulk_id, ordinal, saga_id, business_key, revision, participant, outcome,
                            why, at)
     select $1, n.ordinal, n.saga_id, n.business_key, n.revision, n.participant,
            case when n.why is not null then 'refused' end, n.why,
            case when n.why is not null then now() end
       from unnest($2::uuid[], $3::text[], $4::int[], $5::text[], $6::text[]) with ordinality
         as n (saga_id, business_key, revision, participant, why, ordinal)`,
    [
      ...[id, column(({ sagaId }) => sagaId), column(({ businessKey }) => businessKey)],
      ...[column(({ revision }) => revision), column(({ participant }) => participant)],
      column(({ why }) => why ?? null),
    ],
  );
  await tx.query(
    `insert into bulk_pace (participant, used_until)
     select participant, now() from unnest($1::text[]) as n (participant)
      order by participant on conflict do nothing`,
    [preview.participants.map(({ participant }) => participant)],
  );
  return id;
}

export async function findBulkAction(
  database: Queries,
  id: string,
  { lock = false } = {},
): Promise<BulkAction | undefined> {
  const [row] = await database.query<BulkAction>(
    `select ${COLUMNS} from bulk_action where id = $1 ${lock ? 'for update' : ''}`,
    [id],
  );
  return row;
}

/** The newest first. @param before id of the last of the page before */
export const listBulkActions = (
  database: Queries,
  {
    state,
    before,
    limit,
  }: { readonly state?: BulkState; readonly before?: string; readonly limit: number },
): Promise<BulkAction[]> =>
  database.query<BulkAction>(
    `select ${COLUMNS} from bulk_action
      where ($1::text is null or state = $1) and ($2::uuid is null or id < $2)
      order by id desc limit $3`,
    [state ?? null, before ?? null, limit],
  );

export interface Move {
  readonly state: BulkState;
  readonly why: string | null;
  readonly approvedBy?: string;
  /** Errors are counted anew. */
  readonly judgeAnew?: boolean;
}

export async function moveBulkAction(tx: Tx, id: string, move: Move): Promise<void> {
  const { state, why, approvedBy = null, judgeAnew = false } = move;
  await tx.query(
    `update bulk_action
        set state = $2, why = $3, changed_at = now(), next_at = now(),
            approved_by = coalesce($4, approved_by),
            approved_at = case when $4::text is null then approved_at else now() end,
            judged_from = case when $5 then done + refused + moved else judged_from end
      where id = $1`,
    [id, state, why, approvedBy, judgeAnew],
  );
}

/** Whether there is one to claim: asked often, and nearly always in vain. */
export async function isAnyDue(database: Queries): Promise<boolean> {
  const rows = await database.query(
    `select 1 from bulk_action where state = 'running' and next_at <= now() limit 1`,
  );
  return rows.length > 0;
}

/**
 * One that runs and is due, for this transaction alone; what another replica works on is passed over.
 * @param id this one, due or not
 */
export async function claimRunning(tx: Tx, id?: string): Promise<BulkAction | undefined> {
  const [row] = await tx.query<BulkAction>(
    `select ${COLUMNS} from bulk_action
      where state = 'running' and (id = $1 or $1::uuid is null and next_at <= now())
      order by next_at limit 1 for update skip locked`,
    [id ?? null],
  );
  return row;
}

/** @param most of the latest; of them, errors count from where it was started or resumed last */
export async function readLately(
  tx: Tx,
  { id, judgedFrom }: Pick<BulkAction, 'id' | 'judgedFrom'>,
  most: number,
): Promise<Lately> {
  const [row] = await tx.query<Lately>(
    `select count(*) filter (where t.tried > $2)::int as tried,
            count(*) filter (where t.tried > $2 and t.outcome = 'refused')::int as refused,
            count(*) filter (where t.tried > $2 and t.outcome = 'done' and i.attention is not null
                               and t.participant <> 'orchestrator'
                               and i.revision > t.revision_after)::int as "failedAgain",
            count(*) filter (where t.outcome = 'done' and t.participant <> 'orchestrator'
                               and i.revision = t.revision_after)::int as unanswered
       from (select tried, outcome, participant, saga_id, revision_after from bulk_item
              where bulk_id = $1 and tried is not null
              order by tried desc limit $3) t
       left join saga_instance i on i.id = t.saga_id`,
    [id, judgedFrom, most],
  );
  return row ?? { tried: 0, refused: 0, failedAgain: 0, unanswered: 0 };
}

export interface Pace {
  readonly participant: string;
  /** Since the time that its pace has used up, ms; below zero when more than that is used. */
  readonly idleMs: number;
}

/** Locked in the order of their names, for whoever else runs an action. */
export const lockPaces = (tx: Tx, participants: readonly string[]): Promise<Pace[]> =>
  tx.query<Pace>(
    `select participant, (extract(epoch from clock_timestamp() - used_until) * 1000)::float8 as "idleMs"
       from bulk_pace where participant = any ($1::text[]) order by participant for update`,
    [participants],
  );

export interface WaitingItem {
  readonly ordinal: number;
  readonly sagaId: string;
  readonly revision: number;
  readonly participant: string;
}

/** The next ones, of each participant as many as it may have. */
export const nextItems = (
  tx: Tx,
  id: string,
  shares: ReadonlyMap<string, number>,
): Promise<WaitingItem[]> =>
  tx.query<WaitingItem>(
    `select i.ordinal, i.saga_id as "sagaId", i.revision, i.participant
       from unnest($2::text[], $3::int[]) as share (participant, most)
      cross join lateral (
        select ordinal, saga_id, revision, participant from bulk_item
         where bulk_id = $1 and participant = share.participant and outcome is null
         order by ordinal limit share.most) i
      order by i.ordinal`,
    [id, [...shares.keys()], [...shares.values()]],
  );

export interface TriedItem extends WaitingItem {
  readonly outcome: BulkOutcome;
  readonly why?: string;
  readonly revisionAfter?: number;
}

export interface Chunk {
  readonly id: string;
  readonly tried: readonly TriedItem[];
  readonly perSecond: number;
  /** Until it is looked at again. */
  readonly restMs: number;
}

/** Writes what became of a chunk, counts it, and uses up the pace. @returns how many still wait */
export async function writeChunk(tx: Tx, { id, tried, perSecond, restMs }: Chunk): Promise<number> {
  const column = <T>(of: (item: TriedItem) => T): T[] => tried.map(of);
  await tx.query(
    `update bulk_item i
        set outcome = n.outcome, why = n.why, revision_after = n.revision_after, at = now(),
            tried = a.done + a.moved + a.refused + n.place
       from unnest($2::int[], $3::text[], $4::text[], $5::int[]) with ordinality
              as n (ordinal, outcome, why, revision_after, place),
            bulk_action a
      where i.bulk_id = $1 and a.id = $1 and i.ordinal = n.ordinal`,
    [
      ...[id, column(({ ordinal }) => ordinal), column(({ outcome }) => outcome)],
      ...[column(({ why }) => why ?? null), column(({ revisionAfter }) => revisionAfter ?? null)],
    ],
  );
  const used = new Map<string, number>();
  for (const { participant } of tried) used.set(participant, (used.get(participant) ?? 0) + 1);
  await tx.query(
    `update bulk_pace p
        set used_until = greatest(p.used_until, clock_timestamp() - interval '1 second')
                         + n.used / $3::float8 * interval '1 second'
       from unnest($1::text[], $2::float8[]) as n (participant, used)
      where p.participant = n.participant`,
    [[...used.keys()], [...used.values()], perSecond],
  );
  const of = (outcome: BulkOutcome): number =>
    tried.filter((item) => item.outcome === outcome).length;
  const [row] = await tx.query<{ waiting: number }>(
    `update bulk_action
        set done = done + $2, refused = refused + $3, moved = moved + $4,
            next_at = clock_timestamp() + $5 * interval '1 millisecond'
      where id = $1 returning size - done - refused - moved as waiting`,
    [id, of('done'), of('refused'), of('moved'), restMs],
  );
  return row?.waiting ?? 0;
}

/** Days after which one that has ended, or was never started, is forgotten. */
const KEEP_DAYS = 90;

/** @returns how many were forgotten */
export async function forgetBulkActions(database: Queries, limit: number): Promise<number> {
  const rows = await database.query<{ id: string }>(
    `delete from bulk_action where id in (
       select id from bulk_action
        where state in ('draft', 'finished', 'cancelled')
          and changed_at < now() - $1 * interval '1 day'
        order by id limit $2 for update skip locked)
     returning id`,
    [KEEP_DAYS, limit],
  );
  return rows.length;
}
