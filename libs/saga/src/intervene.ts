/**
 * What a person does to a saga: only what leaves its promises whole. Each intervention is planned
 * first, so that it can be asked whether it would be done, and why not.
 */
import type { Reason } from '#contracts';
import {
  beginCompensation,
  compensate,
  markUndone,
  reopenForOpenEffects,
  undoAgain,
} from './compensate.js';
import { coverOf, type SagaDefinition, type Step } from './definition.js';
import { Draft, type DecideContext } from './draft.js';
import { advance, doubt, isOut, noWayBack, pivotOut, recallPivot, succeeded } from './forward.js';
import type { SagaInstance } from './instance.js';
import type {
  CancelMessage,
  HoldMessage,
  InterveneMessage,
  Intervention,
  MoveMessage,
  ReleaseMessage,
} from './messages.js';
import { COMMAND_VALIDITY_MS, isTooOldToResend } from './timing.js';
import { transitions } from './transitions.js';
import { objectionToMove } from './versions.js';

/** What is to be done, or why it is not. */
type Plan = (() => void) | string;

type Resolution = Intervention & { readonly action: 'resolve' };

export const intervene = (draft: Draft, message: InterveneMessage): void => {
  const plan = planFor(draft, message);
  if (typeof plan === 'string') draft.note(`${message.intervention.action} refused: ${plan}`);
  else plan();
};

/** Any message that a person may send. */
export type PersonsMessage =
  InterveneMessage | CancelMessage | HoldMessage | ReleaseMessage | MoveMessage;

/** Why a person's message would change nothing now, for the person to read; undefined when it would. */
export const objectionTo = (
  definition: SagaDefinition,
  instance: SagaInstance,
  message: PersonsMessage,
  context: DecideContext,
): string | undefined => {
  const entry = transitions[instance.state][message.kind];
  if (entry.treatment === 'recorded') return entry.why;
  const draft = new Draft(definition, instance, context);
  switch (message.kind) {
    case 'intervene': {
      const plan = planFor(draft, message);
      return typeof plan === 'string' ? plan : undefined;
    }
    case 'cancel':
      if (draft.state === 'running' && draft.cancel) return 'it is being cancelled already';
      return draft.state === 'running' ? noWayBack(draft) : undefined;
    case 'hold':
      return draft.held && 'it is held already';
    case 'release':
      return draft.held ? undefined : 'it is not held';
    case 'move':
      return objectionToMove(definition, instance, message);
  }
};

const planFor = (draft: Draft, { intervention, actor, reason }: InterveneMessage): Plan => {
  switch (intervention.action) {
    case 'compensate':
      return planTurn(draft, reason);
    case 'clear-attention':
      return planClear(draft, intervention.step);
    case 'settle-effect':
      return planSettle(draft, intervention.effect, actor);
    case 'retry':
      return ofStep(draft, intervention.step, (step) => planRetry(draft, step));
    case 'skip':
      return ofStep(draft, intervention.step, (step) => planSkip(draft, step));
    case 'resolve':
      return ofStep(draft, intervention.step, (step) =>
        planResolve(draft, step, { resolution: intervention, actor, reason }),
      );
  }
};

const ofStep = (draft: Draft, name: string, plan: (step: Step) => Plan): Plan => {
  const step = draft.steps.find((candidate) => candidate.name === name);
  return step ? plan(step) : `there is no step '${name}'`;
};

const planTurn = (draft: Draft, reason: Reason): Plan => {
  if (draft.state !== 'running') return 'it is being undone already';
  const pivot = pivotOut(draft);
  if (pivot) return `'${pivot.name}' is out: cancel it, which waits for its answer`;
  return noWayBack(draft) ?? (() => beginCompensation(draft, reason));
};

const planClear = (draft: Draft, step: string | undefined): Plan => {
  const rest = draft.raised.filter((raised) => step !== undefined && raised !== step);
  if (rest.length === draft.raised.length) return 'nobody is called for';
  if (rest.length === 0 && !draft.isWaiting) {
    return 'nothing goes on by itself: it would be forgotten; do what it needs instead';
  }
  return () => (step === undefined ? draft.settleAll() : draft.settle(step));
};

/** Only where nobody is to bring it back any more: else the compensation of its step does. */
const planSettle = (draft: Draft, id: string, actor: string): Plan => {
  const entry = draft.ledger[id];
  if (!entry) return `there is no effect '${id}'`;
  if (entry.taken === entry.returned) return `nothing of '${id}' is out`;
  if (draft.state !== 'compensating') return 'the saga goes forward, and the effect is wanted';
  const { state } = draft.step(entry.step);
  if (!['undone', 'refused', 'skipped', 'waiting'].includes(state)) {
    return `'${entry.step}' is ${state}: its compensation brings it back`;
  }
  return () => {
    draft.bringBack(entry, actor);
    draft.settle(entry.step);
    reopenForOpenEffects(draft);
    compensate(draft);
  };
};

