/** What is different between two pieces of JSON, place by place. */

export interface Difference {
  /** `steps.hand-over.attempts`; empty for the whole. */
  readonly path: string;
  /** Undefined where there was nothing. */
  readonly before: unknown;
  /** Undefined where there is nothing any more. */
  readonly after: unknown;
}

export function differences(before: unknown, after: unknown, path = ''): Difference[] {
  if (isPart(before) && isPart(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) =>
      differences(before[key], after[key], path === '' ? key : `${path}.${key}`),
    );
  }
  return same(before, after) ? [] : [{ path, before, after }];
}

type Part = Readonly<Record<string, unknown>>;

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null;

const same = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || (isPart(a) && isPart(b) && JSON.stringify(a) === JSON.stringify(b));

interface Named {
  readonly steps: readonly { readonly name: string }[];
  readonly ledger: readonly { readonly id: string }[];
}

/** A saga such that its steps and effects are compared by their names, not by where they stand. */
export const comparable = <T extends Named>({ steps, ledger, ...rest }: T): Part => ({
  ...rest,
  steps: Object.fromEntries(steps.map(({ name, ...step }) => [name, step])),
  ledger: Object.fromEntries(ledger.map(({ id, ...entry }) => [id, entry])),
});

/** One line; what is long is cut. */
export function shortJson(value: unknown, most = 160): string {
  if (value === undefined) return '—';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
