/** Who asks for a change, where people make it: said by whoever calls, and believed. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { fieldProblem } from './problem.js';

export const MAX_ACTOR = 100;
const NAME = 'X-Actor';
const PRINTABLE = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

/** @throws ProblemException 400 for a header that names nobody who could be shown */
export function actorIn(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (header.length <= MAX_ACTOR && PRINTABLE.test(header)) return header;
  const message = `must have 1 to ${MAX_ACTOR} printable ASCII characters`;
  throw fieldProblem(400, [{ field: NAME, message }]);
}

interface Request {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const FromHeader = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const given = context.switchToHttp().getRequest<Request>().headers[NAME.toLowerCase()];
  return actorIn(Array.isArray(given) ? given.join(', ') : given);
});

/** A parameter of a handler, `string | undefined`; the OpenAPI document tells of the header. */
export const Actor = (): ParameterDecorator => (target, name, index) => {
  FromHeader()(target, name, index);
  const method = name === undefined ? undefined : Object.getOwnPropertyDescriptor(target, name);
  if (name === undefined || method === undefined) return;
  ApiHeader({
    name: NAME,
    required: false,
    description: 'Who does it, for the audit log. It is taken as said.',
    schema: { type: 'string', minLength: 1, maxLength: MAX_ACTOR },
  })(target, name, method);
};
