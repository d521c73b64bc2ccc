/**
 * The way back: every step that was sent and not finally refused is undone, last group first. A
 * step in doubt is undone like one that is done: silence means unknown, never failed.
 */
import type { Reason } from '#contracts';
import { coverOf, type Step } from './definition.js';
import type { Draft } from './draft.js';
import { UNKNOWN_STEP, type StepInstance } from './instance.js';
import { openEffects } from './ledger.js';
import type { ReplyMessage } from './messages.js';
import { isTooOldToResend, longestIntervalMs } from './timing.js';

/** A participant that reports an effect after each "undone" is asked this often, then a person. */
const MAX_ROUNDS = 3;

export const beginCompensation = (draft: Draft, cause: Reason): void => {
  draft.state = 'compensating';
  draft.cause = cause;
  draft.cancel = undefined;
  draft.settleAll();
  for (const step of draft.steps) {
    if (draft.step(step.name).state === 'waiting') draft.change(step.name, { state: 'skipped' });
  }
  compensate(draft);
};

const needsUndo = (step: StepInstance): boolean =>
  step.state === 'done' ||
  step.state === 'sent' ||
  step.state === 'pending' ||
  step.state === 'in-doubt';

/** A failed compensation needs a person, but what does not depend on it goes on. */
const isWaitedFor = (step: StepInstance): boolean =>
  step.state === 'undoing' && step.undo !== undefined && step.undo.state !== 'failed';

/** Sends the next compensations; ends the saga when nothing is left and the ledger is even. */
export const compensate = (draft: Draft): void => {
  if (draft.held) return;
  for (const group of draft.definition.groups.toReversed()) {
    for (const step of group) {
      if (needsUndo(draft.step(step.name))) undo(draft, step);
    }
    if (group.some((step) => isWaitedFor(draft.step(step.name)))) return;
  }
  if (draft.steps.some((step) => draft.step(step.name).state === 'undoing')) return;
  const open = openEffects(draft.ledger);
  if (open.length === 0) {
    draft.state = 'compensated';
    draft.settleAll();
    return;
  }
  for (const { step, id, taken, returned, unit } of open) {
    draft.raise(
      step,
      'ledger-open',
      `all is undone, but ${taken - returned} ${unit} of ${id} is out`,
    );
  }
};

const undo = (draft: Draft, step: Step): void => {
  if (coverOf(step) !== undefined) {
    // It is undone by, and together with, the step that covers it.
    draft.change(step.name, { state: 'undoing' });
    return;
  }
  draft.sendUndo(step, 1);
};

export const markUndone = (draft: Draft, step: Step): void => {
  const { undo: sent } = draft.step(step.name);
  draft.change(step.name, {
    state: 'undone',
    finishedAt: draft.now,
    ...(sent && { undo: { ...withoutTimer(sent), state: 'done' } }),
  });
  draft.settle(step.name);
  for (const covered of draft.steps) {
    if (coverOf(covered) === step.name && draft.step(covered.name).state === 'undoing') {
      draft.change(covered.name, { state: 'undone', finishedAt: draft.now });
    }
  }
};

const withoutTimer = <T extends { readonly dueAt?: number }>(command: T): Omit<T, 'dueAt'> => {
  const { dueAt: _, ...rest } = command;
  return rest;
};

/** Applies the answer to a compensation. */
export const replyUndo = (draft: Draft, step: Step, reply: ReplyMessage): void => {
  if (draft.step(step.name).state !== 'undoing') {
    draft.note(`${reply.outcome} recorded: the compensation of '${step.name}' is over`);
    return;
  }
  const sent = draft.undoOf(step);
  const error = reply.reason ?? { code: reply.name, message: `answered ${reply.name}` };
  const timing = draft.timing(step);
  switch (reply.outcome) {
    case 'succeeded':
      markUndone(draft, step);
      break;
    case 'pending':
      draft.change(step.name, {
        undo: { ...sent, state: 'pending', dueAt: draft.now + timing.pendingMs },
      });
      break;
    case 'parked': {
      // What is pending keeps its own, long deadline.
      const dueAt = sent.state === 'pending' ? sent.dueAt : draft.dueAfter(step, sent.attempts);
      draft.change(step.name, { undo: { ...sent, error, ...(dueAt !== undefined && { dueAt }) } });
      break;
    }
    case 'refused':
    case 'dead': {
      const dueAt = draft.now + longestIntervalMs(timing, draft.context.jitter);
      draft.change(step.name, { undo: { ...sent, state: 'failed', error, dueAt } });
      draft.raise(step.name, error.code, `'${step.name}' cannot be undone: ${error.message}`);
      break;
    }
  }
  // First what is out again, so that nothing before it is undone meanwhile.
  reopenForOpenEffects(draft);
  compensate(draft);
};

/** A compensation's timer is due: it goes out again, for as long as it takes. */
export const undoDue = (draft: Draft, step: Step): void => {
  const sent = draft.undoOf(step);
  if (sent.attempts >= draft.timing(step).attempts && sent.state !== 'failed') {
    draft.raise(
      step.name,
      'no-answer',
      `the compensation of '${step.name}' stayed silent after ${sent.attempts} sendings`,
    );
  }
  undoAgain(draft, step);
};

/** Sends a compensation once more, by a timer or because somebody wants it. */
export const undoAgain = (draft: Draft, step: Step): void => {
  const sent = draft.undoOf(step);
  // A compensation has the same effect however often it comes, also as a new command.
  const tooOld = isTooOldToResend(sent.issuedOn, draft.now);
  draft.sendUndo(step, tooOld ? sent.round + 1 : sent.round);
  // What failed stays failed until it succeeds, so that independent compensations do not wait.
  if (sent.state === 'failed') {
    draft.change(step.name, { undo: { ...draft.undoOf(step), state: 'failed' } });
  }
};

/**
 * After a report: an effect that is out although its step is undone, refused or skipped (a transfer
 * paid after it expired) is undone again, also when the saga had ended.
 */
export const reopenForOpenEffects = (draft: Draft): void => {
  if (draft.held || (draft.state !== 'compensating' && draft.state !== 'compensated')) return;
  const open = openEffects(draft.ledger);
  for (const step of draft.steps) {
    const effect = open.find((candidate) => undoerOf(draft, candidate.step) === step.name);
    const { state, command, undo: sent } = draft.step(step.name);
    const over = state === 'undone' || state === 'refused' || (state === 'skipped' && command);
    if (!effect || !over) continue;
    draft.state = 'compensating';
    const round = sent ? sent.round + 1 : 1;
    if (round > MAX_ROUNDS) {
      draft.raise(step.name, 'ledger-open', `${effect.id} is still out after ${MAX_ROUNDS} undos`);
      continue;
    }
    draft.note(`reopened: ${effect.id} is out although '${step.name}' was ${state}`);
    draft.sendUndo(step, round);
  }
  const stray = open.find(({ step }) => draft.steps.every(({ name }) => name !== step));
  if (!stray) return;
  draft.state = 'compensating';
  const { id, taken, returned, unit } = stray;
  draft.raise(
    UNKNOWN_STEP,
    'ledger-open',
    `${taken - returned} ${unit} of ${id} is out, of no step`,
  );
};

/** The step whose compensation undoes the effects of this one. */
const undoerOf = (draft: Draft, name: string): string => {
  const step = draft.steps.find((candidate) => candidate.name === name);
  return (step && coverOf(step)) ?? name;
};
