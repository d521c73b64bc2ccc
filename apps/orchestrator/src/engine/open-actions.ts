/** Everything that a person could do to a saga as it is, asked of the core one by one. */
import { runtime } from '#platform';
import { objectionTo, stepsOf, type SagaInstance, type SagaRegistry, type StepTiming } from '#saga';
import { messageFor, type Wanted } from './wanted.js';

export interface OpenAction extends Pick<
  Wanted,
  'action' | 'step' | 'outcome' | 'effect' | 'version'
> {
  readonly allowed: boolean;
  /** Why not. */
  readonly why?: string;
}

/**
 * As of now, on this replica; what is done is decided anew, by the revision that was looked at.
 * @returns nothing for a version that this replica does not know
 */
export function openTo(
  instance: SagaInstance,
  registry: SagaRegistry,
  timing: Required<StepTiming>,
): OpenAction[] {
  const definition = registry.definitionOf(instance);
  if (!definition) return [];
  const context = { now: runtime.date().getTime(), jitter: 0, timing };
  return candidates(instance, registry).map((candidate) => {
    const wanted = { ...candidate, sagaId: instance.id, actor: { owner: '?' }, reason: '?' };
    const message = messageFor(wanted, '?', { instance, definition, registry }, { asked: true });
    const why =
      typeof message === 'string' ? message : objectionTo(definition, instance, message, context);
    return { ...candidate, allowed: why === undefined, ...(why !== undefined && { why }) };
  });
}

type Candidate = Pick<Wanted, 'action' | 'step' | 'outcome' | 'effect' | 'version'>;

function candidates(instance: SagaInstance, registry: SagaRegistry): Candidate[] {
  const definition = registry.definitionOf(instance);
  const versions = registry.definitions.filter(
    ({ name, version }) => name === instance.definition && version !== instance.version,
  );
  const open = Object.values(instance.ledger).filter(({ taken, returned }) => taken !== returned);
  return [
    ...(['cancel', 'compensate', 'hold', 'release', 'clear-attention'] as const).map((action) => ({
      action,
    })),
    ...(definition ? stepsOf(definition) : []).flatMap(({ name: step }): Candidate[] => [
      { action: 'retry', step },
      { action: 'skip', step },
      { action: 'resolve', step, outcome: 'happened' },
      { action: 'resolve', step, outcome: 'did-not-happen' },
    ]),
    ...open.map(({ id }) => ({ action: 'settle-effect', effect: id }) as const),
    ...versions.map(({ version }) => ({ action: 'move', version }) as const),
  ];
}
