/**
 * The heart: what a saga does with a message. A pure function, so the service, the simulator and
 * the explorer run the same one; it neither reads a clock nor draws a number nor does any I/O.
 */
import type { Reason } from '#contracts';
import {
  beginCompensation,
  compensate,
  reopenForOpenEffects,
  replyUndo,
  undoDue,
} from './compensate.js';
import type { SagaDefinition, Step } from './definition.js';
import { Draft, type DecideContext } from './draft.js';
import { advance, cancelRunning, forwardDue, replyForward } from './forward.js';
import { UNKNOWN_STEP, type SagaInstance } from './instance.js';
import type {
  Decision,
  ReplyMessage,
  ReportMessage,
  SagaMessage,
  StartMessage,
  TimerMessage,
} from './messages.js';
import { transitions } from './transitions.js';

export const decide = (
  definition: SagaDefinition,
  instance: SagaInstance,
  message: SagaMessage,
  context: DecideContext,
): Decision => {
  const draft = new Draft(definition, instance, context);
  const entry = transitions[instance.state][message.kind];
  if (entry.treatment === 'recorded') draft.note(`${message.kind} recorded: ${entry.why}`);
  else apply(draft, message);
  return draft.finish(message);
};

const apply = (draft: Draft, message: SagaMessage): void => {
  switch (message.kind) {
    case 'start':
      return start(draft, message);
    case 'reply':
      return reply(draft, message);
    case 'report':
      return report(draft, message);
    case 'cancel':
      return cancel(draft, message.reason);
    case 'timer':
      return timer(draft, message);
  }
};

const start = (draft: Draft, message: StartMessage): void => {
  draft.input = message.input;
  draft.state = 'running';
  for (const step of draft.steps) {
    if (step.kind === 'local') draft.change(step.name, { state: 'done', finishedAt: draft.now });
  }
  if (draft.cancel) beginCompensation(draft, draft.cancel);
  else advance(draft);
};

const cancel = (draft: Draft, reason: Reason): void => {
  if (draft.state === 'awaiting-start') {
    draft.cancel = reason;
    draft.note('cancel came before the start and waits for it');
    return;
  }
  cancelRunning(draft, reason);
};

type Asked = { readonly step: Step; readonly undo: boolean };

/** The step whose outstanding or past command this is. */
const stepOfCommand = (draft: Draft, commandId: string): Asked | undefined => {
  for (const step of draft.steps) {
    const { command, undo } = draft.step(step.name);
    if (command?.commandId === commandId) return { step, undo: false };
    // An answer to an earlier round of compensation changes no step, but its effects count.
    if (undo && commandId.startsWith(draft.commandId(step, ':undo'))) return { step, undo: true };
  }
  return undefined;
};

const reply = (draft: Draft, message: ReplyMessage): void => {
  const asked = stepOfCommand(draft, message.commandId);
  if (!asked) {
    draft.note(`reply recorded: no command ${message.commandId} was sent`);
    return;
  }
  const { step, undo } = asked;
  draft.applyEffects(step.name, message.effects ?? []);
  if (undo && draft.step(step.name).undo?.commandId === message.commandId) {
    replyUndo(draft, step, message);
  } else if (!undo && draft.state === 'running') {
    replyForward(draft, step, message);
  } else {
    // What it says was moved counts; the step itself is decided, or is being undone anyway.
    draft.note(`late ${message.outcome} recorded for '${step.name}'`);
  }
  reopenForOpenEffects(draft);
};

const report = (draft: Draft, message: ReportMessage): void => {
  const asked =
    message.commandId === undefined ? undefined : stepOfCommand(draft, message.commandId);
  for (const effect of message.effects) {
    const owner = draft.ledger[effect.id]?.step ?? asked?.step.name;
    if (owner === undefined) draft.note(`no step is known to have had the effect ${effect.id}`);
    // It counts all the same: what is out must come back, whoever took it.
    draft.applyEffects(owner ?? UNKNOWN_STEP, [effect]);
  }
  reopenForOpenEffects(draft);
  // A report may be what the ledger waited for.
  if (draft.state === 'compensating') compensate(draft);
};

const timer = (draft: Draft, message: TimerMessage): void => {
  for (const step of draft.steps) {
    const { state, command, undo } = draft.step(step.name);
    const undoing = state === 'undoing';
    if (!undoing && state !== 'sent' && state !== 'pending') continue;
    const sending = undoing ? undo : command;
    if (sending?.dueAt === undefined || sending.dueAt > draft.now) continue;
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
