/**
 * A saga as a value: its steps in order, each with its command, its compensation and what its
 * answers lead to. Written down with the builder (`builder.ts`), run by `decide`.
 *
 * Compensable / pivot / retriable: Garcia-Molina & Salem, "Sagas" (1987), in the vocabulary of
 * Richardson, "Microservices Patterns" (2018), chapter 4.
 */
import type { CommandContract, Reason } from '#contracts';
import type { z } from 'zod';
import type { SagaAmount, SagaAttributes } from './attributes.js';
import type { SagaExample } from './example.js';
import type { Reaction } from './reactions.js';
import type { VersionMapping } from './version-mapping.js';

export type StepKind = 'local' | 'compensable' | 'pivot' | 'retriable';

/** What a forward command may be built from: the saga's input and the results of earlier steps. */
export interface StepContext<Input = unknown, Results = Readonly<Record<string, unknown>>> {
  readonly input: Input;
  readonly results: Results;
}

/** A compensation may be for a step that never answered, so there are no results to build it from. */
export interface CompensationContext<Input = unknown> {
  readonly input: Input;
  readonly cause: Reason;
}

/** When an unanswered command goes out again. Absent values are the service's defaults. */
export interface StepTiming {
  /** How long an answer may take before the command is sent again, in ms. */
  readonly timeoutMs?: number;
  /** How often a command is sent before its outcome counts as unknown for good. */
  readonly attempts?: number;
  /** The interval doubles with each attempt up to `backoffMaxMs`, or stays `timeoutMs`. */
  readonly backoff?: 'fixed' | 'exponential';
  readonly backoffMaxMs?: number;
  /** How long a step may stay `pending` (hours, days), in ms. */
  readonly pendingMs?: number;
}

export interface Compensation {
  readonly command: CommandContract;
  readonly payload: (context: CompensationContext) => unknown;
}

/** The effect of this step is undone by the compensation of an earlier one. */
export interface CoveredBy<Name extends string = string> {
  readonly coveredBy: Name;
}

export interface Step extends StepTiming {
  readonly name: string;
  readonly kind: StepKind;
  /** Absent for a local step, which is done when the saga starts. */
  readonly command?: CommandContract;
  readonly payload?: (context: StepContext) => unknown;
  /** A step for which this is false when its turn comes is skipped. Pure. */
  readonly when?: (context: StepContext) => boolean;
  /** What answers lead to, by the fact's name. */
  readonly on?: Readonly<Record<string, Reaction>>;
  readonly compensation?: Compensation | CoveredBy;
  /** A person may have the saga go on without it: nothing that comes after it relies on it. */
  readonly skippable?: true;
  /**
   * Of a pivot: sent when the saga is cancelled while the pivot's answer is out. It asks to give the
   * pivot up; whether that could still be done is said by the pivot's own answer, and by that alone.
   */
  readonly recall?: Compensation;
}

/** Steps of one group run in parallel; groups run one after the other. */
export type StepGroup = readonly Step[];

export interface InputContext<Input = unknown> {
  readonly input: Input;
}

export interface SagaDefinition {
  readonly name: string;
  readonly version: number;
  readonly input: z.ZodType;
  /** What its instances are found by: at most 16, texts of at most 200 characters. Pure. */
  readonly attributes?: (context: InputContext) => SagaAttributes;
  /** What its instances are about, in money; found as the attribute `amount.<currency>`. Pure. */
  readonly amount?: (context: InputContext) => SagaAmount;
  /** What it may begin with; at boot what is made of it is held against the contracts. */
  readonly examples?: readonly SagaExample[];
  /** How instances of earlier versions may move to this one. */
  readonly movesFrom?: readonly VersionMapping[];
  readonly groups: readonly StepGroup[];
}

/** The contracts of one step, forward and back; `never` where it has none of its own. */
export interface StepContracts<
  C extends CommandContract = CommandContract,
  U extends CommandContract = CommandContract,
> {
  readonly command: C;
  readonly undo: U;
}

declare const TYPES: unique symbol;

/** As it was written: its input and the contracts of its steps, for types alone. */
export interface TypedDefinition<Input, Steps> extends SagaDefinition {
  /** Nothing at run time. */
  readonly [TYPES]: { readonly input: Input; readonly steps: Steps };
}

export const stepsOf = (definition: SagaDefinition): readonly Step[] => definition.groups.flat();

export const definitionKey = (name: string, version: number): string => `${name}@${version}`;

/** A compensation with a command of its own; undefined for a covered step and one without. */
export const ownCompensation = ({ compensation }: Step): Compensation | undefined =>
  compensation && 'command' in compensation ? compensation : undefined;

/** The step whose compensation undoes this one as well. */
export const coverOf = ({ compensation }: Step): string | undefined =>
  compensation && 'coveredBy' in compensation ? compensation.coveredBy : undefined;
