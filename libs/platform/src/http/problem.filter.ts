import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { withoutKeys } from '../api-key.js';
import type { Logger } from '../logger.js';
import { QueueFullError } from '../batcher.js';
import { PROBLEM_TYPE, ProblemException, statusTitle, type Problem } from './problem.js';

/** The largest body that is read. */
export const BODY_LIMIT_BYTES = 1024 * 1024;

/** The little of Fastify's request and reply that is needed here. */
export interface ProblemRequest {
  readonly method: string;
  readonly url: string;
}
export interface ProblemReply {
  readonly sent: boolean;
  status(code: number): unknown;
  header(name: string, value: string): unknown;
  send(body: Buffer): unknown;
}

export interface ProblemFilterOptions {
  readonly logger: Logger;
  /** Methods that the path of a request knows; none for an unknown path. */
  readonly methodsOf: (path: string) => readonly string[];
  /** Faults that pass by themselves (a lost database): 503 with Retry-After instead of 500. */
  readonly isUnavailable?: (error: unknown) => boolean;
}

/** What the framework refuses by itself says what is wrong; these say what to do about it. */
const HINTS: Readonly<Partial<Record<number, string>>> = {
  413: `A body may have ${BODY_LIMIT_BYTES} bytes at most; send less at once.`,
  415: 'Send the body as JSON, with the header content-type: application/json.',
};

interface Answer {
  readonly problem: Problem;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Turns everything thrown on the way of a request into problem details. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly options: ProblemFilterOptions) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<ProblemRequest>();
    this.reply(error, request, http.getResponse<ProblemReply>());
  }

  reply(error: unknown, request: ProblemRequest, reply: ProblemReply): void {
    const { problem, headers = {} } = this.answer(error, request);
    const { method, url } = request;
    if (problem.status >= 500 && error instanceof ProblemException) {
      // What is answered on purpose is no fault, and needs no stack.
      this.options.logger.warn(
        { status: problem.status, why: problem.detail, method, url },
        'http',
      );
    } else if (problem.status >= 500) {
      this.options.logger.error({ err: error, method, url }, 'http');
    }
    if (reply.sent) return;
    reply.status(problem.status);
    for (const [name, value] of Object.entries(headers)) reply.header(name, value);
    reply.header('content-type', PROBLEM_TYPE);
    // whoever puts a key into an address must not have it repeated to them, and by them to others
    const body = withoutKeys(JSON.stringify({ ...problem, instance: request.url }));
    // bytes, because Fastify adds a charset to texts, which JSON does not have
    reply.send(Buffer.from(body));
  }

  private answer(error: unknown, request: ProblemRequest): Answer {
    if (error instanceof ProblemException) {
      return { problem: error.problem, headers: error.headers };
    }
    const status = statusOf(error);
    if (status === 404 && isUnknownRoute(error)) return this.unknownRoute(request);
    if (status !== undefined && status < 500) {
      return { problem: plain(status, HINTS[status] ?? messageOf(error)) };
    }
    if (error instanceof QueueFullError || this.options.isUnavailable?.(error)) {
      return {
        problem: plain(503, 'The service is busy or a part of it is down; try again later.'),
        headers: { 'retry-after': '1' },
      };
    }
    // What went wrong inside is for the log, never for the caller.
    return { problem: plain(status ?? 500, 'An unexpected error occurred; it has been logged.') };
  }

  private unknownRoute(request: ProblemRequest): Answer {
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = this.options.methodsOf(path);
    // a folder of files knows the method, and not the file
    const isKnown = methods.length > 0 && !methods.includes(request.method);
    if (!isKnown) return { problem: plain(404, `There is nothing at ${path}.`) };
    const allow = methods.join(', ');
    return {
      problem: plain(405, `${path} knows ${allow}, not ${request.method}.`),
      headers: { allow },
    };
  }
}

const plain = (status: number, detail: string): Problem => ({
  type: 'about:blank',
  title: statusTitle(status),
  status,
  detail,
});

/** Nest's exceptions carry the status in a method, Fastify's own errors in `statusCode`. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') {
    return error.statusCode;
  }
  return undefined;
}

/** Nest's router throws this very message; a controller's own 404 is a ProblemException. */
const isUnknownRoute = (error: unknown): boolean => /^Cannot [A-Z]+ \//.test(messageOf(error));

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');
