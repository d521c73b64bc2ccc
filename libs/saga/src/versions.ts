/**
 * Moving a live instance to another version of its saga. Nothing moves by itself: an instance stays
 * on the version it began with until somebody moves it, and only where nothing that is out or done
 * would lose its meaning.
 */
import { stepsOf, type SagaDefinition, type Step } from './definition.js';
import type { LedgerEntry, SagaInstance, StepInstance } from './instance.js';
import type { MoveMessage } from './messages.js';
import { misfitOf } from './misfit.js';
import type { VersionMapping } from './version-mapping.js';

/**
 * - `compatible`: it can be moved (by the declared mapping, where there is one).
 * - `needs-mapping`: it could be moved if the newer version declared what is named.
 * - `must-stay`: it ends on the version it is on.
 */
export type MoveVerdict = 'compatible' | 'needs-mapping' | 'must-stay';

export interface MovePreview {
  readonly verdict: MoveVerdict;
  /** Why it cannot move, each naming the step; empty when it can. */
  readonly problems: readonly string[];
}

interface Problem {
  readonly verdict: Exclude<MoveVerdict, 'compatible'>;
  readonly text: string;
}

const stay = (text: string): Problem => ({ verdict: 'must-stay', text });
const lacks = (text: string): Problem => ({ verdict: 'needs-mapping', text });

/** What moving an instance would mean; changes nothing. */
export const previewMove = (
  from: SagaDefinition,
  to: SagaDefinition,
  instance: SagaInstance,
): MovePreview => {
  const problems = problemsOf(from, to, instance);
  const verdict = problems.some((problem) => problem.verdict === 'must-stay')
    ? 'must-stay'
    : problems.length > 0
      ? 'needs-mapping'
      : 'compatible';
  return { verdict, problems: problems.map(({ text }) => text) };
};

/** Why an instance is not moved; undefined when it can be. */
export const objectionToMove = (
  definition: SagaDefinition,
  instance: SagaInstance,
  { to, from = instance.version }: Pick<MoveMessage, 'to' | 'from'>,
): string | undefined => {
  if (from !== instance.version) return `it is on v${instance.version}, not on v${from}`;
  const { verdict, problems } = previewMove(definition, to, instance);
  return verdict === 'compatible' ? undefined : `${verdict}: ${problems.join('; ')}`;
};

/** The instance on the other version. Only for one whose preview says `compatible`. */
export const moveInstance = (to: SagaDefinition, instance: SagaInstance): SagaInstance => {
  const mapping = mappingFor(to, instance.version);
  const nameOf = (old: string): string => mapping.renamed?.[old] ?? old;
  const steps: Record<string, StepInstance> = {};
  for (const [name, step] of Object.entries(instance.steps)) {
    if (!mapping.dropped?.includes(name)) steps[nameOf(name)] = called(step, name, nameOf(name));
  }
  for (const { name } of passedBy(to, steps)) {
    if (!hasBegun(steps[name])) steps[name] = { state: 'skipped' };
  }
  const ledger: Record<string, LedgerEntry> = {};
  for (const [id, entry] of Object.entries(instance.ledger)) {
    ledger[id] = { ...entry, step: nameOf(entry.step) };
  }
  const input = mapping.input ? mapping.input(instance.input) : instance.input;
  return { ...instance, version: to.version, input, steps, ledger };
};

/** The answers to what it has sent keep coming under the name of then. */
const called = (step: StepInstance, before: string, now: string): StepInstance => {
  if (now === before || !step.command) return step;
  return { ...step, formerNames: [...(step.formerNames ?? []), before] };
};

const mappingFor = ({ movesFrom = [] }: SagaDefinition, version: number): VersionMapping =>
  movesFrom.find(({ from }) => from === version) ?? { from: version };

