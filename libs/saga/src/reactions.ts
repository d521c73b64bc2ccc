/**
 * What an answer leads to. Every refusal that a command's contract declares has a reaction, so a new
 * refusal cannot be forgotten: a definition that does not say what it means does not compile.
 */
import type { z } from 'zod';

/** The saga turns around: all that was done so far is undone. */
export interface CompensateReaction {
  readonly kind: 'compensate';
}

/** The saga goes on without this step: a gift that cannot be wrapped is shipped all the same. */
export interface CarryOnReaction {
  readonly kind: 'carry-on';
}

/**
 * The step waits for a better input (another card) and is then tried again, as a new command. When
 * nothing comes within the window, the saga turns around for the reason of the refusal.
 */
export interface MendReaction<Input = unknown> {
  readonly kind: 'mend';
  /**
   * How long it waits, in ms, from each refusal on: the same for all, or as the input says, where 0 is
   * for those who have nobody to ask.
   */
  readonly windowMs: number | ((input: Input) => number);
  /** What a mend has to bring. */
  readonly data: z.ZodType;
  /** The input from now on. Pure. @throws ZodError when `data` does not fit */
  readonly apply: (input: Input, data: unknown) => Input;
}

/** Success: the input from now on is made from the answer as well. */
export interface UpdateReaction<Input = unknown, Result = unknown> {
  readonly kind: 'update';
  /** Pure. */
  readonly apply: (input: Input, result: Result) => Input;
}

export type Reaction = CompensateReaction | CarryOnReaction | MendReaction | UpdateReaction;

export const compensate: CompensateReaction = { kind: 'compensate' };
export const carryOn: CarryOnReaction = { kind: 'carry-on' };

export const mendable = <Input, Data extends z.ZodType>(options: {
  readonly windowMs: number | ((input: Input) => number);
  readonly data: Data;
  readonly apply: (input: Input, data: z.output<Data>) => NoInfer<Input>;
}): MendReaction<Input> => ({
  kind: 'mend',
  windowMs: options.windowMs,
  data: options.data,
  apply: (input, data) => options.apply(input, options.data.parse(data)),
});

/** In ms; 0 when the refusal is final. */
export const mendWindowMs = ({ windowMs }: MendReaction, input: unknown): number =>
  typeof windowMs === 'number' ? windowMs : windowMs(input);

export const update = <Input, Result>(
  apply: (input: Input, result: Result) => NoInfer<Input>,
): UpdateReaction<Input, Result> => ({ kind: 'update', apply });
