import { ProblemException } from '#platform';
import {
  coverOf,
  graphOf,
  ownCompensation,
  type HistoryEntry,
  type SagaDefinition,
  type SagaInstance,
  type Step,
} from '#saga';
import { timeOf } from './saga-views.js';

/** A run over its definition's graph; of what was sent when, the history knows the first time. */
export function graphView(
  definition: SagaDefinition,
  instance: SagaInstance,
  history: readonly HistoryEntry[],
) {
  const { mermaid, edges } = graphOf(definition, instance, history);
  const sentAt = new Map<string, number>();
  for (const { at, sent = [] } of history) {
    for (const id of sent) if (!sentAt.has(id)) sentAt.set(id, at);
  }
  const nodes = definition.groups.flatMap((group, index) =>
    group.map((step) => nodeView(step, index, instance, sentAt)),
  );
  return { mermaid, nodes, edges };
}

function nodeView(
  step: Step,
  group: number,
  { id, steps }: SagaInstance,
  sentAt: ReadonlyMap<string, number>,
) {
  const { state = 'waiting', command, undo, finishedAt } = steps[step.name] ?? {};
  const own = ownCompensation(step);
  const coveredBy = coverOf(step);
  const startedAt = sentAt.get(`${id}:${step.name}`) ?? command?.sentAt;
  return {
    ...{ step: step.name, kind: step.kind, group, state, attempts: command?.attempts ?? 0 },
    ...(startedAt !== undefined && { startedAt: timeOf(startedAt) }),
    ...(finishedAt !== undefined && { finishedAt: timeOf(finishedAt) }),
    ...(step.command && { command: step.command.name }),
    ...(own && {
      compensation: {
        command: own.command.name,
        ...(undo && { state: undo.state, attempts: undo.attempts }),
        ...(undo && { startedAt: timeOf(sentAt.get(undo.commandId) ?? undo.sentAt) }),
      },
    }),
    ...(coveredBy !== undefined && { coveredBy }),
  };
}

export const unknownVersion = ({ definition, version }: SagaInstance): ProblemException =>
  new ProblemException(
    409,
    'A version that is not known here',
    `This replica knows no '${definition}' v${version}: ask a newer one.`,
    { code: 'unknown-version' },
  );
