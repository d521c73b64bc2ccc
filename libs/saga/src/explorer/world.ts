/**
 * Everything there is in an explored world: one instance, what is on its way, and what the
 * participants have done. A world itself is only numbers, those of its parts; see `parts.ts`.
 */
import type { Effect, Outcome, Reason } from '#contracts';
import { stepsOf, type SagaDefinition } from '../definition.js';
import { newInstance, type SagaInstance } from '../instance.js';
import type { Command, SagaMessage } from '../messages.js';
import { Inner, Interned, Lists } from './parts.js';

/** A command on its way. Copies of it are equal. */
export interface SentCommand {
  readonly commandId: string;
  readonly step: string;
  /** Of a compensation: the id of the command that it undoes, or would have. */
  readonly undoes?: string;
  readonly undo: boolean;
  /** The wish to give the step up. */
  readonly recall?: true;
}

/** Whether this is the compensation of its step. */
export const isUndo = ({ step, commandId }: Command): boolean =>
  commandId.includes(`:${step}:undo`);

/** Whether this asks for its step to be given up. */
export const isRecall = ({ step, commandId }: Command): boolean =>
  commandId.includes(`:${step}:recall`);

/** What a command is called in a story: its step, and `:undo` of a compensation. */
export const shortId = (commandId: string): string => commandId.split(':').slice(1).join(':');

export interface ModelAnswer {
  readonly outcome: Outcome;
  readonly name: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly reason?: Reason;
  readonly effects?: readonly Effect[];
}

/**
 * What a participant remembers of a command; see `decideBarrier` of the participants' library. Without
 * the number of the answer, which only counts on: nothing is decided by it.
 */
export interface ModelBarrierRow {
  readonly state: 'handled' | 'tombstone' | 'parked' | 'dead';
  readonly answer?: ModelAnswer;
}

/** What a step has really moved, whatever anybody believes. */
export interface ModelEffect {
  readonly taken: number;
  readonly returned: number;
  readonly revision: number;
  /** Its compensation was carried out. */
  readonly undone: boolean;
}

/** What all participants know, and have done. */
export interface Business {
  readonly barrier: Readonly<Record<string, ModelBarrierRow>>;
  readonly effects: Readonly<Record<string, ModelEffect>>;
  /** Commands that were answered `pending`, by their id. */
  readonly pending: Readonly<Record<string, SentCommand>>;
  /** Those that threw and wait for their next try, by their id. */
  readonly parked: Readonly<Record<string, SentCommand>>;
  /** Those that were given up, and can be sent again from their dead letters, by their id. */
  readonly dead: Readonly<Record<string, SentCommand>>;
}

export interface World {
  readonly instance: number;
  readonly business: number;
  /** To the saga, in the order of its partition: a list of messages. */
  readonly inbox: number;
  /** Committed and not yet published, because a process died in between: a list of commands. */
  readonly outbox: number;
  /** To the participants, in the order of each one's topic: a list of lists of commands. */
  readonly topics: number;
  readonly faultsLeft: number;
  /** A bit for each message from outside that has been sent. */
  readonly asked: number;
}

export class Parts {
  private readonly inner = new Inner();
  readonly instances = new Interned<SagaInstance>(this.inner);
  readonly businesses = new Interned<Business>(this.inner);
  readonly messages = new Interned<SagaMessage>(this.inner);
  readonly commands = new Interned<SentCommand>(this.inner);
  readonly lists = new Lists();
}

const NO_EFFECT: ModelEffect = { taken: 0, returned: 0, revision: 0, undone: false };

/** What the step of that name has moved so far. */
export const effectOf = (effects: Business['effects'], step: string): ModelEffect =>
  effects[step] ?? NO_EFFECT;

export const startOf = (input: unknown): SagaMessage => ({
  kind: 'start',
  messageId: 'start',
  input,
});

export const firstWorld = (
  parts: Parts,
  definition: SagaDefinition,
  start: number,
  topics: number,
  faults: number,
): World => {
  const effects: Record<string, ModelEffect> = {};
  for (const step of stepsOf(definition)) {
    // Whoever starts the saga has done its local steps in the same transaction.
    if (step.kind === 'local') effects[step.name] = { ...NO_EFFECT, taken: 1, revision: 1 };
  }
  const { name, version } = definition;
  const head = { id: 'saga', definition: name, version, businessKey: 'key', now: 0 };
  return {
    instance: parts.instances.of(newInstance(head)),
    business: parts.businesses.of({ barrier: {}, effects, pending: {}, parked: {}, dead: {} }),
    inbox: parts.lists.of([start]),
    outbox: Lists.EMPTY,
    topics: parts.lists.of(Array.from({ length: topics }, () => Lists.EMPTY)),
    faultsLeft: faults,
    asked: 0,
  };
};
