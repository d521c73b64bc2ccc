/** Something that a saga may begin with, to try it before it runs: at boot, and by the explorer. */
export interface SagaExample<Input = unknown> {
  /** What is special about it, as `paid by transfer`. */
  readonly about: string;
  readonly input: Input;
  /** What the success of a step answers, by its name; default: nothing. */
  readonly results?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** A better input for each step that may ask for one, by its name. */
  readonly mends?: Readonly<Record<string, unknown>>;
}
