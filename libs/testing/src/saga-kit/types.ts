/** What the kit knows of a saga's steps from its definition's type. */
import type { CommandContract, Effect, GENERIC_REPLIES, Reason, ReplyContract } from '#contracts';
import type { SagaDefinition, StepContracts, StepTiming, TypedDefinition } from '#saga';
import type { z } from 'zod';

/** Steps of a definition whose type was widened to `SagaDefinition`: checked at run time alone. */
type AnySteps = Readonly<Record<string, StepContracts>>;

export type StepsOf<Definition> =
  Definition extends TypedDefinition<infer _, infer Steps> ? Steps : AnySteps;
export type InputOf<Definition> =
  Definition extends TypedDefinition<infer Input, infer _> ? Input : unknown;

export type StepName<Steps> = keyof Steps & string;

type ContractOf<Steps, Name extends keyof Steps, Way extends 'command' | 'undo'> =
  Steps[Name] extends Readonly<Record<Way, infer Contract>> ? Contract : never;
export type CommandOf<Steps, Name extends keyof Steps> = ContractOf<Steps, Name, 'command'>;
export type UndoOf<Steps, Name extends keyof Steps> = ContractOf<Steps, Name, 'undo'>;

/** Steps that send a command: all but the local ones. */
export type CommandStep<Steps> = {
  [Name in keyof Steps]: [CommandOf<Steps, Name>] extends [never] ? never : Name;
}[keyof Steps] &
  string;
/** Steps with a compensation of their own. */
export type UndoStep<Steps> = {
  [Name in keyof Steps]: [UndoOf<Steps, Name>] extends [never] ? never : Name;
}[keyof Steps] &
  string;

type GenericReply = (typeof GENERIC_REPLIES)[keyof typeof GENERIC_REPLIES];

export type OwnReply<Contract> = Contract extends CommandContract
  ? keyof Contract['replies'] & string
  : never;

/** The replies of a contract, and those that every command may be answered with. */
export type ReplyName<Contract> = [Contract] extends [never]
  ? never
  : OwnReply<Contract> | GenericReply;

type DataOf<Contract, Reply> = Contract extends CommandContract
  ? Reply extends keyof Contract['replies']
    ? Contract['replies'][Reply] extends ReplyContract<infer Data>
      ? z.input<Data>
      : never
    : Record<string, never>
  : never;

export interface ReplyOptions {
  readonly effects?: readonly Effect[];
  /** Default: the core makes one of the reply's name. */
  readonly reason?: Reason;
}

/** The data of a reply may be left out when nothing in it is required. */
export type ReplyArguments<Contract, Reply> =
  Record<string, never> extends DataOf<Contract, Reply>
    ? [data?: DataOf<Contract, Reply>, options?: ReplyOptions]
    : [data: DataOf<Contract, Reply>, options?: ReplyOptions];

type DeepPartial<T> = T extends readonly (infer Item)[]
  ? readonly DeepPartial<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> }
    : T;

/** What must be there (there may be more, but not in lists), or a question that must be answered yes. */
export type Match<T> = DeepPartial<T> | ((value: T) => boolean);

export type PayloadMatch<Contract> = Contract extends CommandContract
  ? Match<z.input<Contract['payload']>>
  : never;

/** Payloads by step; `{}` for any that fits the contract. */
export type CommandMatches<Steps> = {
  readonly [Name in CommandStep<Steps>]?: PayloadMatch<CommandOf<Steps, Name & keyof Steps>>;
};
export type UndoMatches<Steps> = {
  readonly [Name in UndoStep<Steps>]?: PayloadMatch<UndoOf<Steps, Name & keyof Steps>>;
};

export interface SagaTestOptions<Definition extends SagaDefinition> {
  /** It starts with this; without it nothing has happened yet, until `givenStart`. */
  readonly input?: InputOf<Definition>;
  /** Where the service's timing is not the core's default. */
  readonly timing?: StepTiming;
  /** When the story begins, epoch ms; default: noon of a certain day. */
  readonly now?: number;
}
