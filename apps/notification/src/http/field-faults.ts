/** What is wrong with a body that a zod schema has read, in the words of all other doors. */
import type { FieldError } from '#platform';
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** As many, and names as long, as of other faults. */
const MOST_NAMED = 50;
const LONGEST_NAME = 200;

const KINDS: Readonly<Record<string, string>> = {
  string: 'must be a text',
  array: 'must be a list',
  boolean: 'must be true or false',
  object: 'must be a JSON object',
};

/**
 * A field has one fault: what comes after it only says the same again.
 * @param body what was read: a field that is not in it is missing, whatever it should have been
 */
export function faultsOf(issues: readonly Issue[], body: unknown): FieldError[] {
  const faults = issues.flatMap((issue): FieldError[] => {
    const at = (...more: string[]) => [...issue.path, ...more].join('.').slice(0, LONGEST_NAME);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: at(key), message: 'is not known' }));
    }
    const message = isThere(body, issue.path) ? wordsOf(issue) : 'is missing';
    return [{ field: at(), message }];
  });
  const first = new Map(faults.toReversed().map((fault) => [fault.field, fault]));
  return [...first.values()].toReversed().slice(0, MOST_NAMED);
}

function isThere(body: unknown, path: readonly PropertyKey[]): boolean {
  let value = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value !== undefined;
}

function wordsOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? issue.message;
    case 'invalid_value':
      return `must be one of: ${issue.values.join(', ')}`;
    case 'too_small':
      return issue.origin === 'string'
        ? 'must not be empty'
        : `must have at least ${issue.minimum} entries`;
    case 'too_big':
      return `must have at most ${issue.maximum} ${issue.origin === 'string' ? 'characters' : 'entries'}`;
    default:
      return issue.message;
  }
}
