/** The figures of `growth` as small multiples in one picture. */
import { barsPanel } from '../draw/bars.js';
import { linesPanel, type Line } from '../draw/lines.js';
import { page, type Panel } from '../draw/page.js';
import { unitOf, whole } from './report.js';
import type { BacklogResult, GrowthResults, LevelsResult, MemoryResult, Point } from './results.js';
import { GROWTH_METRICS, summariseLevels } from './summary.js';
import { memoryLines } from './trend.js';

/** Void figures are left out; `note` stands below. */
export function plotGrowth({ levels, memory, backlog }: GrowthResults, note: string): string {
  const lines = [...(memory ? linesOfMemory(memory) : []), ...(backlog ? linesOf(backlog) : [])];
  const panels = levels.flatMap(panelsOf);
  if (lines.length > 0) panels.push(linesPanel(lines));
  return page('How the cost of a saga grows', panels, note);
}

const DRAWN = ['rate', 'half-p99'];

function panelsOf(found: LevelsResult): Panel[] {
  const summaries = summariseLevels(found);
  return GROWTH_METRICS.filter(({ key }) => DRAWN.includes(key)).flatMap(({ key, title, unit }) => {
    const bars = summaries.flatMap(({ level, figures }, index) => {
      const value = figures[key];
      const name = `${whole(level)} ${unitOf(found.part)}`;
      return value === undefined ? [] : [{ name, value, isFirst: index === 0 }];
    });
    if (bars.length === 0) return [];
    const remark = key === 'rate' ? 'more is better' : 'less is better';
    return [barsPanel({ title: `${title}, ${unit}`, remark, bars })];
  });
}

function linesOfMemory({ samples, minutes, problems }: MemoryResult): Line[] {
  if (problems.length > 0) return [];
  const end = `${Number(minutes.toFixed(1))} min`;
  return [...memoryLines(samples)].map(([process, points]) =>
    lineOf(`${process}, MiB`, points, end),
  );
}

function linesOf({ rates, latencies, seconds, problems }: BacklogResult): Line[] {
  if (problems.length > 0) return [];
  const end = `${Math.ceil(seconds)} s`;
  const latenciesS = latencies.map((point) => ({ ...point, value: point.value / 1000 }));
  return [
    lineOf('catching up, sagas/s', rates, end),
    lineOf('a new order meanwhile, s', latenciesS, end),
  ];
}

const lineOf = (title: string, points: readonly Point[], end: string): Line => ({
  ...{ title, end },
  points: points.map(({ seconds, value }) => ({ x: seconds, y: value })),
});
