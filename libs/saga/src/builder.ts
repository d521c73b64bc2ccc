/**
 * How a saga is written down: a typed value, read top to bottom.
 *
 *   saga({ name: 'place-order', version: 1, input })
 *     .compensable('reserve-stock', { command: reserveStock, payload: …, on: …, compensation: … })
 *     .pivot('ship-order', { … })
 *     .retriable('confirm-order', { … })
 *     .build();
 *
 * The builder's types refuse what could not be compensated: a compensable step has a compensation
 * and stands before the pivot, every refusal has a reaction, a retriable step's command cannot
 * refuse, a name is used once. `checks.ts` checks the same when a service starts.
 */
import type { CommandContract, ReplyContract } from '#contracts';
import type { z } from 'zod';
import type { SagaAmount, SagaAttributes } from './attributes.js';
import type {
  CompensationContext,
  CoveredBy,
  InputContext,
  SagaDefinition,
  Step,
  StepContext,
  StepContracts,
  StepGroup,
  StepTiming,
  TypedDefinition,
} from './definition.js';
import type {
  CarryOnReaction,
  CompensateReaction,
  MendReaction,
  UpdateReaction,
} from './reactions.js';
import type { SagaExample } from './example.js';
import type { VersionMapping } from './version-mapping.js';

type RepliesOf<C extends CommandContract, Kind extends ReplyContract['kind']> = {
  [Name in keyof C['replies']]: C['replies'][Name] extends { kind: Kind } ? Name : never;
}[keyof C['replies']];

type DataOf<Reply> = Reply extends { data: infer Data extends z.ZodType } ? z.infer<Data> : never;

type SuccessData<C extends CommandContract> = DataOf<C['replies'][RepliesOf<C, 'success'>]>;

/** `C` when none of its replies is a refusal, else a type that no command fits. */
type Unrefusable<C extends CommandContract> = [RepliesOf<C, 'refusal'>] extends [never]
  ? C
  : { readonly 'a retriable step needs a command that cannot refuse': never };

type Fresh<Name extends string, Steps> = Name extends keyof Steps
  ? { readonly 'this step name is taken': never }
  : Name;

/** A reaction to every refusal; to a success only when it changes the input. */
type Reactions<Input, C extends CommandContract, ToRefusal> = {
  readonly [Name in RepliesOf<C, 'refusal'>]: ToRefusal;
} & {
  readonly [Name in RepliesOf<C, 'success'>]?: UpdateReaction<Input, DataOf<C['replies'][Name]>>;
};

/** Needed as soon as the command can refuse. */
type On<Input, C extends CommandContract, ToRefusal> = [RepliesOf<C, 'refusal'>] extends [never]
  ? { readonly on?: Reactions<Input, C, ToRefusal> }
  : { readonly on: Reactions<Input, C, ToRefusal> };

type Decisive<Input> = CompensateReaction | MendReaction<Input>;

interface UndoOptions<Input, C extends CommandContract> {
  readonly command: C;
  readonly payload: (context: CompensationContext<Input>) => z.input<NoInfer<C>['payload']>;
}

/** As an undo, of a command that cannot refuse. */
interface RecallOptions<Input, C extends CommandContract> {
  readonly command: C & Unrefusable<C>;
  readonly payload: (context: CompensationContext<Input>) => z.input<NoInfer<C>['payload']>;
}

interface CommandOptions<Input, Results, C extends CommandContract> extends StepTiming {
  readonly command: C;
  readonly payload: (context: StepContext<Input, Results>) => z.input<NoInfer<C>['payload']>;
}

interface Compensated<Input, Steps, U extends CommandContract> {
  readonly compensation: UndoOptions<Input, U> | CoveredBy<keyof Steps & string>;
}

interface RetriableOptions<Input, Results, C extends CommandContract> extends StepTiming {
  readonly command: C & Unrefusable<C>;
  readonly payload: (context: StepContext<Input, Results>) => z.input<NoInfer<C>['payload']>;
  readonly on?: Reactions<Input, NoInfer<C>, never>;
}

/** Only for some instances, by what is known when the step's turn comes; else it is skipped. */
interface Conditional<Input, Results> {
  readonly when: (context: StepContext<Input, Results>) => boolean;
  readonly skippable?: true;
}

