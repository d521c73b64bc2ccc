/** What the types cannot say, checked for every definition when a service starts. */
import { stepsOf, type SagaDefinition, type Step } from './definition.js';

/** All that is wrong with a definition, each naming it and the step; empty when it is sound. */
export const checkDefinition = (definition: SagaDefinition): readonly string[] => {
  const problems: string[] = [];
  const complain = (step: string, problem: string): void => {
    problems.push(`saga '${definition.name}' v${definition.version}, step '${step}': ${problem}`);
  };
  const seen = new Map<string, Step>();
  let pivot: string | undefined;
  for (const step of stepsOf(definition)) {
    if (seen.has(step.name)) complain(step.name, 'the name is used twice');
    checkStep(step, seen, pivot, (problem) => complain(step.name, problem));
    seen.set(step.name, step);
    if (step.kind === 'pivot') pivot = step.name;
  }
  if (seen.size === 0) {
    problems.push(`saga '${definition.name}' v${definition.version} has no steps`);
  }
  for (const group of definition.groups) {
    const odd = group.length > 1 && group.find((step) => step.kind !== 'retriable');
    if (odd) complain(odd.name, `a ${odd.kind} step cannot stand in a parallel group`);
  }
  return problems;
};

const checkStep = (
  step: Step,
  earlier: ReadonlyMap<string, Step>,
  pivot: string | undefined,
  complain: (problem: string) => void,
): void => {
  const undoable = step.kind === 'compensable' || step.kind === 'local';
  if (undoable && pivot !== undefined) complain(`a ${step.kind} step after the pivot '${pivot}'`);
  if (step.kind === 'pivot' && pivot !== undefined) complain(`a second pivot after '${pivot}'`);
  if (undoable && !step.compensation) complain('its compensation is missing');
  if (!undoable && step.compensation) complain(`a ${step.kind} step is never compensated`);
  if (step.kind !== 'local' && (!step.command || !step.payload)) complain('its command is missing');
  if (step.when && (step.kind === 'pivot' || step.kind === 'local')) {
    complain(`a ${step.kind} step cannot be conditional`);
  }
  if (step.compensation && 'coveredBy' in step.compensation) {
    const { coveredBy } = step.compensation;
    const cover = earlier.get(coveredBy);
    if (!cover) complain(`it is covered by '${coveredBy}', which is not before it`);
    else if (cover.when) complain(`it is covered by '${coveredBy}', which may be skipped`);
  }
  if (step.kind === 'retriable' && step.command) {
    for (const [name, reply] of Object.entries(step.command.replies)) {
      if (reply.kind === 'refusal') complain(`'${step.command.name}' can refuse ('${name}')`);
    }
  }
  const { timeoutMs, attempts } = step;
  if (timeoutMs !== undefined && !(timeoutMs > 0)) complain('timeoutMs must be positive');
  if (attempts !== undefined && !(Number.isInteger(attempts) && attempts > 0)) {
    complain('attempts must be a whole number of at least 1');
  }
};
