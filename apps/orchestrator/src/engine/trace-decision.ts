import type { UnitOfWork } from '#messaging';
import { spanBelow } from '#platform';
import type { SagaInstance, SagaMessage } from '#saga';
import type { LiveInstance } from './working-set.js';

interface TracedDecision {
  /** What the decision's commands name as their trace; empty where there is none. */
  readonly cause: { readonly traceparent?: string };
  decided(live: LiveInstance, unit: UnitOfWork): void;
}

/**
 * The span of a decision, from taking it to its commit, and what belongs to it: the commands, and
 * those that timers send later, for which the instance remembers it. A trace that is not sampled, or
 * that another service records alone, is passed on as it is.
 */
export function deciding(
  traceparent: string | undefined,
  { definition, state }: SagaInstance,
  message: SagaMessage,
): TracedDecision {
  if (traceparent === undefined) return UNTRACED;
  const span = spanBelow(traceparent, () => ({
    name: `decide ${definition} ${message.kind}`,
    kind: 'internal',
    attributes: { 'saga.definition': definition, 'saga.message': message.kind },
  }));
  if (span === undefined) return { cause: { traceparent }, decided: () => undefined };
  return {
    cause: { traceparent: span.traceparent },
    decided(live, unit) {
      const { id, version, businessKey, revision } = live.instance;
      span.set({
        'saga.id': id,
        'saga.version': version,
        'saga.business_key': businessKey,
        'saga.revision': revision,
        'saga.state.before': state,
        'saga.state.after': live.instance.state,
      });
      live.trace = span.traceparent;
      unit.afterCommit(() => span.end());
    },
  };
}

const UNTRACED: TracedDecision = { cause: {}, decided: () => undefined };
