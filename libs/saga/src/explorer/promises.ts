/** What must hold in every run: after each decision, and where a run comes to rest. */
import type { SagaDefinition, Step } from '../definition.js';
import type { SagaInstance, StepInstance } from '../instance.js';
import type { Command, Decision } from '../messages.js';
import { openEffects } from '../ledger.js';
import { Violation } from './violation.js';
import { isUndo, NO_EFFECT, type Business } from './world.js';

const WAITING: StepInstance = { state: 'waiting' };

/** @throws Violation */
export const checkDecision = (
  definition: SagaDefinition,
  before: SagaInstance,
  { instance, commands }: Decision,
): void => {
  const { groups } = definition;
  const pivot = groups.flat().find(({ kind }) => kind === 'pivot');
  for (const command of commands.filter(isUndo)) {
    // What is out already may be sent again, whatever was reopened meanwhile.
    if (command.resend === 0) checkUndo(definition, before, instance, command);
    const pivotState = pivot && (instance.steps[pivot.name] ?? WAITING).state;
    if (pivotState !== undefined && !['waiting', 'skipped', 'refused'].includes(pivotState)) {
      throw new Violation(`'${command.step}' is undone while the pivot is ${pivotState}`);
    }
  }
  if (instance.state === 'compensated' && openEffects(instance.ledger).length > 0) {
    throw new Violation('it is compensated while its ledger is open');
  }
};

/** Nothing is undone that was never done, and nothing before what was done after it. */
const checkUndo = (
  { groups }: SagaDefinition,
  before: SagaInstance,
  after: SagaInstance,
  { step }: Command,
): void => {
  const at = groups.findIndex((group) => group.some(({ name }) => name === step));
  const kind = groups[at]?.find(({ name }) => name === step)?.kind;
  const was = (before.steps[step] ?? WAITING).state;
  if (kind !== 'local' && (was === 'waiting' || was === 'skipped')) {
    throw new Violation(`'${step}' is undone though it was never sent`);
  }
  for (const later of groups.slice(at + 1).flat()) {
    const stands = standing(later, after.steps[later.name] ?? WAITING, step);
    if (stands && (after.steps[step]?.undo?.round ?? 1) === 1) {
      throw new Violation(`'${step}' is undone before '${later.name}', which came after it`);
    }
  }
};

/** Whether a step still has to be undone by itself. */
const standing = (later: Step, { state, undo }: StepInstance, owner: string): boolean => {
  const { compensation } = later;
  const covered = compensation && 'coveredBy' in compensation && compensation.coveredBy === owner;
  if (covered) return false;
  if (state === 'undoing') return undo !== undefined && undo.state !== 'failed';
  return ['sent', 'pending', 'done', 'in-doubt'].includes(state);
};

/** `ended`: as it should. `attention`: a person has been told. `waiting`: a timer will go on. */
export type Rest = 'ended' | 'attention' | 'waiting';

/**
 * A world in which nothing is on its way any more.
 * @throws Violation
 */
export const checkRest = (
  { groups }: SagaDefinition,
  instance: SagaInstance,
  { effects }: Business,
): Rest => {
  const steps = groups.flat();
  const outOf = ({ name }: Step): number => {
    const { taken, returned } = effects[name] ?? NO_EFFECT;
    return taken - returned;
  };
  switch (instance.state) {
    case 'completed': {
      const wanted = ({ name }: Step): number =>
        instance.steps[name]?.state === 'skipped' ? 0 : 1;
      const missing = steps.find((step) => outOf(step) !== wanted(step));
      if (missing) throw new Violation(`it is completed, and '${missing.name}' has not its effect`);
      return 'ended';
    }
    case 'compensated': {
      const left = steps.find((step) => outOf(step) !== 0);
      if (left) throw new Violation(`it is compensated, and the effect of '${left.name}' is out`);
      return 'ended';
    }
    default:
      if (instance.attention) return 'attention';
      if (instance.wakeAt !== null) return 'waiting';
      throw new Violation(`it is ${instance.state}, and waits for nothing`);
  }
};
