/** What people did: a row of the append-only table, and a fact for the audit service. */
import { eventType, operatorActed, type OperatorActed } from '#contracts';
import { doneBy, jsonList, jsonListSql, newId, type Database, type UnitOfWork } from '#messaging';

/** Who does it; `keyId` is absent where a command works on the database itself. */
export interface Actor {
  readonly owner: string;
  readonly keyId?: string;
}

export interface Act {
  readonly actor: Actor;
  /** `saga.retry`, `dead-letter.redrive`, `access-key.create`, … */
  readonly what: string;
  readonly objectType: 'saga' | 'dead-letter' | 'access-key' | 'bulk-action';
  readonly objectId: string;
  readonly saga?: {
    readonly id: string;
    readonly businessKey: string;
    readonly revisionBefore: number;
    readonly revisionAfter: number;
  };
  readonly reason: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

const INSERT = `
  insert into intervention (id, at, actor, key_id, what, object_type, object_id, saga_id, reason,
                            revision_before, revision_after, detail)
  select id, at, actor, key_id, what, object_type, object_id, saga_id, reason, revision_before,
         revision_after, detail::jsonb
    from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[],
                $7::text[], $8::uuid[], $9::text[], $10::int[], $11::int[], ${jsonListSql('$12')})
      as n (id, at, actor, key_id, what, object_type, object_id, saga_id, reason, revision_before,
            revision_after, detail)`;

/** In the transaction of what was done. @param now epoch ms */
export function recordActs(unit: UnitOfWork, acts: readonly Act[], now: number): void {
  if (acts.length === 0) return;
  const at = new Date(now).toISOString();
  const ids = acts.map(() => newId());
  const all = <T>(column: (act: Act) => T): T[] => acts.map(column);
  unit.beforeCommit(
    unit.tx.query(INSERT, [
      ids,
      all(() => at),
      all(({ actor }) => actor.owner),
      all(({ actor }) => actor.keyId ?? null),
      all(({ what }) => what),
      all(({ objectType }) => objectType),
      all(({ objectId }) => objectId),
      all(({ saga }) => saga?.id ?? null),
      all(({ reason }) => reason),
      all(({ saga }) => saga?.revisionBefore ?? null),
      all(({ saga }) => saga?.revisionAfter ?? null),
      jsonList(all(({ detail }) => detail ?? {})),
    ]),
  );
  unit.publish(...acts.map((act, index) => factOf(act, ids[index] ?? newId(), at)));
}

const factOf = (
  { actor, what, objectType, objectId, saga, reason, detail }: Act,
  id: string,
  at: string,
) =>
  doneBy(actor.owner, {
    id,
    source: 'orchestrator',
    type: eventType(operatorActed.name),
    subject: objectId,
    time: at,
    topic: operatorActed.topic,
    key: saga?.businessKey ?? objectId,
    ...(saga && { correlationid: saga.id }),
    data: {
      ...{ what, objectType, objectId, reason, occurredAt: at },
      ...(saga && { sagaId: saga.id, businessKey: saga.businessKey, revision: saga.revisionAfter }),
      ...(actor.keyId !== undefined && { keyId: actor.keyId }),
      ...(detail && { detail: { ...detail } }),
    } satisfies OperatorActed,
  });

export interface RecordedAct {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly keyId: string | null;
  readonly what: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly sagaId: string | null;
  readonly reason: string;
  readonly revisionBefore: number | null;
  readonly revisionAfter: number | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface ActFilter {
  readonly sagaId?: string;
  readonly actor?: string;
  readonly objectType?: string;
  readonly objectId?: string;
  /** Id of the last of the page before: the newest come first. */
  readonly before?: string;
  readonly limit: number;
}

export const listActs = (database: Database, filter: ActFilter): Promise<RecordedAct[]> => {
  const values: unknown[] = [];
  const conditions = (
    [
      ['saga_id =', filter.sagaId],
      ['actor =', filter.actor],
      ['object_type =', filter.objectType],
      ['object_id =', filter.objectId],
      ['id <', filter.before],
    ] as const
  ).flatMap(([condition, value]) =>
    value === undefined ? [] : [`${condition} $${values.push(value)}`],
  );
  return database.query<RecordedAct>(
    `select id, at, actor, key_id as "keyId", what, object_type as "objectType",
            object_id as "objectId", saga_id as "sagaId", reason,
            revision_before as "revisionBefore", revision_after as "revisionAfter", detail
       from intervention
      ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''}
      order by id desc limit $${values.push(filter.limit)}`,
    values,
  );
};