/** A person may have the saga go on without it. */
interface Skippable {
  readonly when?: undefined;
  readonly skippable: true;
}

type CompensableOptions<
  Input,
  Results,
  Steps,
  C extends CommandContract,
  U extends CommandContract,
  ToRefusal = Decisive<Input>,
> = CommandOptions<Input, Results, C> &
  Compensated<Input, Steps, U> &
  On<Input, NoInfer<C>, ToRefusal>;

/** Always done when the saga gets past it, so that its result is there. */
interface Unconditional {
  readonly when?: undefined;
  readonly skippable?: undefined;
}

/** The results of earlier steps, and that of one more. */
type With<Results, Name extends string, C extends CommandContract> = Results &
  Readonly<Record<Name, SuccessData<C>>>;
/** As `With`, of a step that may have been skipped, or that the saga went on without. */
type WithMaybe<Results, Name extends string, C extends CommandContract> = Results &
  Readonly<Partial<Record<Name, SuccessData<C>>>>;

type Asks<Name extends string, C extends CommandContract, U extends CommandContract> = Readonly<
  Record<Name, StepContracts<C, U>>
>;

/** Retriable steps that run side by side: they see what was there before the group. */
export interface RetriableGroup<Input, Results, Steps, Added = unknown> {
  retriable<const Name extends string, C extends CommandContract>(
    name: Name & Fresh<Name, Steps>,
    options: RetriableOptions<Input, Results, C> & Unconditional,
  ): RetriableGroup<Input, Results, Steps & Asks<Name, C, never>, With<Added, Name, C>>;
  retriable<const Name extends string, C extends CommandContract>(
    name: Name & Fresh<Name, Steps>,
    options: RetriableOptions<Input, Results, C> & (Conditional<Input, Results> | Skippable),
  ): RetriableGroup<Input, Results, Steps & Asks<Name, C, never>, WithMaybe<Added, Name, C>>;
}

/** Compensable steps that run side by side; the way back undoes them side by side, too. */
export interface CompensableGroup<Input, Results, Steps, Added = unknown> {
  compensable<
    const Name extends string,
    C extends CommandContract,
    U extends CommandContract = never,
  >(
    name: Name & Fresh<Name, Steps>,
    options: CompensableOptions<Input, Results, Steps, C, U> & Unconditional,
  ): CompensableGroup<Input, Results, Steps & Asks<Name, C, U>, With<Added, Name, C>>;
  compensable<
    const Name extends string,
    C extends CommandContract,
    U extends CommandContract = never,
  >(
    name: Name & Fresh<Name, Steps>,
    options: CompensableOptions<Input, Results, Steps, C, U, Decisive<Input> | CarryOnReaction> &
      Partial<Conditional<Input, Results>>,
  ): CompensableGroup<Input, Results, Steps & Asks<Name, C, U>, WithMaybe<Added, Name, C>>;
}

/** A group takes the kind of its first step. */
type OpenGroup<Input, Results, Steps> = RetriableGroup<Input, Results, Steps> &
  CompensableGroup<Input, Results, Steps>;

/** What may follow the pivot: only what succeeds in the end. */
export interface AfterPivot<Input, Results, Steps> {
  retriable<const Name extends string, C extends CommandContract>(
    name: Name & Fresh<Name, Steps>,
    options: RetriableOptions<Input, Results, C> & Unconditional,
  ): AfterPivot<Input, With<Results, Name, C>, Steps & Asks<Name, C, never>>;
  retriable<const Name extends string, C extends CommandContract>(
    name: Name & Fresh<Name, Steps>,
    options: RetriableOptions<Input, Results, C> & (Conditional<Input, Results> | Skippable),
  ): AfterPivot<Input, WithMaybe<Results, Name, C>, Steps & Asks<Name, C, never>>;
  parallel<More, Added>(
    steps: (
      group: RetriableGroup<Input, Results, Steps>,
    ) => RetriableGroup<Input, Results, More, Added>,
  ): AfterPivot<Input, Results & Added, Steps & More>;
  build(): TypedDefinition<Input, Steps>;
}

/** What may stand before the pivot: what can be undone. */
export interface BeforePivot<Input, Results, Steps> extends Omit<
  AfterPivot<Input, Results, Steps>,
  'parallel'
