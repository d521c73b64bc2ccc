/**
 * Criteria that only documents know: of steps that simply go their way there is no index. A pattern
 * finds the documents that may fit by their text (see `stored-body.ts` of the store for their forms; a
 * whole document begins with a brace, and any of those may), and each is read to see whether it does.
 */
import {
  stepsOf,
  whereabouts,
  type OrdinaryStepState,
  type SagaInstance,
  type SagaRegistry,
} from '#saga';
import type { DocumentFilter } from '#saga-store';

/** Sagas that wait for something of this step. */
export const isAt = (step: string): DocumentFilter => ({
  pattern: `^\\{|"${step}":(\\["(sent|pending|in-doubt|undoing)"|\\{)`,
  matches: (instance) => whereabouts(instance).some((at) => at.step === step),
});

/** @param step undefined for any of its steps */
export const stepsAre = (
  state: OrdinaryStepState,
  step: string | undefined,
  registry: SagaRegistry,
): DocumentFilter => ({
  ...patternOf(state, step),
  matches: (instance) => {
    const names = step === undefined ? namesOf(registry, instance) : [step];
    return names.some(
      (name) => hasStep(registry, instance, name) && stateOf(instance, name) === state,
    );
  },
});

function patternOf(state: OrdinaryStepState, step: string | undefined): { pattern?: string } {
  if (step === undefined) {
    return state === 'waiting' ? {} : { pattern: `^\\{|\\["${state}"|"state":"${state}"` };
  }
  // A step that waits is hardly ever written down.
  if (state === 'waiting') return { pattern: `^\\{|^(?!.*"${step}":\\["[^w])` };
  return { pattern: `^\\{|"${step}":(\\["${state}"|\\{)` };
}

const stateOf = ({ steps }: SagaInstance, step: string) => steps[step]?.state ?? 'waiting';

/** Of one whose version is not known here any more, those that have begun. */
function namesOf(registry: SagaRegistry, { definition: name, version, steps }: SagaInstance) {
  const definition = registry.find(name, version);
  return definition ? stepsOf(definition).map((step) => step.name) : Object.keys(steps);
}

const hasStep = (registry: SagaRegistry, instance: SagaInstance, step: string): boolean =>
  namesOf(registry, instance).includes(step);