const planRetry = (draft: Draft, step: Step): Plan => {
  if (draft.held) return 'it is held: release it first';
  const { name } = step;
  const current = draft.step(name);
  if (current.state === 'undoing') {
    const cover = coverOf(step);
    return cover === undefined
      ? () => undoAgain(draft, step)
      : `it is undone together with '${cover}': retry that`;
  }
  if (draft.state !== 'running') return `'${name}' is ${current.state}, and its saga is undone`;
  if (current.state === 'refused' && draft.sendingOf(step)) {
    return () => {
      draft.change(name, { state: 'waiting' });
      advance(draft);
    };
  }
  if (!isOut(current)) return `'${name}' is ${current.state}: no answer is waited for`;
  if (isTooOldToResend(draft.commandOf(step).issuedOn, draft.now)) {
    return `the participant of '${name}' may have forgotten it: say what came of it instead`;
  }
  return () => {
    if (current.state === 'pending') draft.sendPending(step);
    else draft.sendForward(step);
    recallPivot(draft);
  };
};

const planSkip = (draft: Draft, step: Step): Plan => {
  const { name, kind, skippable } = step;
  if (!skippable) return `what comes after '${name}' relies on it`;
  if (draft.state !== 'running') return 'it is being undone';
  const current = draft.step(name);
  const refused = current.state === 'refused' && draft.sendingOf(step) !== undefined;
  // What may have happened must be undone if the saga turns around: past the pivot it never does.
  if (isOut(current) && kind !== 'retriable')
    return `'${name}' is ${current.state}: it may happen yet`;
  if (!isOut(current) && !refused && current.state !== 'waiting')
    return `'${name}' is ${current.state}`;
  return () => {
    draft.change(name, { state: 'skipped', finishedAt: draft.now });
    draft.settle(name);
    advance(draft);
  };
};

interface Resolving {
  readonly resolution: Resolution;
  readonly actor: string;
  readonly reason: Reason;
}

const planResolve = (draft: Draft, step: Step, resolving: Resolving): Plan => {
  const { name } = step;
  const { state } = draft.step(name);
  if (state === 'undoing') return planUndone(draft, step, resolving);
  if (state === 'in-doubt') return `'${name}' will be undone, which is right in either case`;
  if (draft.state !== 'running' || !isOut(draft.step(name))) {
    return `'${name}' is ${state}: nobody doubts what came of it`;
  }
  const { resolution } = resolving;
  if (resolution.outcome === 'did-not-happen') return planNever(draft, step, resolving.reason);
  return () => {
    draft.applyEffects(name, resolution.effects ?? []);
    succeeded(draft, step, successOf(step, resolution.result), resolution.result);
  };
};

/** Which of the step's answers would have said this: what it leads to is done as if it had come. */
const successOf = ({ command }: Step, result: Resolution['result'] = {}): string => {
  const replies = Object.entries({ ...command?.replies });
  const fitting = replies.find(
    ([, { kind, data }]) => kind === 'success' && data.safeParse(result).success,
  );
  return fitting?.[0] ?? '';
};

const planUndone = (draft: Draft, step: Step, { resolution, actor }: Resolving): Plan => {
  const cover = coverOf(step);
  if (cover !== undefined) return `it is undone together with '${cover}'`;
  if (resolution.outcome === 'did-not-happen') {
    return `the compensation of '${step.name}' goes on until it succeeds: retry it`;
  }
  return () => {
    for (const entry of Object.values(draft.ledger)) {
      const owner = draft.steps.find(({ name }) => name === entry.step);
      if (owner === step || (owner && coverOf(owner) === step.name)) draft.bringBack(entry, actor);
    }
    markUndone(draft, step);
    reopenForOpenEffects(draft);
    compensate(draft);
  };
};

/** A command that nobody answers must not be carried out once the saga has turned around. */
const planNever = (draft: Draft, step: Step, reason: Reason): Plan => {
  const { name, kind } = step;
  if (kind === 'retriable') return `'${name}' has to happen: retry it, or skip it if it may be`;
  // Undone all the same, like one in doubt: then its participant will not carry it out later either.
  if (kind === 'compensable') return () => doubt(draft, step, reason);
  const { dead, error, sentAt } = draft.commandOf(step);
  // Who has said that it takes longer tries by itself, for as long as it takes.
  const isTakenOn = draft.step(name).state === 'pending' || (error !== undefined && !dead);
  if (isTakenOn || (!dead && draft.now <= sentAt + COMMAND_VALIDITY_MS)) {
    return `'${name}' may be carried out yet: cancel the saga, or wait until it has been given up`;
  }
  return () => {
    const { dueAt: _, ...command } = draft.commandOf(step);
    draft.change(name, {
      state: 'refused',
      refusal: { name: '', reason },
      finishedAt: draft.now,
      command,
    });
    beginCompensation(draft, draft.cancel ?? reason);
  };
};
