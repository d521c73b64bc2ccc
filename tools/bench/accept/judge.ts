/** Whether what lies in a database is what was answered. Pure: ids in, sentences out. */

export interface Expected {
  /** What the ids are of, in the singular: "start in the outbox". */
  readonly what: string;
  /** Each of these has exactly one. */
  readonly must: ReadonlySet<string>;
  /** Each of these may have one, but no more. Default: none. */
  readonly may?: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/** What does not add up; empty when everything does. `found`: the ids as they lie there. */
export function compare({ what, must, may = NONE }: Expected, found: readonly string[]): string[] {
  const seen = new Set<string>();
  let missing = must.size;
  let twice = 0;
  let strange = 0;
  for (const id of found) {
    if (seen.has(id)) twice += 1;
    else if (must.has(id)) missing -= 1;
    else if (!may.has(id)) strange += 1;
    seen.add(id);
  }
  return [
    ...(missing > 0 ? [`${missing} of ${must.size} orders have no ${what}`] : []),
    ...(twice > 0 ? [`${what}: ${twice} too many`] : []),
    ...(strange > 0 ? [`${what}: ${strange} of no such order`] : []),
  ];
}
