/**
 * An instance without what only tells time or counts on. Moments are ranks: of a timer only its
 * order among the others counts. What is new in an instance is kept as it is, until it is named here.
 */
import type { Reason } from '#contracts';
import type { SagaInstance, StepInstance } from '../instance.js';

/** Any interval; because every one is the same, timers come due in the order they were set. */
export const INTERVAL_MS = 1_000;

/** When a step's timer is due, as `decide` sees it; undefined when it waits for nothing. */
const dueOf = (
  { state, command, undo }: StepInstance,
  saga: SagaInstance['state'],
): number | undefined => {
  if (state === 'undoing') return undo?.dueAt;
  // A refused step waits for a better input only while the saga goes forward.
  const waits =
    state === 'sent' || state === 'pending' || (state === 'refused' && saga === 'running');
  return waits ? command?.dueAt : undefined;
};

/** @param attempts sendings beyond this many count as this many */
export const timeless = (instance: SagaInstance, attempts: number): SagaInstance => {
  const all = Object.entries(instance.steps);
  const dueOfStep = (step: StepInstance) => dueOf(step, instance.state);
  const dues = [...new Set(all.flatMap(([, step]) => dueOfStep(step) ?? []))].sort((a, b) => a - b);
  // While it is held, its timers wait as well.
  if (instance.wakeAt !== ((!instance.held && dues[0]) || null)) {
    throw new Error('the instance has a timer that the explorer does not know of');
  }
  const steps = Object.fromEntries(
    all.map(([name, step]) => {
      const due = dueOfStep(step);
      const rank = due === undefined ? undefined : dues.indexOf(due) + 1;
      return [name, timelessStep(step, rank, attempts)];
    }),
  );
  const { cause, cancel, attention, alsoAttention, held } = instance;
  return {
    ...instance,
    revision: 0,
    steps,
    ...(cause && { cause: wordless(cause) }),
    ...(cancel && { cancel: wordless(cancel) }),
    ...(attention && { attention: wordless(attention) }),
    ...(alsoAttention && { alsoAttention: alsoAttention.map(wordless) }),
    ...(held && { held: wordless(held) }),
    wakeAt: held || dues.length === 0 ? null : 1,
    createdAt: 0,
    updatedAt: 0,
  };
};

/** The step itself where there is nothing to forget: most steps are not touched by a message. */
const timelessStep = (step: StepInstance, rank: number | undefined, attempts: number) => {
  const undoing = step.state === 'undoing';
  const command =
    step.command && timelessSending(step.command, undoing ? undefined : rank, attempts);
  const undo = step.undo && timelessSending(step.undo, undoing ? rank : undefined, attempts);
  const recall = step.recall && timelessSending(step.recall, undefined, attempts);
  const isSame = command === step.command && undo === step.undo && recall === step.recall;
  if (isSame && step.finishedAt === undefined) return step;
  const { finishedAt: _finishedAt, ...kept } = step;
  return {
    ...kept,
    ...(command && { command }),
    ...(undo && { undo }),
    ...(recall && { recall }),
  };
};

interface Sending {
  readonly attempts: number;
  readonly sentAt: number;
  readonly dueAt?: number;
  readonly error?: Reason;
}

const timelessSending = <T extends Sending>(
  sending: T,
  rank: number | undefined,
  attempts: number,
): T => {
  const { dueAt, error, ...kept } = sending;
  const isKnown = kept.sentAt === 0 && kept.attempts <= attempts && error === undefined;
  if (isKnown && dueAt === rank) return sending;
  return {
    ...kept,
    attempts: Math.min(kept.attempts, attempts),
    sentAt: 0,
    ...(rank !== undefined && { dueAt: rank }),
  } as T;
};

/** Words may count on, as in "silent after 7 sendings"; nothing is decided by them. */
const wordless = <T extends Reason>(reason: T): T => {
  // That there are words is a promise.
  const message = reason.message === '' ? '' : '…';
  return message === reason.message ? reason : { ...reason, message };
};
