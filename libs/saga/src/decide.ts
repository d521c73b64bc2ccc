/**
 * The heart: what a saga does with a message. A pure function, so the service, the simulator and
 * the explorer run the same one; it neither reads a clock nor draws a number nor does any I/O.
 */
import type { Reason } from '#contracts';
import { beginCompensation, compensate, reopenForOpenEffects, replyUndo } from './compensate.js';
import type { SagaDefinition, Step } from './definition.js';
import { Draft, type DecideContext } from './draft.js';
import { advance, cancelRunning, recallPivot, replyForward } from './forward.js';
import { DECISION_FAILED, UNKNOWN_STEP, type SagaInstance } from './instance.js';
import type {
  Decision,
  MoveMessage,
  ReplyMessage,
  ReportMessage,
  SagaMessage,
  StartMessage,
} from './messages.js';
import { intervene } from './intervene.js';
import { mend } from './mend.js';
import { timer } from './timer.js';
import { transitions } from './transitions.js';
import { moveInstance, objectionToMove } from './versions.js';

export const decide = (
  definition: SagaDefinition,
  instance: SagaInstance,
  message: SagaMessage,
  context: DecideContext,
): Decision => {
  const entry = transitions[instance.state][message.kind];
  const draft = new Draft(definition, instance, context);
  if (entry.treatment === 'recorded') draft.note(`${message.kind} recorded: ${entry.why}`);
  else if (message.kind === 'move') return move(definition, instance, message, context);
  else apply(draft, message);
  return draft.finish(message);
};

/** The only message after which another definition holds. */
const move = (
  definition: SagaDefinition,
  instance: SagaInstance,
  message: MoveMessage,
  context: DecideContext,
): Decision => {
  const objection = objectionToMove(definition, instance, message);
  if (objection !== undefined) {
    const draft = new Draft(definition, instance, context);
    draft.note(`move to v${message.to.version} recorded: ${objection}`);
    return draft.finish(message);
  }
  const moved = moveInstance(message.to, instance);
  const draft = new Draft(message.to, moved, context, instance);
  draft.note(`moved from v${definition.version} to v${message.to.version}`);
  advance(draft);
  return draft.finish(message);
};

const apply = (draft: Draft, message: Exclude<SagaMessage, MoveMessage>): void => {
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
    case 'mend':
      return mend(draft, message);
    case 'hold':
      return hold(draft, message.reason);
    case 'release':
      return release(draft);
    case 'intervene':
      return intervene(draft, message);
  }
};

const hold = (draft: Draft, reason: Reason): void => {
  if (draft.held) draft.note('it was held already');
  draft.held = reason;
  if (reason.code === DECISION_FAILED) draft.raise(UNKNOWN_STEP, reason.code, reason.message);
};

const release = (draft: Draft): void => {
  if (!draft.held) {
    draft.note('release recorded: it is not held');
    return;
  }
  if (draft.held.code === DECISION_FAILED) draft.settle(UNKNOWN_STEP);
  draft.held = undefined;
  if (draft.state === 'running') {
    advance(draft);
    return recallPivot(draft);
  }
  reopenForOpenEffects(draft);
  compensate(draft);
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

interface Asked {
  readonly step: Step;
  readonly by: 'command' | 'undo' | 'recall';
}

/** The step whose outstanding or past command this is. */
const stepOfCommand = (draft: Draft, commandId: string): Asked | undefined => {
  for (const step of draft.steps) {
    const { command, undo, recall } = draft.step(step.name);
    const isOf = (suffix: string): boolean =>
      draft.firstCommandIds(step).some((first) => commandId.startsWith(`${first}${suffix}`));
    if (command?.commandId === commandId) return { step, by: 'command' };
    // An answer to an earlier round changes no step, but its effects count.
    if (undo && isOf(':undo')) return { step, by: 'undo' };
    if (recall && isOf(':recall')) return { step, by: 'recall' };
    if (command?.round === undefined) continue;
    const isEarlier = draft.firstCommandIds(step).some((first) => isEarlierRound(first, commandId));
    if (isEarlier) return { step, by: 'command' };
  }
  return undefined;
};

const isEarlierRound = (first: string, commandId: string): boolean =>
  commandId === first ||
  (commandId.startsWith(first) && /^:\d+$/.test(commandId.slice(first.length)));

const reply = (draft: Draft, message: ReplyMessage): void => {
  const asked = stepOfCommand(draft, message.commandId);
  if (!asked) {
    draft.note(`reply recorded: no command ${message.commandId} was sent`);
    return;
  }
  const { step, by } = asked;
  draft.applyEffects(step.name, message.effects ?? []);
  const { command: asking, undo: undoing } = draft.step(step.name);
  if (by === 'recall') {
    draft.note(`the recall of '${step.name}' is ${message.outcome}: its own answer decides`);
  } else if (undoing?.commandId === message.commandId) {
    replyUndo(draft, step, message);
  } else if (draft.state === 'running' && asking?.commandId === message.commandId) {
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
