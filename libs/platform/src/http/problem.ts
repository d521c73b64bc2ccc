/** RFC 9457 problem details: the one shape of every error that leaves over HTTP. */
import { HttpException } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';

export const PROBLEM_TYPE = 'application/problem+json';

export interface FieldError {
  /** Path of the field as it was sent, for example `items.3.quantity`; empty for the whole body. */
  readonly field: string;
  readonly message: string;
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance?: string;
  readonly errors?: readonly FieldError[];
  readonly [extra: string]: unknown;
}

export const statusTitle = (status: number): string => STATUS_CODES[status] ?? 'Error';

/** An error meant for the caller. `extras` become members of the problem beside the standard ones. */
export class ProblemException extends HttpException {
  readonly problem: Problem;

  constructor(
    status: number,
    title: string,
    detail: string,
    extras: Readonly<Record<string, unknown>> & { readonly errors?: readonly FieldError[] } = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    const problem: Problem = { type: 'about:blank', title, status, detail, ...extras };
    super(problem, status, { description: detail });
    this.message = detail;
    this.problem = problem;
  }
}

/** Some fields are wrong; the detail names the first, so that it is seen in a log line too. */
export const fieldProblem = (
  status: 400 | 422,
  errors: readonly FieldError[],
  title = 'The request is not valid',
): ProblemException => {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const detail = first ? `${first.field || 'body'}: ${first.message}${more}` : title;
  return new ProblemException(status, title, detail, { errors });
};

/** The same problem, of fields that lie within `place` in what was sent. */
export function problemWithin(place: string, { problem }: ProblemException): ProblemException {
  const errors = problem.errors?.map(({ field, message }) => ({
    field: `${place}.${field}`,
    message,
  }));
  return fieldProblem(400, errors ?? [{ field: place, message: problem.detail ?? problem.title }]);
}
