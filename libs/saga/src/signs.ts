/**
 * What is out of the ordinary about an instance, as words that are searched for. Each message writes
 * the instance anew, and an index on what changes with each of them would be the dearest part of it; so
 * only this is indexed, and of a saga that simply goes its way there is nothing.
 */
import { searchText } from './attributes.js';
import type { SagaInstance, StepInstance, StepStateName } from './instance.js';

/** States of a step that are no sign: searched for in the documents of those that have not ended. */
export const ordinaryStepStates = ['waiting', 'sent', 'done'] as const;
export type OrdinaryStepState = (typeof ordinaryStepStates)[number];

/** `resent`: a command that is out for more than the first time. */
export const signedStepStates = [
  'pending',
  'refused',
  'in-doubt',
  'undoing',
  'undone',
  'skipped',
  'resent',
] as const;
export type SignedStepState = (typeof signedStepStates)[number];

export const HELD_SIGN = 'held';

/** @param step undefined for any step of the saga */
export const stepSign = (step: string | undefined, state: SignedStepState): string =>
  `${step ?? '*'}=${state}`;

export const errorSign = (code: string): string => searchText(`error:${code}`);

/** Each once; empty when nothing is out of the ordinary. */
export const signsOf = (instance: SagaInstance): readonly string[] => {
  const { steps, cause, attention, alsoAttention = [], held } = instance;
  const signs = new Set<string>();
  for (const [name, step] of Object.entries(steps)) {
    const state = signedState(step);
    if (state !== undefined) signs.add(stepSign(name, state)).add(stepSign(undefined, state));
    const { refusal, command, undo } = step;
    for (const error of [refusal?.reason, command?.error, undo?.error]) {
      if (error) signs.add(errorSign(error.code));
    }
  }
  for (const error of [cause, attention, ...alsoAttention]) {
    if (error) signs.add(errorSign(error.code));
  }
  if (held) signs.add(HELD_SIGN);
  return [...signs];
};

const isOrdinary = (state: StepStateName): state is OrdinaryStepState =>
  ordinaryStepStates.some((ordinary) => ordinary === state);

function signedState({ state, command }: StepInstance): SignedStepState | undefined {
  if (!isOrdinary(state)) return state;
  return state === 'sent' && command !== undefined && command.attempts > 1 ? 'resent' : undefined;
}
