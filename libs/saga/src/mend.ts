/** A refused step that waits for a better input, and is then tried again as a new command. */
import type { Step } from './definition.js';
import type { Draft } from './draft.js';
import { advance } from './forward.js';
import type { MendMessage } from './messages.js';
import { misfitOf } from './misfit.js';
import type { MendReaction } from './reactions.js';

interface Mendable {
  readonly step: Step;
  readonly reaction: MendReaction;
}

const mendableStep = (draft: Draft, name: string): Mendable | string => {
  const step = draft.steps.find((candidate) => candidate.name === name);
  if (!step) return `there is no step '${name}'`;
  const { state, refusal } = draft.step(name);
  const reaction = refusal === undefined ? undefined : step.on?.[refusal.name];
  if (state !== 'refused' || !draft.sendingOf(step) || reaction?.kind !== 'mend') {
    return `'${name}' is ${state} and waits for no better input`;
  }
  return { step, reaction };
};

export const mend = (draft: Draft, message: MendMessage): void => {
  const found = mendableStep(draft, message.step);
  if (typeof found === 'string') {
    draft.note(`mend recorded: ${found}`);
    return;
  }
  const { error } = found.reaction.data.safeParse(message.data);
  if (error) {
    const problem = misfitOf(error);
    draft.note(`mend recorded: the data for '${message.step}' does not fit: ${problem}`);
    return;
  }
  draft.input = found.reaction.apply(draft.input, message.data);
  draft.change(message.step, { state: 'waiting' });
  advance(draft);
};
