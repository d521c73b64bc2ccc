/** The way forward: groups one after the other, each group's steps at once. */
import type { Reason } from '#contracts';
import { beginCompensation } from './compensate.js';
import type { Step } from './definition.js';
import type { Draft } from './draft.js';
import type { CommandState, StepInstance } from './instance.js';
import type { ReplyMessage } from './messages.js';
import { mendWindowMs } from './reactions.js';
import { isTooOldToResend, longestIntervalMs } from './timing.js';

/** Of the refused ones those that the saga goes on without; the others wait for a better input. */
const isSettled = ({ state, command }: StepInstance): boolean =>
  state === 'done' || state === 'skipped' || (state === 'refused' && command?.dueAt === undefined);

/** Sends the first group that has not been sent; completes the saga when all groups are settled. */
export const advance = (draft: Draft): void => {
  if (draft.held) return;
  for (const group of draft.definition.groups) {
    for (const step of group) {
      if (draft.step(step.name).state !== 'waiting') continue;
      if (step.when?.(draft.forwardContext()) === false) {
        draft.change(step.name, { state: 'skipped' });
      } else {
        draft.sendForward(step);
      }
    }
    if (!group.every((step) => isSettled(draft.step(step.name)))) return;
  }
  draft.state = 'completed';
};

export const isOut = (step: StepInstance): boolean =>
  step.state === 'sent' || step.state === 'pending';

/** A group of retriable steps is the point of no return of a saga that has no pivot. */
const hasBegunRetriable = (draft: Draft): boolean =>
  draft.steps.some(
    ({ kind, name }) =>
      kind === 'retriable' && !['waiting', 'skipped'].includes(draft.step(name).state),
  );

/** The pivot whose answer is out. */
export const pivotOut = (draft: Draft): Step | undefined =>
  draft.steps.find((step) => step.kind === 'pivot' && isOut(draft.step(step.name)));

/** Why a running saga cannot be turned around any more; undefined before that. */
export const noWayBack = (draft: Draft): string | undefined => {
  if (pivotOut(draft)) return undefined;
  const isDone = draft.steps.some(
    ({ kind, name }) => kind === 'pivot' && draft.step(name).state === 'done',
  );
  if (isDone) return 'the pivot is done';
  return hasBegunRetriable(draft) ? 'there is no way back from here' : undefined;
};

/** The customer's cancel of a running saga: before the pivot it undoes, at the pivot it waits. */
export const cancelRunning = (draft: Draft, reason: Reason): void => {
  const refused = noWayBack(draft);
  if (refused !== undefined) {
    draft.note(`cancel refused: ${refused}`);
  } else if (pivotOut(draft)) {
    draft.cancel = reason;
    draft.note('cancel waits for the answer of the pivot');
    recallPivot(draft);
  } else {
    beginCompensation(draft, reason);
  }
};

/** A cancel waits for a pivot that can be called back: whoever works on it is asked to. */
export const recallPivot = (draft: Draft): void => {
  if (draft.held || !draft.cancel) return;
  for (const step of draft.steps) {
    if (step.recall && isOut(draft.step(step.name))) draft.sendRecall(step, draft.cancel);
  }
};

/** Applies the answer to a forward command of a saga that is still going forward. */
export const replyForward = (draft: Draft, step: Step, reply: ReplyMessage): void => {
  const current = draft.step(step.name);
  if (!isOut(current)) {
    draft.note(`${reply.outcome} recorded: step '${step.name}' is ${current.state}`);
    return;
  }
  switch (reply.outcome) {
    case 'succeeded':
      return succeeded(draft, step, reply.name, reply.result);
    case 'refused':
      return refused(draft, step, reply);
    case 'pending':
      return pending(draft, step, current);
    case 'parked':
      return parked(draft, step, reply);
    case 'dead':
      return dead(draft, step, reply);
  }
};

/** @param name of the answer, which may have a reaction */
export const succeeded = (
  draft: Draft,
  step: Step,
  name: string,
  result: StepInstance['result'] = {},
): void => {
  // Later steps are built from the result, and expect one of every step that is done.
  draft.change(step.name, { state: 'done', finishedAt: draft.now, result });
  draft.settle(step.name);
  const reaction = step.on?.[name];
  if (reaction?.kind === 'update') draft.input = reaction.apply(draft.input, result);
  if (step.kind === 'pivot' && draft.cancel) {
    draft.cancel = undefined;
    draft.note('cancel refused: the pivot is done');
  }
  advance(draft);
};

const reasonOf = (reply: ReplyMessage): Reason =>
  reply.reason ?? { code: reply.name, message: `answered ${reply.name}` };

