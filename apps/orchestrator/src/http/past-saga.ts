import { checkedMoment, fieldProblem, ProblemException } from '#platform';
import { asOfRevision, type HistoryEntry, type SagaInstance, type SagaRegistry } from '#saga';
import type { AsOfQuery } from './admin.dto.js';

export type PastMoment = { readonly revision: number } | { readonly atMs: number };

/** @throws ProblemException 400 unless it is one of the two */
export function pastMoment({ revision, at }: AsOfQuery): PastMoment {
  if (revision !== undefined && at === undefined) return { revision };
  if (at !== undefined && revision === undefined)
    return { atMs: checkedMoment('at', at).getTime() };
  const message = 'is needed, or `at`: one of the two';
  throw fieldProblem(400, [{ field: 'revision', message }]);
}

/** @throws ProblemException 404 for what never was, 409 for what can no longer be told */
export function pastSaga(
  registry: SagaRegistry,
  instance: SagaInstance,
  history: readonly HistoryEntry[],
  moment: PastMoment,
): SagaInstance {
  const find = (version: number) => registry.find(instance.definition, version);
  const past = asOfRevision(find, instance, history, revisionAt(instance, history, moment));
  if (!past.problem) return past.instance;
  const { verdict, difference } = past.problem;
  const isWhole = verdict === 'different';
  throw new ProblemException(
    409,
    'That can no longer be told',
    isWhole
      ? `The code of today decides otherwise: ${difference}.`
      : `The history does not say: ${difference}.`,
    { code: isWhole ? 'decided-otherwise' : 'history-incomplete', revision: instance.revision },
  );
}

function revisionAt(
  { id, revision: present, createdAt }: SagaInstance,
  history: readonly HistoryEntry[],
  moment: PastMoment,
): number {
  if ('revision' in moment) {
    if (moment.revision <= present) return moment.revision;
    throw nothing(
      `The saga '${id}' is at revision ${present}; there is no ${moment.revision} yet.`,
    );
  }
  if (moment.atMs < createdAt) {
    throw nothing(`The saga '${id}' began later, at ${new Date(createdAt).toISOString()}.`);
  }
  // A history that is not there at all is found to be incomplete, whatever the revision.
  return history.findLast(({ at }) => at <= moment.atMs)?.revision ?? 1;
}

const nothing = (detail: string): ProblemException =>
  new ProblemException(404, 'No such moment', detail);
