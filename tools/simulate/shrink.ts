/**
 * Makes a failing seed's story short: no faults from the reserve, fewer orders and withdrawals, fewer faults, then
 * no delays, for as long as it still fails in the same way. What is left is a plan that can be run again.
 */
import type { Plan } from './plan.js';
import { run, type RunResult } from './run.js';
import { CHANCE_KINDS, type ChanceKind } from './world/faults.js';

/** What a shortened plan keeps of its seed's own: enough to make it again, and to keep in a test. */
export interface Story {
  readonly seed: number;
  /** Numbers of the orders that are left. */
  readonly orders: readonly number[];
  /** Numbers of the withdrawals that are left. */
  readonly withdrawals: readonly number[];
  readonly rates: readonly ChanceKind[];
  /** Indices into the seed's own incidents, and into its reserve. */
  readonly incidents: readonly number[];
  readonly reserve: readonly number[];
  readonly conditions: Plan['conditions'];
  readonly spared: readonly string[];
  /** All round trips take the same. */
  readonly isCalm: boolean;
}

export interface Shrunk {
  readonly story: Story;
  readonly result: RunResult;
  /** Worlds that were tried. */
  readonly tries: number;
}

export const storyOf = ({
  seed,
  orders,
  withdrawals,
  rates,
  incidents,
  reserve = [],
  conditions,
}: Plan): Story => ({
  seed,
  orders: orders.map(({ no }) => no),
  withdrawals: withdrawals.map(({ no }) => no),
  rates: CHANCE_KINDS.filter((kind) => rates[kind] !== undefined),
  incidents: incidents.map((_, index) => index),
  reserve: reserve.map((_, index) => index),
  conditions,
  spared: [],
  isCalm: false,
});

/** @param plan of the story's seed */
export const retell = (plan: Plan, story: Story): Plan => ({
  ...plan,
  orders: plan.orders.filter(({ no }) => story.orders.includes(no)),
  withdrawals: plan.withdrawals.filter(({ no }) => story.withdrawals.includes(no)),
  rates: Object.fromEntries(story.rates.map((kind) => [kind, plan.rates[kind] ?? 0])),
  incidents: story.incidents.flatMap((index) => plan.incidents[index] ?? []),
  reserve: story.reserve.flatMap((index) => plan.reserve?.[index] ?? []),
  conditions: story.conditions,
  shape: story.isCalm ? { ...plan.shape, slowestMs: 0 } : plan.shape,
  spared: story.spared,
});

/** Ids differ from run to run, and so do counts; the rest of a violation says what is wrong. */
const natureOf = ({ violations }: RunResult): string | undefined =>
  violations[0]
    ?.replaceAll(/[0-9a-f-]{36}/g, 'id')
    .replaceAll(/\d+/g, 'n')
    .slice(0, 60);

class Search {
  tries = 0;

  constructor(
    private readonly plan: Plan,
    private readonly nature: string | undefined,
    private readonly mostTries: number,
    public best: Shrunk,
  ) {}

  /** @returns whether it still fails in the same way, and so is the best by now */
  async accept(story: Story): Promise<boolean> {
    if (this.tries >= this.mostTries) return false;
    this.tries += 1;
    const result = await run(retell(this.plan, story));
    if (natureOf(result) !== this.nature) return false;
    this.best = { story, result, tries: this.tries };
    return true;
  }

  /** Leaves out halves, then quarters, and in the end single ones. */
  async without<Item>(
    itemsOf: (story: Story) => readonly Item[],
    withItems: (story: Story, items: readonly Item[]) => Story,
  ): Promise<void> {
    for (let size = Math.ceil(itemsOf(this.best.story).length / 2); size >= 1; size >>= 1) {
      let from = 0;
      while (from < itemsOf(this.best.story).length) {
        const items = itemsOf(this.best.story);
        const left = [...items.slice(0, from), ...items.slice(from + size)];
        if (!(await this.accept(withItems(this.best.story, left)))) from += size;
      }
    }
  }
}

/** Rejects when the plan does not fail. */
export async function shrink(plan: Plan, mostTries = 400): Promise<Shrunk> {
  const story = storyOf(plan);
  const result = await run(plan);
  const nature = natureOf(result);
  if (nature === undefined) throw new Error(`seed ${plan.seed} keeps all promises`);
  const search = new Search(plan, nature, mostTries, { story, result, tries: 0 });
  // First of all: it would make up for every other fault that is left out.
  await search.without(
    ({ reserve }) => reserve,
    (from, reserve) => ({ ...from, reserve }),
  );
  await search.without(
    ({ orders }) => orders,
    (from, orders) => ({ ...from, orders }),
  );
  await search.without(
    ({ withdrawals }) => withdrawals,
    (from, withdrawals) => ({ ...from, withdrawals }),
  );
  await search.without(
    ({ rates }) => rates,
    (from, rates) => ({ ...from, rates }),
  );
  await search.without(
    ({ incidents }) => incidents,
    (from, incidents) => ({ ...from, incidents }),
  );
  await search.without(
    ({ conditions }) => conditions,
    (from, conditions) => ({ ...from, conditions }),
  );
  await search.without(strokesOf(search.best.result), spare(search.best.result));
  await search.accept({ ...search.best.story, isCalm: true });
  return { ...search.best, tries: search.tries };
}

/** Every single stroke of chance that is left, by kind and number. */
const allStrokes = ({ faults }: RunResult): string[] =>
  CHANCE_KINDS.flatMap((kind) =>
    Array.from({ length: faults[kind] ?? 0 }, (_, index) => `${kind}#${index + 1}`),
  );

const strokesOf = (result: RunResult) => {
  const all = allStrokes(result);
  return ({ spared }: Story): string[] => all.filter((stroke) => !spared.includes(stroke));
};

const spare = (result: RunResult) => {
  const all = allStrokes(result);
  return (story: Story, kept: readonly string[]): Story => ({
    ...story,
    spared: all.filter((stroke) => !kept.includes(stroke)),
  });
};

/** What a person reads: what was ordered, what went wrong, what happened, which promise broke. */
export async function tell(plan: Plan, { story, tries }: Shrunk): Promise<string> {
  const retold = retell(plan, story);
  const { trace, violations } = await run(retold, true);
  const wanted =
    /FAULT|VIOLATION|died|started|faults end|(order|withdrawal) \d+ is|cancel |arrived|warn|error/;
  return [
    `seed ${story.seed}, shortened in ${tries} tries: ${violations[0]}`,
    `  orders ${story.orders.join(', ')}; withdrawals ${story.withdrawals.join(', ')}`,
    ...trace.filter((line) => wanted.test(line)).map((line) => `  ${line}`),
    `  kept in tools/simulate/stories it is a test: ${JSON.stringify(retold)}`,
  ].join('\n');
}
