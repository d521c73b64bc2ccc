/**
 * The participants of an explored world: any business that keeps the rules, behind a real barrier.
 * What it chooses to do with a command is the explorer's to try out, one after the other.
 */
import { GENERIC_REPLIES, type Effect } from '#contracts';
import { stepsOf, type SagaDefinition, type Step } from '../definition.js';
import { must } from './parts.js';
import { Violation } from './violation.js';
import {
  effectOf,
  type Business,
  type ModelAnswer,
  type ModelBarrierRow,
  type ModelEffect,
  type SentCommand,
} from './world.js';

export type ModelVerdict =
  | { readonly kind: 'admit'; readonly entomb?: string }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refuse' | 'reject'; readonly code: string; readonly remember: boolean };

/**
 * How a copy of a command comes to its participant: from the saga, in time or after its `notAfter`; as
 * the next try of one that was parked; or because a person has sent its dead letter again.
 */
export type Arrival = 'in-time' | 'late' | 'retried' | 'redriven';

/**
 * The barrier under test. Pure.
 * @param rows what the participant remembers, by command id
 */
export type ModelBarrier = (
  rows: Readonly<Record<string, ModelBarrierRow>>,
  command: SentCommand,
  arrival: Arrival,
) => ModelVerdict;

/** By the name of the fact that says no. */
export type Refusing = `refuse ${string}`;
/** What a business may do with a command that the barrier lets through. */
export type Doing = 'succeed' | 'accept' | 'park' | 'fail' | Refusing;

export const isRefusing = (doing: Doing): doing is Refusing => doing.startsWith('refuse ');

export interface Served {
  readonly business: Business;
  readonly answer?: ModelAnswer;
}

/** What a participant has done without being asked for it, and what it reports of it. */
export interface OwnReport {
  readonly label: string;
  readonly step: string;
  /** Whether the report names the step's command. */
  readonly namesCommand: boolean;
  readonly business: Business;
  readonly effects: readonly Effect[];
}

export class Participants {
  private readonly byName: ReadonlyMap<string, Step>;

  constructor(
    definition: SagaDefinition,
    private readonly barrier: ModelBarrier,
    /** What a successful step answers, by its name. */
    private readonly results: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) {
    this.byName = new Map(stepsOf(definition).map((step) => [step.name, step]));
  }

  /** Takes one copy of a command through the barrier, and does with it what `doing` says. */
  serve(business: Business, command: SentCommand, doing: Doing, arrival: Arrival): Served {
    const verdict = this.barrier(business.barrier, command, arrival);
    const row = business.barrier[command.commandId];
    switch (verdict.kind) {
      case 'repeat':
        return { business, ...(row?.answer && { answer: row.answer }) };
      case 'refuse':
      case 'reject': {
        const outcome = verdict.kind === 'refuse' ? 'refused' : 'dead';
        const answer = generic(outcome, verdict.code);
        const state = verdict.kind === 'refuse' ? 'handled' : 'dead';
        return verdict.remember
          ? remember(business, command.commandId, state, answer)
          : { business, answer };
      }
      case 'admit': {
        const { entomb } = verdict;
        const before = entomb === undefined ? business : entombed(business, entomb);
        return this.handle(before, command, doing);
      }
    }
  }

  /** Whether the barrier would hand this copy on, so that it matters what the business does. */
  admits(business: Business, command: SentCommand): boolean {
    return this.barrier(business.barrier, command, 'in-time').kind === 'admit';
  }

  /** Every way in which a command can be refused. */
  refusals({ step, undo, recall }: SentCommand): readonly Refusing[] {
    return undo || recall
      ? []
      : this.repliesOf(step, 'refusal').map((name): Refusing => `refuse ${name}`);
  }

  /** Whether the compensation of its step keeps it from being carried out later. */
  isCompensable({ step }: Pick<SentCommand, 'step'>): boolean {
    return this.step(step).kind === 'compensable';
  }

