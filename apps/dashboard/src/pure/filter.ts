/** What sagas are searched for by: as the address keeps it, as the API takes it. */

/** In the order of the API's own list; `attribute` may be there several times. */
export const FILTERS = [
  ...['state', 'definition', 'version', 'step', 'stepState', 'error', 'attention', 'held'],
  ...['createdFrom', 'createdTo', 'idleSince', 'orderId', 'customer', 'attribute'],
  ...['currency', 'amountFrom', 'amountTo'],
] as const;

/** Only what the API knows: an address may have been written by hand. */
export function filterOf(
  query: URLSearchParams,
  names: readonly string[] = FILTERS,
): URLSearchParams {
  return new URLSearchParams(
    names.flatMap((name) =>
      query
        .getAll(name)
        .filter((value) => value !== '')
        .map((value): [string, string] => [name, value]),
    ),
  );
}

/** With what comes from a list: where it goes on, and how much of it. */
export function pathOf(
  resource: string,
  filter: URLSearchParams,
  more: Readonly<Record<string, string | undefined>> = {},
): string {
  const query = new URLSearchParams(filter);
  for (const [name, value] of Object.entries(more)) if (value) query.set(name, value);
  const text = query.toString();
  return text === '' ? resource : `${resource}?${text}`;
}

/** As `hashOf` takes it. */
export function recordOf(query: URLSearchParams): Record<string, string[]> {
  const record: Record<string, string[]> = {};
  for (const [name, value] of query) (record[name] ??= []).push(value);
  return record;
}
