/** Refuses query strings that nobody would read: who misspells a filter must not get what he did not ask for. */
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { Observable } from 'rxjs';
import { fieldProblem, ProblemException } from './problem.js';

const MOST_NAMED = 50;

interface Request {
  readonly url: string;
  readonly query?: object;
}

/** Whoever only asks whether a service is well gets an answer, whatever he adds. */
const isProbe = (url: string): boolean => url.startsWith('/health/');

/** For handlers that take no query: those that take one name what they know in its class. */
export class KnownQuery implements NestInterceptor {
  private readonly readers = new WeakMap<Function, boolean>();

  /** @throws ProblemException 400 that names the parameters */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { query, url } = context.switchToHttp().getRequest<Request>();
    const names = Object.keys(query ?? {});
    if (names.length > 0 && !isProbe(url) && !this.readsQuery(context)) {
      const message = 'is not known';
      throw fieldProblem(
        400,
        names.slice(0, MOST_NAMED).map((field) => ({ field, message })),
      );
    }
    return next.handle();
  }

  private readsQuery(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    const known = this.readers.get(handler) ?? takesQuery(context.getClass(), handler.name);
    this.readers.set(handler, known);
    return known;
  }
}

/** Whether one of the parameters is the query, or the request with all that is in it. */
function takesQuery(controller: Function, handler: string): boolean {
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler) as
    object | undefined;
  return Object.keys(parameters ?? {}).some((key) => READERS.has(key.split(':')[0] ?? ''));
}

/** Keys of the metadata are `<type>:<place>`. */
const READERS = new Set([RouteParamtypes.QUERY, RouteParamtypes.REQUEST].map(String));

/** A hook of Fastify, whose parser takes what it cannot decode as it is. */
export function refuseBrokenQuery(
  { url }: { readonly url: string },
  _reply: unknown,
  done: (error?: Error) => void,
): void {
  const start = url.indexOf('?');
  if (start < 0 || !url.includes('%', start) || isDecodable(url.slice(start + 1))) return done();
  const message = 'must be percent-encoded UTF-8';
  done(new ProblemException(400, 'The query string is not valid', `The query string ${message}.`));
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
