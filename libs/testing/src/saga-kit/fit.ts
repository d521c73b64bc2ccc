/** Whether what is sent and answered fits its contract, and what is expected fits what is there. */
import { GENERIC_REPLIES, type CommandContract, type Outcome } from '#contracts';
import type { z } from 'zod';

const show = (value: unknown): string => JSON.stringify(value) ?? String(value);

const issuesOf = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`).join('; ');

/** Why data does not fit a schema; undefined when it does. */
export const problemOf = (schema: z.ZodType, data: unknown): string | undefined => {
  const { error } = schema.safeParse(data);
  return error && issuesOf(error);
};

/** As `problemOf`, of what is sent; what the contract does not know would get lost on the way. */
export const messageProblem = (schema: z.ZodType, sent: unknown): string | undefined => {
  const { data, error } = schema.safeParse(sent);
  if (error) return issuesOf(error);
  const unknown = unknownKeys(sent, data);
  return unknown.length === 0 ? undefined : `its contract knows no ${unknown.join(', ')}`;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const unknownKeys = (sent: unknown, parsed: unknown, path = ''): readonly string[] => {
  if (!isObject(sent) || !isObject(parsed)) return [];
  return Object.entries(sent).flatMap(([key, value]) =>
    key in parsed ? unknownKeys(value, parsed[key], `${path}${key}.`) : [path + key],
  );
};

/** How a reply of this name ends its command, or why there can be no such reply. */
export const outcomeOf = (
  contract: CommandContract,
  name: string,
  data: unknown,
): { readonly outcome: Outcome } | { readonly problem: string } => {
  for (const outcome of ['pending', 'parked', 'dead', 'refused'] as const) {
    if (GENERIC_REPLIES[outcome] === name) return { outcome };
  }
  const reply = contract.replies[name];
  if (!reply) {
    const known = Object.keys(contract.replies).join(', ');
    return { problem: `'${contract.name}' has no reply '${name}'; it has ${known}` };
  }
  const problem = messageProblem(reply.data, data);
  if (problem) return { problem: `the data of '${name}' does not fit its contract: ${problem}` };
  return { outcome: reply.kind === 'success' ? 'succeeded' : 'refused' };
};

/**
 * The first place where something is not as expected; undefined when it fits. An object may have
 * more than is expected, a list may not.
 */
export const difference = (expected: unknown, actual: unknown, path = ''): string | undefined => {
  const at = path === '' ? '' : `${path}: `;
  if (typeof expected === 'function') {
    return (expected as (value: unknown) => boolean)(actual)
      ? undefined
      : `${at}${show(actual)}, which is not what was asked for`;
  }
  if (!isObject(expected) || !isObject(actual)) {
    return Object.is(expected, actual)
      ? undefined
      : `${at}${show(actual)} instead of ${show(expected)}`;
  }
  if (Array.isArray(expected) && (!Array.isArray(actual) || actual.length !== expected.length)) {
    return `${at}${show(actual)} instead of ${show(expected)}`;
  }
  for (const [key, value] of Object.entries(expected)) {
    const found = difference(value, actual[key], path === '' ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
};
