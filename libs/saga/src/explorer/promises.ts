/** What must hold in every run: after each decision, and where a run comes to rest. */
import { stepsOf, type SagaDefinition, type Step } from '../definition.js';
import type { SagaInstance, StepInstance, StepStateName } from '../instance.js';
import type { Command, Decision } from '../messages.js';
import { openEffects } from '../ledger.js';
import { Violation } from './violation.js';
import { effectOf, isRecall, isUndo, type Business } from './world.js';

const WAITING: StepInstance = { state: 'waiting' };

const stepOf = ({ steps }: SagaInstance, name: string): StepInstance => steps[name] ?? WAITING;

const stateOf = (instance: SagaInstance, name: string): StepStateName =>
  stepOf(instance, name).state;

/** @throws Violation */
export const checkDecision = (
  definition: SagaDefinition,
  before: SagaInstance,
  { instance, commands }: Decision,
): void => {
  for (const command of commands) {
    if (isRecall(command)) {
      checkRecall(instance, command);
    } else if (isUndo(command)) {
      checkPivot(definition, before, instance, command);
      // What is out already may be sent again, whatever was reopened meanwhile.
      if (command.resend === 0) checkUndo(definition, before, instance, command);
    } else {
      checkForward(definition, instance, command);
    }
  }
  if (instance.held && commands.length > 0) {
    throw new Violation('something is sent while it is held');
  }
  if (instance.state === 'compensated' && openEffects(instance.ledger).length > 0) {
    throw new Violation('it is compensated while its ledger is open');
  }
  if (['compensating', 'compensated'].includes(instance.state) && !instance.cause?.code) {
    throw new Violation(`it is ${instance.state} without a cause`);
  }
  const { attention } = instance;
  const isNew = attention !== before.attention;
  if (attention && isNew && !(attention.code && attention.message)) {
    throw new Violation('it asks for attention without a cause');
  }
};

/**
 * A timer that comes again finds that nothing was due by then any more.
 * @param before as the timer has left it
 * @throws Violation
 */
export const checkRepeated = (before: SagaInstance, { instance, commands }: Decision): void => {
  const told = ({ state, steps, wakeAt }: SagaInstance) => JSON.stringify([state, steps, wakeAt]);
  if (commands.length === 0 && told(instance) === told(before)) return;
  throw new Violation('a timer takes effect twice');
};

/** Only what is out is called back, and only because somebody wants to. */
const checkRecall = (instance: SagaInstance, { step }: Command): void => {
  const state = stateOf(instance, step);
  if (state !== 'sent' && state !== 'pending')
    throw new Violation(`'${step}' is recalled while it is ${state}`);
  if (!instance.cancel) throw new Violation(`'${step}' is recalled, and nobody asked for it`);
};

/** Groups go one after the other, and nothing goes forward on the way back. */
const checkForward = (
  { groups }: SagaDefinition,
  instance: SagaInstance,
  { step }: Command,
): void => {
  if (instance.state !== 'running') {
    throw new Violation(`'${step}' is sent while it is ${instance.state}`);
  }
  const at = groups.findIndex((group) => group.some(({ name }) => name === step));
  for (const { name } of groups.slice(0, at).flat()) {
    if (isSettled(stepOf(instance, name))) continue;
    throw new Violation(`'${step}' is sent before '${name}' is done`);
  }
};

/** A refused step that waits for nothing is one that the saga does without. */
const isSettled = ({ state, command }: StepInstance): boolean =>
  state === 'done' || state === 'skipped' || (state === 'refused' && command?.dueAt === undefined);

const isOut = (state: StepStateName): boolean => !['waiting', 'skipped', 'refused'].includes(state);

/** Once the pivot was sent, only its refusal lets anything be undone. */
const checkPivot = (
  definition: SagaDefinition,
  before: SagaInstance,
  after: SagaInstance,
  { step }: Command,
): void => {
  for (const { name, kind } of stepsOf(definition)) {
    if (name === step && (kind === 'pivot' || kind === 'retriable')) {
      throw new Violation(`'${step}' is undone, but a ${kind} step never is`);
    }
    if (kind !== 'pivot') continue;
    const [was, is] = [stateOf(before, name), stateOf(after, name)];
    if (isOut(is) || (isOut(was) && is !== 'refused')) {
      throw new Violation(`'${step}' is undone while the pivot is ${isOut(is) ? is : was}`);
    }
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
  const was = stateOf(before, step);
  const isNothing = ['waiting', 'skipped', 'refused', 'undone'].includes(was);
  if (kind !== 'local' && isNothing && !hasOpenEffect(groups.flat(), after, step)) {
    throw new Violation(`'${step}' is undone though it was ${was}`);
  }
  for (const later of groups.slice(at + 1).flat()) {
    const stands = standing(later, stepOf(after, later.name), step);
    if (stands && (after.steps[step]?.undo?.round ?? 1) === 1) {
      throw new Violation(`'${step}' is undone before '${later.name}', which came after it`);
    }
  }
};

/** Something is out of the step or of what it covers, whatever was answered. */
const hasOpenEffect = (
  steps: readonly Step[],
  { ledger }: SagaInstance,
  undoer: string,
): boolean => {
  const owners = steps.flatMap(({ name, compensation }) =>
    name === undoer || isCoveredBy(compensation, undoer) ? [name] : [],
  );
  return openEffects(ledger).some(({ step }) => owners.includes(step));
};

const isCoveredBy = (compensation: Step['compensation'], name: string): boolean =>
  compensation !== undefined && 'coveredBy' in compensation && compensation.coveredBy === name;

/** Whether a step still has to be undone by itself. */
const standing = (later: Step, { state, undo }: StepInstance, owner: string): boolean => {
  if (isCoveredBy(later.compensation, owner)) return false;
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
    const { taken, returned } = effectOf(effects, name);
    return taken - returned;
  };
  switch (instance.state) {
    case 'completed': {
      const wanted = ({ name }: Step): number =>
        ['skipped', 'refused'].includes(stateOf(instance, name)) ? 0 : 1;
      // Of what was skipped by hand after it was sent nobody knows, and nothing relies on it.
      const isKnown = ({ name }: Step): boolean => {
        const { state, command } = stepOf(instance, name);
        return state !== 'skipped' || command === undefined;
      };
      const missing = steps.find((step) => isKnown(step) && outOf(step) !== wanted(step));
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
