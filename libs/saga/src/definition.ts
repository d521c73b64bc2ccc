/**
 * How a saga is written down: a typed value, read top to bottom.
 *
 *   saga({ name: 'place-order', version: 1, input })
 *     .compensable('reserve-stock', { command: reserveStock, payload: …, compensation: … })
 *     .pivot('ship-order', { … })
 *     .retriable('confirm-order', { … })
 *     .build();
 *
 * The builder's types refuse what could not be compensated: a compensable step has a compensation
 * and stands before the pivot, a retriable step's command cannot refuse, a name is used once.
 * Compensable / pivot / retriable: Garcia-Molina & Salem, "Sagas" (1987), in the vocabulary of
 * Richardson, "Microservices Patterns" (2018), chapter 4.
 */
import type { CommandContract, Reason, ReplyContract } from '#contracts';
import type { z } from 'zod';

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
  readonly compensation?: Compensation | CoveredBy;
}

/** Steps of one group run in parallel; groups run one after the other. */
export type StepGroup = readonly Step[];

export interface SagaDefinition {
  readonly name: string;
  readonly version: number;
  readonly input: z.ZodType;
  readonly groups: readonly StepGroup[];
}

export const stepsOf = (definition: SagaDefinition): readonly Step[] => definition.groups.flat();

export const definitionKey = (name: string, version: number): string => `${name}@${version}`;

type SuccessData<C extends CommandContract> = {
  [Reply in keyof C['replies']]: C['replies'][Reply] extends {
    kind: 'success';
    data: infer Data extends z.ZodType;
  }
    ? z.infer<Data>
    : never;
}[keyof C['replies']];

/** `C` when none of its replies is a refusal, else a type that no command fits. */
type Unrefusable<C extends CommandContract> =
  Extract<C['replies'][keyof C['replies']], ReplyContract & { kind: 'refusal' }> extends never
    ? C
    : { readonly 'a retriable step needs a command that cannot refuse': never };

type Fresh<Name extends string, Taken extends string> = Name extends Taken
  ? { readonly 'this step name is taken': never }
  : Name;

interface UndoOptions<Input, C extends CommandContract> {
  readonly command: C;
  readonly payload: (context: CompensationContext<Input>) => z.input<NoInfer<C>['payload']>;
}

interface CommandOptions<Input, Results, C extends CommandContract> extends StepTiming {
  readonly command: C;
  readonly payload: (context: StepContext<Input, Results>) => z.input<NoInfer<C>['payload']>;
}

interface CompensableOptions<
  Input,
  Results,
  Taken extends string,
  C extends CommandContract,
  U extends CommandContract,
> extends CommandOptions<Input, Results, C> {
  readonly compensation: UndoOptions<Input, U> | CoveredBy<Taken>;
}

interface RetriableOptions<Input, Results, C extends CommandContract> extends StepTiming {
  readonly command: C & Unrefusable<C>;
  readonly payload: (context: StepContext<Input, Results>) => z.input<NoInfer<C>['payload']>;
}

/** Only for some instances, by what is known when the step's turn comes; else it is skipped. */
interface Conditional<Input, Results> {
  readonly when: (context: StepContext<Input, Results>) => boolean;
}

/** The results of earlier steps, and that of one more. */
type With<Results, Name extends string, C extends CommandContract> = Results &
  Readonly<Record<Name, SuccessData<C>>>;
/** As `With`, of a step that may have been skipped. */
type WithMaybe<Results, Name extends string, C extends CommandContract> = Results &
  Readonly<Partial<Record<Name, SuccessData<C>>>>;

/** Retriable steps that run side by side. */
export interface ParallelGroup<Input, Results, Taken extends string> {
  retriable<const Name extends string, C extends CommandContract>(
    name: Name & Fresh<Name, Taken>,
    options: RetriableOptions<Input, Results, C> & Partial<Conditional<Input, Results>>,
  ): ParallelGroup<Input, Results, Taken | Name>;
}