  /** Whether the saga waits for a better input after this refusal. */
  isMendable({ step }: SentCommand, refusing: Refusing): boolean {
    return this.step(step).on?.[refusing.slice('refuse '.length)]?.kind === 'mend';
  }

  private repliesOf(step: string, kind: 'success' | 'refusal'): string[] {
    const { replies } = must(this.step(step).command, `command of '${step}'`);
    return Object.entries(replies).flatMap(([name, reply]) => (reply.kind === kind ? [name] : []));
  }

  /** The final answer to a command that was answered `pending` before. */
  settle(business: Business, command: SentCommand, doing: 'succeed' | Refusing): Served {
    const pending = without(business.pending, command.commandId);
    return this.handle({ ...business, pending }, command, doing);
  }

  /** Another try of a command that was parked, or one that a person wants of a dead one. */
  tryAgain(
    business: Business,
    command: SentCommand,
    doing: Doing,
    arrival: 'retried' | 'redriven',
  ): Served {
    const { commandId } = command;
    const parked = without(business.parked, commandId);
    const dead = without(business.dead, commandId);
    return this.serve({ ...business, parked, dead }, command, doing, arrival);
  }

  /** What participants may do of their own accord. */
  reports(business: Business): OwnReport[] {
    return [...this.byName.values()].flatMap((step): OwnReport[] => {
      const { name, kind, compensation } = step;
      if (kind !== 'compensable') return [];
      const before = effectOf(business.effects, name);
      const { taken, returned, revision, undone } = before;
      const reports: OwnReport[] = [];
      const report = (label: string, after: ModelEffect, namesCommand: boolean): void => {
        const effects = { ...business.effects, [name]: { ...after, revision: revision + 1 } };
        reports.push({
          label,
          step: name,
          namesCommand,
          business: { ...business, effects },
          effects: this.reported(effects, name),
        });
      };
      // A transfer that is paid after it expired.
      if (undone && taken === returned && taken <= 1) {
        const label = `'${name}' has an effect after it was undone`;
        report(label, { ...before, taken: taken + 1 }, true);
      }
      // A reservation, which lasts only when a later step has secured it.
      const holders = compensation && 'command' in compensation ? this.coveredBy(name) : [];
      const held = holders.some((holder) => effectOf(business.effects, holder).taken > 0);
      if (holders.length > 0 && !held && taken > returned) {
        report(`'${name}' expires`, { ...before, returned: taken }, false);
      }
      return reports;
    });
  }

  private handle(business: Business, command: SentCommand, doing: Doing): Served {
    const { commandId, step } = command;
    if (doing === 'fail') {
      const dead = { ...business.dead, [commandId]: command };
      return remember({ ...business, dead }, commandId, 'dead', generic('dead', 'given-up'));
    }
    if (doing === 'park') {
      const parked = { ...business.parked, [commandId]: command };
      return remember({ ...business, parked }, commandId, 'parked', generic('parked', 'failed'));
    }
    if (doing === 'accept') {
      const pending = { ...business.pending, [commandId]: command };
      return remember({ ...business, pending }, commandId, 'handled', generic('pending', 'later'));
    }
    if (command.undo) return this.undo(business, command);
    // Whether it comes in time is said by the answer to what it recalls, which may be either.
    if (command.recall) {
      return remember(business, commandId, 'handled', { outcome: 'succeeded', name: 'noted' });
    }
    if (isRefusing(doing) || this.isGone(business, step)) {
      const [usual = GENERIC_REPLIES.refused] = this.repliesOf(step, 'refusal');
      return remember(business, commandId, 'handled', {
        outcome: 'refused',
        name: isRefusing(doing) ? doing.slice('refuse '.length) : usual,
        reason: { code: 'refused', message: '' },
      });
    }
    return this.succeed(business, command);
  }

