/** What is due: a command that goes out again, a silence that ends, a window that closes. */
import { beginCompensation, undoDue } from './compensate.js';
import type { Draft } from './draft.js';
import { forwardDue } from './forward.js';
import type { TimerMessage } from './messages.js';

export const timer = (draft: Draft, message: TimerMessage): void => {
  if (draft.held) {
    draft.note('timer recorded: it is held');
    return;
  }
  for (const step of draft.steps) {
    const { state, command, undo } = draft.step(step.name);
    const sending = draft.sendingOf(step);
    if (sending?.dueAt === undefined || sending.dueAt > draft.now) continue;
    if (state === 'refused') {
      // Nobody has mended it in time.
      beginCompensation(draft, draft.refusalOf(step));
      return;
    }
    const undoing = state === 'undoing';
    // The clock of a command starts when it was published: an outage must not become a refusal.
    const sentAt = Math.max(sending.sentAt, Math.min(message.publishedBy, draft.now));
    const dueAt = sending.dueAt + sentAt - sending.sentAt;
    if (dueAt > draft.now) {
      if (undoing && undo) draft.change(step.name, { undo: { ...undo, sentAt, dueAt } });
      else if (command) draft.change(step.name, { command: { ...command, sentAt, dueAt } });
      draft.note(`the clock of '${step.name}' starts anew: it was published late`);
      continue;
    }
    if (undoing) undoDue(draft, step);
    else forwardDue(draft, step);
    // A step that gave up has turned the saga around; the rest of its timers are its own to set.
    if (draft.state === 'compensating' && !undoing) return;
  }
};