const refused = (draft: Draft, step: Step, reply: ReplyMessage): void => {
  if (step.kind === 'retriable') {
    // Its contract has no refusal, so only the generic one (expired, undone) can arrive here.
    const { code, message } = reasonOf(reply);
    draft.raise(step.name, code, `'${step.name}' was refused after the pivot: ${message}`);
    waitLongest(draft, step, reasonOf(reply));
    return;
  }
  const reason = reasonOf(reply);
  const reaction = step.on?.[reply.name];
  const { dueAt: _, ...answered } = draft.commandOf(step);
  draft.change(step.name, {
    state: 'refused',
    refusal: { name: reply.name, reason },
    finishedAt: draft.now,
    command: answered,
  });
  if (reaction?.kind === 'carry-on') {
    draft.note(`goes on without '${step.name}'`);
    return advance(draft);
  }
  // Who has called it back wanted it undone, whatever it says now.
  const cause = (step.recall && draft.cancel) ?? reason;
  // Who wants to cancel will not mend.
  if (reaction?.kind !== 'mend' || draft.cancel) return beginCompensation(draft, cause);
  const windowMs = mendWindowMs(reaction, draft.input);
  if (!(windowMs > 0)) return beginCompensation(draft, reason);
  const dueAt = draft.now + windowMs;
  draft.change(step.name, { command: { ...draft.commandOf(step), dueAt } });
  draft.note(`'${step.name}' waits for a better input`);
};

const pending = (draft: Draft, step: Step, current: StepInstance): void => {
  if (current.state === 'pending') {
    draft.note('pending recorded: already pending');
    return;
  }
  const dueAt = draft.now + draft.timing(step).pendingMs;
  draft.change(step.name, { state: 'pending', command: { ...aliveAgain(draft, step), dueAt } });
};

const parked = (draft: Draft, step: Step, reply: ReplyMessage): void => {
  // The participant is alive and retries by itself, so its silence is not counted against it.
  const command = aliveAgain(draft, step);
  // What is pending keeps its own, long deadline.
  const isPending = draft.step(step.name).state === 'pending';
  const dueAt = isPending ? command.dueAt : draft.dueAfter(step, command.attempts);
  draft.change(step.name, {
    command: { ...command, ...(dueAt !== undefined && { dueAt }), error: reasonOf(reply) },
  });
};

/** What had been given up was sent once more from its dead letter. */
const aliveAgain = (draft: Draft, step: Step): CommandState => {
  const { dead: _, ...command } = draft.commandOf(step);
  return command;
};

const dead = (draft: Draft, step: Step, reply: ReplyMessage): void => {
  const reason = reasonOf(reply);
  if (step.kind === 'compensable') return doubt(draft, step, reason);
  draft.raise(step.name, reason.code, `'${step.name}' failed for good: ${reason.message}`);
  waitLongest(draft, step, reason);
  draft.change(step.name, { command: { ...draft.commandOf(step), dead: true } });
};

/** Nobody knows whether the step has had an effect, so it is undone like one that has. */
export const doubt = (draft: Draft, step: Step, error: Reason): void => {
  draft.change(step.name, { state: 'in-doubt', command: { ...draft.commandOf(step), error } });
  beginCompensation(draft, error);
};

const waitLongest = (draft: Draft, step: Step, error: Reason): void => {
  const dueAt = draft.now + longestIntervalMs(draft.timing(step), draft.context.jitter);
  draft.change(step.name, { command: { ...draft.commandOf(step), dueAt, error } });
};

/** Whether there is another try left for a command that is out. */
const isTriedAgain = (draft: Draft, step: Step): boolean => {
  const { attempts, issuedOn } = draft.commandOf(step);
  return (
    draft.step(step.name).state === 'sent' &&
    !isTooOldToResend(issuedOn, draft.now) &&
    attempts < draft.timing(step).attempts
  );
};

/** Whether a step's silence turns the saga around, now that its timer is due. */
export const isForGood = (draft: Draft, step: Step): boolean =>
  step.kind === 'compensable' && isOut(draft.step(step.name)) && !isTriedAgain(draft, step);

/** A forward command's timer is due: it goes out again, or its outcome is unknown for good. */
export const forwardDue = (draft: Draft, step: Step): void => {
  if (isTriedAgain(draft, step)) {
    draft.sendForward(step);
    return recallPivot(draft);
  }
  const { state } = draft.step(step.name);
  const command = draft.commandOf(step);
  const silence: Reason = {
    code: state === 'pending' ? 'pending-too-long' : 'no-answer',
    message: `'${step.name}' stayed silent after ${command.attempts} sendings`,
  };
  if (step.kind === 'compensable') return doubt(draft, step, silence);
  // After the pivot is sent there is no way back: it goes on, and a person is told.
  draft.raise(step.name, silence.code, silence.message);
  if (!isTooOldToResend(command.issuedOn, draft.now)) {
    draft.sendForward(step);
    return recallPivot(draft);
  }
  const { dueAt: _, ...waiting } = command;
  draft.change(step.name, { command: waiting });
  draft.note(`'${step.name}' is not sent again: its participant may have forgotten it`);
};