/** What may follow the pivot: only what succeeds in the end. */
export interface AfterPivot<Input, Results, Taken extends string> {
  retriable<const Name extends string, C extends CommandContract>(
    name: Name & Fresh<Name, Taken>,
    options: RetriableOptions<Input, Results, C> & Conditional<Input, Results>,
  ): AfterPivot<Input, WithMaybe<Results, Name, C>, Taken | Name>;
  retriable<const Name extends string, C extends CommandContract>(
    name: Name & Fresh<Name, Taken>,
    options: RetriableOptions<Input, Results, C>,
  ): AfterPivot<Input, With<Results, Name, C>, Taken | Name>;
  parallel<More extends string>(
    steps: (group: ParallelGroup<Input, Results, Taken>) => ParallelGroup<Input, Results, More>,
  ): AfterPivot<Input, Results, Taken | More>;
  build(): SagaDefinition;
}

/** What may stand before the pivot: what can be undone. */
export interface BeforePivot<Input, Results, Taken extends string> extends AfterPivot<
  Input,
  Results,
  Taken
> {
  /** Done by whoever starts the saga, in the same transaction as the start itself. */
  local<const Name extends string, U extends CommandContract>(
    name: Name & Fresh<Name, Taken>,
    options: { readonly compensation: UndoOptions<Input, U> },
  ): BeforePivot<Input, Results, Taken | Name>;
  compensable<
    const Name extends string,
    C extends CommandContract,
    U extends CommandContract = never,
  >(
    name: Name & Fresh<Name, Taken>,
    options: CompensableOptions<Input, Results, Taken, C, U> & Conditional<Input, Results>,
  ): BeforePivot<Input, WithMaybe<Results, Name, C>, Taken | Name>;
  compensable<
    const Name extends string,
    C extends CommandContract,
    U extends CommandContract = never,
  >(
    name: Name & Fresh<Name, Taken>,
    options: CompensableOptions<Input, Results, Taken, C, U>,
  ): BeforePivot<Input, With<Results, Name, C>, Taken | Name>;
  /** The step that decides: before it everything is undone on failure, after it nothing is. */
  pivot<const Name extends string, C extends CommandContract>(
    name: Name & Fresh<Name, Taken>,
    options: CommandOptions<Input, Results, C>,
  ): AfterPivot<Input, With<Results, Name, C>, Taken | Name>;
}

type AnyOptions = Omit<Step, 'name' | 'kind'>;

class Builder {
  constructor(
    private readonly head: Omit<SagaDefinition, 'groups'>,
    private readonly groups: readonly StepGroup[] = [],
  ) {}

  local = (name: string, options: AnyOptions) => this.with({ ...options, name, kind: 'local' });
  compensable = (name: string, options: AnyOptions) =>
    this.with({ ...options, name, kind: 'compensable' });
  pivot = (name: string, options: AnyOptions) => this.with({ ...options, name, kind: 'pivot' });
  retriable = (name: string, options: AnyOptions) =>
    this.with({ ...options, name, kind: 'retriable' });

  parallel = (fill: (group: GroupBuilder) => GroupBuilder): Builder =>
    new Builder(this.head, [...this.groups, fill(new GroupBuilder()).steps]);

  build = (): SagaDefinition => ({ ...this.head, groups: this.groups });

  private with(step: Step): Builder {
    return new Builder(this.head, [...this.groups, [step]]);
  }
}

class GroupBuilder {
  constructor(readonly steps: StepGroup = []) {}
  retriable = (name: string, options: AnyOptions): GroupBuilder =>
    new GroupBuilder([...this.steps, { ...options, name, kind: 'retriable' }]);
}

/** Begins a definition. `version` is stored with each instance, which stays on it for its life. */
export const saga = <Input extends z.ZodType>(head: {
  readonly name: string;
  readonly version: number;
  readonly input: Input;
}): BeforePivot<z.infer<Input>, unknown, never> =>
  // The builder's methods take the erased forms of what its interface states precisely.
  new Builder(head) as unknown as BeforePivot<z.infer<Input>, unknown, never>;