const problemsOf = (
  from: SagaDefinition,
  to: SagaDefinition,
  instance: SagaInstance,
): readonly Problem[] => {
  if (instance.state !== 'running') return [stay(`it is ${instance.state}`)];
  const mapping = mappingFor(to, instance.version);
  const targets = new Map(stepsOf(to).map((step) => [step.name, step]));
  const problems: Problem[] = [];
  const moved: Record<string, StepInstance> = {};
  for (const step of stepsOf(from)) {
    const current = instance.steps[step.name];
    if (!hasBegun(current)) continue;
    const name = mapping.renamed?.[step.name] ?? step.name;
    const problem = mapping.dropped?.includes(step.name)
      ? problemOfDropped(step, current)
      : problemOfStep(step, current, targets.get(name));
    if (problem) problems.push(problem);
    else moved[name] = current;
  }
  problems.push(...namesTaken(mapping, instance, targets));
  for (const { name } of passedBy(to, moved)) {
    if (moved[name] || mapping.skipped?.includes(name)) continue;
    problems.push(lacks(`'${name}' has not begun, and its place is past: is it skipped?`));
  }
  const misfit = misfitOfInput(to, mapping, instance.input);
  if (misfit !== undefined) problems.push(lacks(misfit));
  return problems;
};

/** A mapping is code of this version, for inputs that earlier ones have taken. */
const misfitOfInput = (
  to: SagaDefinition,
  mapping: VersionMapping,
  before: unknown,
): string | undefined => {
  let mapped: unknown;
  try {
    mapped = inputOf(mapping, before);
  } catch (error) {
    return `its input cannot be mapped: ${error instanceof Error ? error.message : String(error)}`;
  }
  const input = to.input.safeParse(mapped);
  return input.success ? undefined : `its input does not fit: ${misfitOf(input.error)}`;
};

const inputOf = (mapping: VersionMapping, input: unknown): unknown =>
  mapping.input ? mapping.input(input) : input;

const problemOfDropped = ({ name, kind }: Step, { state }: StepInstance): Problem | undefined => {
  if (state === 'skipped' || state === 'refused') return undefined;
  if (state === 'done' && kind === 'retriable') return undefined;
  return stay(`'${name}' is ${state}: what it did could no longer be answered for`);
};

const hasBegun = (step: StepInstance | undefined): step is StepInstance =>
  step !== undefined && step.state !== 'waiting';

const isOut = ({ state }: StepInstance): boolean => state === 'sent' || state === 'pending';

const problemOfStep = (
  old: Step,
  current: StepInstance,
  step: Step | undefined,
): Problem | undefined => {
  if (!step)
    return lacks(`'${old.name}' is ${current.state} and exists no more: renamed, dropped?`);
  if (current.state === 'skipped') return undefined;
  if (step.kind !== old.kind) {
    return stay(`'${old.name}' is ${current.state}, and was ${old.kind}, not ${step.kind}`);
  }
  const [before, after] = [old.command, step.command];
  const sameCommand = before?.name === after?.name && before?.version === after?.version;
  if (isOut(current) && !sameCommand) {
    return stay(`'${old.name}' waits for an answer to ${before?.name} v${before?.version}`);
  }
  return undefined;
};

/** Ids of commands are made from names: a participant would take the one for the other. */
const namesTaken = (
  { renamed = {} }: VersionMapping,
  { steps }: SagaInstance,
  targets: ReadonlyMap<string, Step>,
): readonly Problem[] =>
  Object.entries(steps).flatMap(([old, { formerNames = [] }]) => {
    const name = renamed[old] ?? old;
    return formerNames
      .filter((former) => former !== name && targets.has(former))
      .map((former) => stay(`'${former}' is another step there, and what '${name}' was called`));
  });

/** Steps before the last one that is no longer waiting, or beside it: their turn has come. */
const passedBy = (
  to: SagaDefinition,
  steps: Readonly<Record<string, StepInstance>>,
): readonly Step[] => {
  const last = to.groups.findLastIndex((group) => group.some(({ name }) => hasBegun(steps[name])));
  // A new step beside one that is out can still be sent; beside a finished group it cannot.
  const current = to.groups.slice(last, last + 1).flat();
  const isOpen = current.some(({ name }) => {
    const step = steps[name];
    return step && isOut(step);
  });
  return to.groups.slice(0, isOpen ? last : last + 1).flat();
};
