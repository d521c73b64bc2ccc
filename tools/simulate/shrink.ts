/**
 * Makes a failing seed's story short: fewer orders and withdrawals, fewer faults, then no delays, for as long as it
 * still fails in the same way, and all of that once more where it has helped: what is left out shifts the chance of all
 * the rest, and does so less in a world where less goes wrong. What is left is a plan that can be run again.
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

/**
 * In this order, each as far as it goes: what is asked for, then faults. Of those the reserve goes first, for it would
 * make up for others that are left out.
 */
const PARTS = [
  'orders',
  'withdrawals',
  'reserve',
  'rates',
  'incidents',
  'conditions',
] as const satisfies readonly (keyof Story)[];

class Search {
  tries = 0;

  constructor(
    private readonly plan: Plan,
    private readonly nature: string | undefined,
    private readonly options: Required<ShrinkOptions>,
    public best: Shrunk,
  ) {}

  /** Once through all of it. @returns whether it has become shorter, and there are tries for another round */
  async round(): Promise<boolean> {
    const before = this.best.story;
    for (const part of PARTS) {
      await this.without<number | string>(
        (story) => story[part],
        (story, items) => ({ ...story, [part]: items }),
      );
    }
    const strokes = strokesOf(this.best);
    await this.without(
      ({ spared }) => strokes.filter((stroke) => !spared.includes(stroke)),
      (story, kept) => ({ ...story, spared: sparedBut(kept, story, strokes) }),
    );
    if (!this.best.story.isCalm) await this.accept({ ...this.best.story, isCalm: true });
    return this.best.story !== before && this.hasTries;
  }

  /** One is kept for a world without delays. */
  private get hasTries(): boolean {
    return this.tries < this.options.mostTries - 1;
  }

  /** @returns whether it still fails in the same way, and so is the best by now */
  private async accept(story: Story): Promise<boolean> {
    this.tries += 1;
    const result = await this.options.run(retell(this.plan, story));
    if (natureOf(result) !== this.nature) return false;
    this.best = { story, result, tries: this.tries };
    return true;
  }

  /** Leaves out halves, then quarters, and in the end single ones. */
  private async without<Item>(
    itemsOf: (story: Story) => readonly Item[],
    withItems: (story: Story, items: readonly Item[]) => Story,
  ): Promise<void> {
    for (let size = Math.ceil(itemsOf(this.best.story).length / 2); size >= 1; size >>= 1) {
      let from = 0;
      while (from < itemsOf(this.best.story).length && this.hasTries) {
        const items = itemsOf(this.best.story);
        const left = [...items.slice(0, from), ...items.slice(from + size)];
        if (!(await this.accept(withItems(this.best.story, left)))) from += size;
      }
    }
  }
}

export interface ShrinkOptions {
  /** Worlds that are tried at most. Default: 400. */
  readonly mostTries?: number;
  /** Tries one. */
  readonly run?: (plan: Plan) => Promise<RunResult>;
}

/** Rejects when the plan does not fail. */
export async function shrink(plan: Plan, given: ShrinkOptions = {}): Promise<Shrunk> {
  const options = { mostTries: 400, run, ...given };
  const story = storyOf(plan);
  const result = await options.run(plan);
  const nature = natureOf(result);
  if (nature === undefined) throw new Error(`seed ${plan.seed} keeps all promises`);
  const search = new Search(plan, nature, options, { story, result, tries: 0 });
  let isShorter = true;
  while (isShorter) isShorter = await search.round();
  return { ...search.best, tries: search.tries };
}

/** Every single stroke of chance that has come about or been spared, by kind and number. */
const strokesOf = ({ story, result }: Shrunk): string[] =>
  CHANCE_KINDS.flatMap((kind) => {
    const spared = story.spared.filter((stroke) => stroke.startsWith(`${kind}#`)).length;
    const length = (result.faults[kind] ?? 0) + spared;
    return Array.from({ length }, (_, index) => `${kind}#${index + 1}`);
  });

/** What was spared before stays so. */
const sparedBut = (
  kept: readonly string[],
  { spared }: Story,
  strokes: readonly string[],
): string[] => [
  ...spared,
  ...strokes.filter((stroke) => !kept.includes(stroke) && !spared.includes(stroke)),
];

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
