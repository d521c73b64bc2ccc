/** How commands end, for scripts. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  moved: 4,
  noAccess: 5,
  unreachable: 6,
} as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** Something that the person can read and act upon: shown as it is, without a stack. */
export class CommandProblem extends Error {
  constructor(
    readonly status: ExitStatus,
    message: string,
  ) {
    super(message);
  }
}