> {
  /** What operators find instances by; see `SagaDefinition`. */
  attributes(
    of: (context: InputContext<Input>) => SagaAttributes,
  ): BeforePivot<Input, Results, Steps>;
  /** What an instance is about, in money. */
  amount(of: (context: InputContext<Input>) => SagaAmount): BeforePivot<Input, Results, Steps>;
  /** What it may begin with. Every payload is made of them at boot, and held against its contract. */
  examples(...examples: readonly SagaExample<NoInfer<Input>>[]): BeforePivot<Input, Results, Steps>;
  /** Done by whoever starts the saga, in the same transaction as the start itself. */
  local<const Name extends string, U extends CommandContract>(
    name: Name & Fresh<Name, Steps>,
    options: { readonly compensation: UndoOptions<Input, U> },
  ): BeforePivot<Input, Results, Steps & Asks<Name, never, U>>;
  compensable<
    const Name extends string,
    C extends CommandContract,
    U extends CommandContract = never,
  >(
    name: Name & Fresh<Name, Steps>,
    options: CompensableOptions<Input, Results, Steps, C, U> & Unconditional,
  ): BeforePivot<Input, With<Results, Name, C>, Steps & Asks<Name, C, U>>;
  compensable<
    const Name extends string,
    C extends CommandContract,
    U extends CommandContract = never,
  >(
    name: Name & Fresh<Name, Steps>,
    options: CompensableOptions<Input, Results, Steps, C, U, Decisive<Input> | CarryOnReaction> &
      Partial<Conditional<Input, Results>>,
  ): BeforePivot<Input, WithMaybe<Results, Name, C>, Steps & Asks<Name, C, U>>;
  parallel<More, Added>(
    steps: (
      group: OpenGroup<Input, Results, Steps>,
    ) => CompensableGroup<Input, Results, More, Added>,
  ): BeforePivot<Input, Results & Added, Steps & More>;
  parallel<More, Added>(
    steps: (group: OpenGroup<Input, Results, Steps>) => RetriableGroup<Input, Results, More, Added>,
  ): AfterPivot<Input, Results & Added, Steps & More>;
  /** The step that decides: before it everything is undone on failure, after it nothing is. */
  pivot<const Name extends string, C extends CommandContract, R extends CommandContract = never>(
    name: Name & Fresh<Name, Steps>,
    options: CommandOptions<Input, Results, C> &
      On<Input, NoInfer<C>, Decisive<Input>> & { readonly recall?: RecallOptions<Input, R> },
  ): AfterPivot<Input, With<Results, Name, C>, Steps & Asks<Name, C, never>>;
}

type AnyOptions = Omit<Step, 'name' | 'kind'>;
type Head = Omit<SagaDefinition, 'groups'>;

class Builder {
  constructor(
    private readonly head: Head,
    private readonly groups: readonly StepGroup[] = [],
  ) {}

  attributes = (attributes: SagaDefinition['attributes'] & object): Builder =>
    new Builder({ ...this.head, attributes }, this.groups);
  amount = (amount: SagaDefinition['amount'] & object): Builder =>
    new Builder({ ...this.head, amount }, this.groups);
  examples = (...examples: readonly SagaExample[]): Builder =>
    new Builder({ ...this.head, examples }, this.groups);
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
  compensable = (name: string, options: AnyOptions): GroupBuilder =>
    new GroupBuilder([...this.steps, { ...options, name, kind: 'compensable' }]);
  retriable = (name: string, options: AnyOptions): GroupBuilder =>
    new GroupBuilder([...this.steps, { ...options, name, kind: 'retriable' }]);
}

/**
 * Begins a definition. `version` is stored with each instance, which stays on it until it is moved.
 * `movesFrom` declares how instances of earlier versions may be moved to this one.
 */
export const saga = <Input extends z.ZodType>(head: {
  readonly name: string;
  readonly version: number;
  readonly input: Input;
  readonly movesFrom?: readonly VersionMapping<z.infer<Input>>[];
}): BeforePivot<z.infer<Input>, unknown, unknown> =>
  // The builder's methods take the erased forms of what its interface states precisely.
  new Builder(head) as unknown as BeforePivot<z.infer<Input>, unknown, unknown>;
