/** What a newer version has to say about instances of an older one. */
export interface VersionMapping<Input = unknown> {
  /** The older version. */
  readonly from: number;
  /** Steps that have another name now: old name -> new name. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Old steps that exist no more; only where they have had no effect that may have to be undone. */
  readonly dropped?: readonly string[];
  /** New steps that an instance which is past their place does without. */
  readonly skipped?: readonly string[];
  /** The input as the newer version wants it. Pure. */
  readonly input?: (input: unknown) => Input;
}
