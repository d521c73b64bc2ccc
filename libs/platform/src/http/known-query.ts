/** Refuses query strings that nobody would read: who misspells a filter must not get what he did not ask for. */
import {
  SetMetadata,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { Observable } from 'rxjs';
import { fieldProblem, ProblemException } from './problem.js';

/** As many, and as much of a name, as of other faults. */
const MOST_NAMED = 50;
const LONGEST = 200;

interface Request {
  readonly url: string;
  readonly query?: object;
}

/** Whoever only asks whether a service is well gets an answer, whatever he adds. */
const isProbe = (url: string): boolean => /^\/health\b/.test(url);

const ANY_QUERY = 'any-query';
/** For handlers and controllers whose address others complete: with a query of their own, which is not read. */
export const AnyQuery = (): MethodDecorator & ClassDecorator => SetMetadata(ANY_QUERY, true);

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
        names
          .slice(0, MOST_NAMED)
          .map((name) => ({ field: name.slice(0, LONGEST) || '?', message })),
      );
    }
    return next.handle();
  }

  private readsQuery(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    const known = this.readers.get(handler) ?? takesQuery(context.getClass(), handler);
    this.readers.set(handler, known);
    return known;
  }
}

function takesQuery(controller: Function, handler: Function): boolean {
  if ([handler, controller].some((one) => Reflect.hasMetadata(ANY_QUERY, one))) return true;
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler.name) as
    object | undefined;
  // keys are `<type>:<place>`
  return Object.keys(parameters ?? {}).some((key) => key.startsWith(`${RouteParamtypes.QUERY}:`));
}

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
    // its answer is looked at, so that no packer takes the call for one without effect
    return decodeURIComponent(text).length >= 0;
  } catch {
    return false;
  }
}
