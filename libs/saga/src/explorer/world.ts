/**
 * Everything there is in an explored world, small enough to be compared: one instance, what is on
 * its way, and what the participants have done. Moments are ranks: of a timer only its order counts.
 */
import type { Effect, Outcome, Reason } from '#contracts';
import { stepsOf, type SagaDefinition } from '../definition.js';
import { newInstance, type SagaInstance, type StepInstance } from '../instance.js';
import type { Command, SagaMessage } from '../messages.js';

/** A command on its way. Copies of it are equal. */
export interface SentCommand {
  readonly commandId: string;
  readonly step: string;
  /** Of a compensation: the id of the command that it undoes, or would have. */
  readonly undoes?: string;
  readonly undo: boolean;
}

/** Whether this is the compensation of its step. */
export const isUndo = ({ step, commandId }: Command): boolean =>
  commandId.includes(`:${step}:undo`);

export interface ModelAnswer {
  readonly outcome: Outcome;
  readonly name: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly reason?: Reason;
  readonly effects?: readonly Effect[];
}

/** What a participant remembers of a command; see `decideBarrier` of the participants' library. */
export interface ModelBarrierRow {
  readonly state: 'handled' | 'tombstone' | 'parked' | 'dead';
  readonly answer?: ModelAnswer;
  readonly answerNo: number;
}

/** What a step has really moved, whatever anybody believes. */
export interface ModelEffect {
  readonly taken: number;
  readonly returned: number;
  readonly revision: number;
  /** Its compensation was carried out. */
  readonly undone: boolean;
}

export interface World {
  readonly instance: SagaInstance;
  /** To the saga, in the order of its partition. */
  readonly inbox: readonly SagaMessage[];
  /** To the participants, in the order of each one's topic. */
  readonly topics: Readonly<Record<string, readonly SentCommand[]>>;
  /** Committed and not yet published, because a process died in between. */
  readonly outbox: readonly SentCommand[];
  readonly barrier: Readonly<Record<string, ModelBarrierRow>>;
  readonly effects: Readonly<Record<string, ModelEffect>>;
  /** Forward commands that were answered `pending`, by command id: the step. */
  readonly pending: Readonly<Record<string, string>>;
  readonly faultsLeft: number;
  readonly cancelled: boolean;
}

export const NO_EFFECT: ModelEffect = { taken: 0, returned: 0, revision: 0, undone: false };

/** Any interval; because every one is the same, timers come due in the order they were set. */
export const INTERVAL_MS = 1_000;

export const firstWorld = (definition: SagaDefinition, input: unknown, faults: number): World => {
  const effects: Record<string, ModelEffect> = {};
  for (const step of stepsOf(definition)) {
    // Whoever starts the saga has done its local steps in the same transaction.
    if (step.kind === 'local') effects[step.name] = { ...NO_EFFECT, taken: 1, revision: 1 };
  }
  return {
    instance: newInstance({
      id: 'saga',
      definition: definition.name,
      version: definition.version,
      businessKey: 'key',
      now: 0,
    }),
    inbox: [{ kind: 'start', messageId: 'start', input }],
    topics: {},
    outbox: [],
    barrier: {},
    effects,
    pending: {},
    faultsLeft: faults,
    cancelled: false,
  };
};

/** When a step's timer is due, as `decide` sees it; undefined when it waits for nothing. */
const dueOf = ({ state, command, undo }: StepInstance): number | undefined => {
  if (state === 'undoing') return undo?.dueAt;
  return state === 'sent' || state === 'pending' ? command?.dueAt : undefined;
};

/**
 * The same instance without what only tells time or counts on: no later decision depends on it but
 * for the order of the timers, which stays.
 * @param attempts sendings beyond this many count as this many
 */
export const timeless = (instance: SagaInstance, attempts: number): SagaInstance => {
  const all = Object.entries(instance.steps);
  const dues = [...new Set(all.flatMap(([, step]) => dueOf(step) ?? []))].sort((a, b) => a - b);
  const steps = Object.fromEntries(
    all.map(([name, step]) => {
      const { state, command, undo, result } = step;
      const due = dueOf(step);
      const dueAt = due === undefined ? undefined : dues.indexOf(due) + 1;
      const timelessCommand = command && {
        commandId: command.commandId,
        issuedOn: command.issuedOn,
        attempts: Math.min(command.attempts, attempts),
        sentAt: 0,
        ...(state !== 'undoing' && dueAt !== undefined && { dueAt }),
      };
      const timelessUndo = undo && {
        commandId: undo.commandId,
        issuedOn: undo.issuedOn,
        attempts: Math.min(undo.attempts, attempts),
        sentAt: 0,
        ...(state === 'undoing' && dueAt !== undefined && { dueAt }),
        state: undo.state,
        round: undo.round,
      };
      return [
        name,
        {
          state,
          ...(timelessCommand && { command: timelessCommand }),
          ...(timelessUndo && { undo: timelessUndo }),
          ...(result && { result }),
        },
      ];
    }),
  );
  return {
    ...instance,
    revision: 0,
    steps,
    wakeAt: dues.length === 0 ? null : 1,
    createdAt: 0,
    updatedAt: 0,
  };
};

/** Equal for worlds that cannot be told apart by anything that may still happen. */
export const keyOf = (world: World): string => {
  const { instance, inbox, topics, outbox, barrier, effects, pending } = world;
  return [
    hashed(instance, instanceText),
    hashed(inbox, inboxText),
    hashed(topics, topicsText),
    hashed(outbox, sentText),
    hashed(barrier, recordText),
    hashed(effects, recordText),
    hashed(pending, recordText),
    world.faultsLeft,
    world.cancelled,
  ].join();
};

const instanceText = ({ state, steps, ledger, cause, cancel, attention }: SagaInstance): string =>
  JSON.stringify([
    [state, cause?.code, cancel?.code, attention?.step, attention?.code],
    sorted(steps).map(([name, { state: of, command, undo }]) => [
      name,
      of,
      command?.attempts,
      command?.dueAt,
      undo && [undo.commandId, undo.attempts, undo.dueAt, undo.state],
    ]),
    sorted(ledger).map(([id, { taken, returned, revision }]) => [id, taken, returned, revision]),
  ]);

const inboxText = (inbox: World['inbox']): string =>
  JSON.stringify(inbox.map((message) => ({ ...message, messageId: '', input: '' })));

const sentText = (sent: readonly SentCommand[]): string =>
  sent.map(({ commandId }) => commandId).join();

const topicsText = (topics: World['topics']): string =>
  sorted(topics)
    .flatMap(([name, sent]) => (sent.length > 0 ? [`${name}=${sentText(sent)}`] : []))
    .join(';');

const recordText = (record: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(sorted(record));

const sorted = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** Most moves change one part of a world, and the others are the same objects as before. */
const hashes = new WeakMap<object, string>();

const hashed = <Part extends object>(part: Part, textOf: (part: Part) => string): string => {
  const known = hashes.get(part);
  if (known !== undefined) return known;
  const hash = hashOf(textOf(part));
  hashes.set(part, hash);
  return hash;
};

/** 64 bits of a text: FNV-1a (Fowler, Noll, Vo) twice, with different beginnings. */
const hashOf = (text: string): string => {
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
    b ^= b >>> 15;
  }
  return `${(a >>> 0).toString(36)}.${(b >>> 0).toString(36)}`;
};
