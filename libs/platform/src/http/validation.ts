import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { longList, tooManyEntries } from './list-limits.js';
import { fieldProblem, type FieldError } from './problem.js';

/** Enough to mend a form by; a body with thousands of faults gets no novel in answer. */
const MAX_ERRORS = 50;
const MAX_UNKNOWN_NAME = 200;

/**
 * The tree of faults as a flat list, each with the path of its field. A field has one fault: what
 * comes after it, and what is in a field of the wrong kind, only says the same again.
 */
export function fieldErrors(tree: readonly ValidationError[], path = ''): FieldError[] {
  const errors: FieldError[] = [];
  for (const error of tree) {
    if (errors.length >= MAX_ERRORS) break;
    const field = path ? `${path}.${error.property}` : error.property;
    const [fault] = Object.entries(error.constraints ?? {}).toSorted(ownRulesFirst);
    if (fault === undefined) {
      errors.push(...fieldErrors(error.children ?? [], field));
      continue;
    }
    const [rule, message] = fault;
    const isUnknown = rule === 'whitelistValidation';
    errors.push({
      // a name that nobody knows can be as long as the body
      field: isUnknown ? field.slice(0, MAX_UNKNOWN_NAME) : field,
      message: isUnknown ? 'is not known' : message,
    });
  }
  return errors.slice(0, MAX_ERRORS);
}

/** The rule that a field is declared with says more than that of the walk into it. */
const ownRulesFirst = ([a]: [string, string], [b]: [string, string]): number =>
  Number(a === 'nestedValidation') - Number(b === 'nestedValidation');

/**
 * Checks bodies, queries and parameters against their class. Nothing is converted on the way:
 * a string is no number, and what the class does not name is refused.
 */
export class StrictValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      validationError: { target: false, value: false },
      exceptionFactory: (tree) => fieldProblem(400, fieldErrors(tree)),
    });
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (this.toValidate(metadata)) {
      const isBody = metadata.type === 'body';
      const fault = isBody ? bodyFault(value, metadata.metatype) : oddName(value);
      if (fault) throw fieldProblem(400, [fault]);
    }
    return super.transform(value, metadata);
  }
}

/** No body of ours is nested deeper; what comes after recurses, and must not run out of stack. */
const MAX_DEPTH = 16;

/**
 * What class-transformer would not notice: a body that is no object, endless lists, endless nesting,
 * and fields named like a member of every object (`constructor`), which it drops without a word.
 */
function bodyFault(body: unknown, type: unknown): FieldError | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    // absent is no fault of its own: the class then names each field that is missing
    return body === undefined ? undefined : { field: '', message: 'must be a JSON object' };
  }
  const long = longList(type, body);
  if (long) return { field: long.field, message: tooManyEntries(long.max) };
  return oddity(body, '', 0);
}

/** Queries and parameters are flat, so that only their names can be odd. */
const oddName = (value: unknown): FieldError | undefined =>
  typeof value === 'object' && value !== null ? oddity(value, '', 0) : undefined;

/** class-transformer leaves these out as well, without a word. */
const isOdd = (key: string): boolean => key in Object.prototype || key === 'prototype';

function oddity(value: object, path: string, depth: number): FieldError | undefined {
  if (depth > MAX_DEPTH) return { field: path, message: 'is nested too deep' };
  for (const [key, child] of Object.entries(value)) {
    const isObject = typeof child === 'object' && child !== null;
    if (!isObject && !isOdd(key)) continue;
    const field = path ? `${path}.${key}` : key;
    if (isOdd(key)) return { field, message: 'is not known' };
    const fault = oddity(child as object, field, depth + 1);
    if (fault) return fault;
  }
  return undefined;
}
