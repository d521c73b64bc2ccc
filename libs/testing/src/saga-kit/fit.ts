/** Whether what is sent and answered fits its contract, and what is expected fits what is there. */
import { GENERIC_REPLIES, type CommandContract, type Outcome } from '#contracts';
import { messageProblem } from '#saga';

const show = (value: unknown): string => JSON.stringify(value) ?? String(value);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

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
