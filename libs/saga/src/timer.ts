/** What is due: a command that goes out again, a silence that ends, a window that closes. */
import { beginCompensation, undoDue } from './compensate.js';
import type { Step } from './definition.js';
import type { Draft } from './draft.js';
import { forwardDue, isForGood } from './forward.js';
import type { StepInstance } from './instance.js';
import type { TimerMessage } from './messages.js';

/** Whoever has said that it takes longer has had the command. */
const isPending = ({ state, undo }: StepInstance): boolean =>
  state === 'pending' || (state === 'undoing' && undo?.state === 'pending');

export const timer = (draft: Draft, message: TimerMessage): void => {
  if (draft.held) {
    draft.note('timer recorded: it is held');
    return;
  }
  const due: Step[] = [];
  for (const step of draft.steps) {
    const { state } = draft.step(step.name);
    const sending = draft.sendingOf(step);
    if (sending?.dueAt === undefined || sending.dueAt > message.dueBefore) continue;
    if (state === 'refused') {
      draft.note(`nobody brought a better input for '${step.name}' in time`);
      beginCompensation(draft, draft.refusalOf(step));
      return;
    }
    const undoing = state === 'undoing';
    // The clock of a command starts when it was published: an outage must not become a refusal.
    const publishedBy = isPending(draft.step(step.name)) ? 0 : message.publishedBy;
    const sentAt = Math.max(sending.sentAt, Math.min(publishedBy, draft.now));
    const dueAt = sending.dueAt + sentAt - sending.sentAt;
    if (dueAt > message.dueBefore) {
      const anew = { sentAt, dueAt };
      if (undoing) draft.change(step.name, { undo: { ...draft.undoOf(step), ...anew } });
      else draft.change(step.name, { command: { ...draft.commandOf(step), ...anew } });
      draft.note(`the clock of '${step.name}' starts anew: it was published late`);
      continue;
    }
    due.push(step);
  }
  const givesUp = due.find((step) => isForGood(draft, step));
  // It turns the saga around, which sets all timers anew: nothing beside it goes out once more.
  if (givesUp) return forwardDue(draft, givesUp);
  for (const step of due) {
    if (draft.step(step.name).state === 'undoing') undoDue(draft, step);
    else forwardDue(draft, step);
  }
};
