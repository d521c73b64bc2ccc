/** The plot of the benchmark: a panel of bars a metric. */
import { barsPanel } from './draw/bars.js';
import { page } from './draw/page.js';
import { METRICS } from './metrics.js';
import type { ContenderSummary } from './summary.js';

/** One panel a metric; `note` stands below. */
export function plot(summaries: readonly ContenderSummary[], note: string): string {
  const panels = METRICS.flatMap(({ key, title, unit, moreIsBetter }) => {
    const bars = summaries.flatMap(({ title: name, figures }, index) => {
      const value = figures[key];
      return value === undefined ? [] : [{ name, value, isFirst: index === 0 }];
    });
    if (bars.length === 0) return [];
    const remark = moreIsBetter ? 'more is better' : 'less is better';
    return [barsPanel({ title: `${title}, ${unit}`, remark, bars })];
  });
  return page('The same order saga on several engines', panels, note);
}
