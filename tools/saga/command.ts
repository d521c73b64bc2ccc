/** One thing that `npm run saga --` can do; each is a file of its own. */
export interface SagaCommand {
  /** One line for the list of commands. */
  readonly about: string;
  readonly help: string;
  /**
   * @param args what follows the command's name
   * @returns the exit status
   * @throws UsageError
   */
  run(args: readonly string[]): Promise<number>;
}
