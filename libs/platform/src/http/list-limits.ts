/**
 * How long the lists of a body may be, known before its entries are looked at: to build and check
 * ten thousand of them, only to say that there are too many, would hold up everybody else.
 */
const limits = new Map<unknown, Map<string, number>>();

export const limitList = (type: unknown, field: string, max: number): void => {
  const fields = limits.get(type) ?? new Map<string, number>();
  limits.set(type, fields.set(field, max));
};

/** The first list of the body that is longer than its class allows. */
export function longList(type: unknown, body: object): { field: string; max: number } | undefined {
  for (const [field, max] of limits.get(type) ?? []) {
    const value = (body as Record<string, unknown>)[field];
    if (Array.isArray(value) && value.length > max) return { field, max };
  }
  return undefined;
}

export const tooManyEntries = (max: number): string => `must have at most ${max} entries`;
