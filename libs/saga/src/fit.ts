/** Whether a value fits its contract, in words. */
import type { z } from 'zod';

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
