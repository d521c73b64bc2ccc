/** What the types say, and what they cannot, checked for every definition when a service starts. */
import { coverOf, type SagaDefinition, type Step, type StepGroup } from './definition.js';
import type { Reaction } from './reactions.js';

type Complain = (problem: string) => void;

/** All that is wrong with a definition, each naming it and the step; empty when it is sound. */
export const checkDefinition = (definition: SagaDefinition): readonly string[] => {
  const { name, version, groups } = definition;
  const title = `saga '${name}' v${version}`;
  const problems: string[] = [];
  const earlier = new Map<string, Step>();
  let noReturn: Step | undefined;
  for (const group of groups) {
    checkGroup(group, (step, problem) => problems.push(`${title}, step '${step}': ${problem}`));
    for (const step of group) {
      const complain: Complain = (problem) =>
        problems.push(`${title}, step '${step.name}': ${problem}`);
      checkPlace(step, earlier, noReturn, complain);
      checkCommand(step, complain);
      checkReactions(step, complain);
      checkRecall(step, complain);
      checkTiming(step, complain);
    }
    for (const step of group) earlier.set(step.name, step);
    noReturn ??= group.find(({ kind }) => kind === 'pivot' || kind === 'retriable');
  }
  if (earlier.size === 0) problems.push(`${title} has no steps`);
  for (const { from, renamed = {}, dropped = [] } of definition.movesFrom ?? []) {
    if (from >= version) problems.push(`${title} moves from v${from}, which is not older`);
    // Ids of commands are made from names: a participant would take the one for the other.
    for (const old of [...Object.keys(renamed), ...dropped]) {
      if (!earlier.has(old)) continue;
      problems.push(`${title}, step '${old}': v${from} had another of that name, which moved here`);
    }
  }
  return problems;
};

const checkGroup = (group: StepGroup, complain: (step: string, problem: string) => void): void => {
  const [first] = group;
  if (!first || group.length === 1) return;
  const names = new Set<string>();
  for (const { name, kind } of group) {
    if (names.has(name)) complain(name, 'the name is used twice');
    names.add(name);
    if (kind === 'pivot' || kind === 'local') {
      complain(name, `a ${kind} step cannot stand in a parallel group`);
    } else if (kind !== first.kind) {
      complain(name, `a ${kind} step cannot stand beside the ${first.kind} '${first.name}'`);
    }
  }
};

/** A name is part of command ids, where a colon begins what follows it. */
const NAME = /^[a-z][a-z0-9-]*$/;

const checkPlace = (
  step: Step,
  earlier: ReadonlyMap<string, Step>,
  noReturn: Step | undefined,
  complain: Complain,
): void => {
  const { name, kind, compensation } = step;
  if (!NAME.test(name)) complain('a name is lower case, with digits and hyphens');
  if (earlier.has(name)) complain('the name is used twice');
  const undoable = kind === 'compensable' || kind === 'local';
  if (noReturn && undoable)
    complain(`a ${kind} step after the ${noReturn.kind} '${noReturn.name}'`);
  if (noReturn && kind === 'pivot') {
    complain(`a pivot after the ${noReturn.kind} '${noReturn.name}'`);
  }
  if (undoable && !compensation) complain('its compensation is missing');
  if (!undoable && compensation) complain(`a ${kind} step is never compensated`);
  if (step.when && (kind === 'pivot' || kind === 'local')) {
    complain(`a ${kind} step cannot be conditional`);
  }
  if (step.skippable && (kind === 'pivot' || kind === 'local')) {
    complain(`a ${kind} step cannot be skippable`);
  }
  const coveredBy = coverOf(step);
  if (coveredBy === undefined) return;
  const cover = earlier.get(coveredBy);
  if (!cover) complain(`it is covered by '${coveredBy}', which is not before it`);
  else if (
    cover.when ||
    cover.skippable ||
    reactionsOf(cover).some(({ kind: of }) => of === 'carry-on')
  ) {
    complain(`it is covered by '${coveredBy}', which may be skipped`);
  } else if (coverOf(cover) !== undefined) {
    complain(`it is covered by '${coveredBy}', which is covered itself`);
  }
};

const checkCommand = ({ kind, command, payload }: Step, complain: Complain): void => {
  if (kind !== 'local' && (!command || !payload)) complain('its command is missing');
};

const reactionsOf = ({ on = {} }: Step): readonly Reaction[] => Object.values(on);

const checkReactions = ({ kind, command, on = {} }: Step, complain: Complain): void => {
  for (const [name, reply] of Object.entries(command?.replies ?? {})) {
    const reaction = on[name];
    if (reply.kind === 'success') {
      if (reaction && reaction.kind !== 'update') {
        complain(`'${name}' is a success, and cannot lead to ${reaction.kind}`);
      }
    } else if (kind === 'retriable') {
      complain(`'${command?.name}' can refuse ('${name}')`);
    } else if (!reaction) {
      complain(`the refusal '${name}' has no reaction`);
    } else if (reaction.kind === 'update') {
      complain(`'${name}' is a refusal, and cannot lead to ${reaction.kind}`);
    } else if (reaction.kind === 'carry-on' && kind === 'pivot') {
      complain('a saga cannot carry on without its pivot');
    }
  }
  for (const [name, reaction] of Object.entries(on)) {
    if (!command?.replies[name]) complain(`it has no reply '${name}' to react to`);
    if (reaction.kind !== 'mend' || typeof reaction.windowMs === 'function') continue;
    if (!(reaction.windowMs > 0)) complain('windowMs must be positive');
  }
};

const checkRecall = ({ kind, command, recall }: Step, complain: Complain): void => {
  if (!recall) return;
  const { name, participant, replies } = recall.command;
  if (kind !== 'pivot') complain(`a ${kind} step is never recalled`);
  if (participant !== command?.participant) {
    complain(`'${name}' goes to '${participant}', which does not work on the step`);
  }
  for (const [reply, { kind: of }] of Object.entries(replies)) {
    if (of === 'refusal') complain(`'${name}' can refuse ('${reply}')`);
  }
};

const checkTiming = ({ timeoutMs, attempts, pendingMs }: Step, complain: Complain): void => {
  if (timeoutMs !== undefined && !(timeoutMs > 0)) complain('timeoutMs must be positive');
  if (pendingMs !== undefined && !(pendingMs > 0)) complain('pendingMs must be positive');
  if (attempts !== undefined && !(Number.isInteger(attempts) && attempts > 0)) {
    complain('attempts must be a whole number of at least 1');
  }
};