  private succeed(business: Business, { commandId, step }: SentCommand): Served {
    const before = effectOf(business.effects, step);
    if (before.taken > 0) throw new Violation(`'${step}' has had its effect twice`);
    if (before.undone) throw new Violation(`'${step}' has its effect after it was undone`);
    const effects = { ...business.effects, [step]: { ...before, taken: 1, revision: 1 } };
    return remember({ ...business, effects }, commandId, 'handled', {
      outcome: 'succeeded',
      name: must(this.repliesOf(step, 'success')[0], `success of '${step}'`),
      ...(this.results[step] && { result: this.results[step] }),
      effects: this.reported(effects, step),
    });
  }

  /** Undoes what there is to undo of a step and of those that it covers; succeeds with nothing. */
  private undo(business: Business, { commandId, step }: SentCommand): Served {
    const together = [step, ...this.coveredBy(step)];
    this.checkUndo(business, commandId, step);
    const effects: Record<string, ModelEffect> = { ...business.effects };
    for (const name of together) {
      const before = effectOf(effects, name);
      const moved = before.taken > before.returned;
      effects[name] = {
        ...before,
        returned: before.taken,
        revision: before.revision + (moved ? 1 : 0),
        undone: true,
      };
    }
    const pending = Object.fromEntries(
      Object.entries(business.pending).filter(([, { step: name }]) => !together.includes(name)),
    );
    return remember({ ...business, effects, pending }, commandId, 'handled', {
      outcome: 'succeeded',
      name: 'undone',
      effects: together.flatMap((name) => this.reported(effects, name)),
    });
  }

  private checkUndo({ barrier, effects }: Business, commandId: string, step: string): void {
    if (barrier[commandId]?.answer?.outcome === 'succeeded') {
      throw new Violation(`'${step}' has been undone twice by one command`);
    }
    for (const { name, kind } of this.byName.values()) {
      if (kind === 'pivot' && effectOf(effects, name).taken > 0) {
        throw new Violation(`'${step}' is undone after the pivot '${name}' was done`);
      }
    }
  }

  /** What covers it is given back; of its own compensation the barrier alone has to know. */
  private isGone(business: Business, name: string): boolean {
    const { compensation } = this.step(name);
    if (!compensation || !('coveredBy' in compensation)) return false;
    const { undone, taken, returned } = effectOf(business.effects, compensation.coveredBy);
    return undone || (taken > 0 && taken === returned);
  }

  private coveredBy(name: string): string[] {
    return [...this.byName.values()].flatMap(({ name: covered, compensation }) =>
      compensation && 'coveredBy' in compensation && compensation.coveredBy === name
        ? [covered]
        : [],
    );
  }

  /** Only what can be undone is kept in the saga's ledger. */
  private reported(effects: Readonly<Record<string, ModelEffect>>, name: string): Effect[] {
    const { taken, returned, revision } = effectOf(effects, name);
    if (this.step(name).kind !== 'compensable' || revision === 0) return [];
    return [{ id: name, kind: 'money', unit: 'XXX', taken, returned, revision }];
  }

  private step(name: string): Step {
    return must(this.byName.get(name), `step '${name}'`);
  }
}

const generic = (
  outcome: 'refused' | 'dead' | 'parked' | 'pending',
  code: string,
): ModelAnswer => ({
  outcome,
  name: GENERIC_REPLIES[outcome],
  reason: { code, message: '' },
});

const remember = (
  business: Business,
  commandId: string,
  state: ModelBarrierRow['state'],
  answer: ModelAnswer,
): Served => {
  const barrier = { ...business.barrier, [commandId]: { state, answer } };
  return { business: { ...business, barrier }, answer };
};

/** It is taken out of the parking as well, before anything is done. */
const entombed = (business: Business, commandId: string): Business => ({
  ...business,
  parked: without(business.parked, commandId),
  barrier: { ...business.barrier, [commandId]: { state: 'tombstone' } },
});

const without = <T>(
  known: Readonly<Record<string, T>>,
  commandId: string,
): Readonly<Record<string, T>> => {
  if (!(commandId in known)) return known;
  const { [commandId]: _, ...rest } = known;
  return rest;
};
