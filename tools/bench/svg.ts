/** A plot without a library: bars of medians, whiskers from the least to the most of the rounds. */
import { METRICS } from './metrics.js';
import { figure, spread } from './report.js';
import type { Spread } from './statistics.js';
import type { ContenderSummary } from './summary.js';

const WIDTH = 760;
const LABEL_WIDTH = 210;
const VALUE_WIDTH = 170;
const BAR_WIDTH = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
const BAR_HEIGHT = 16;
const ROW_HEIGHT = 24;
const HEAD_HEIGHT = 34;
const GAP = 16;

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .head { font-weight: 600; }
  .note { fill: #59636e; }
  .bar { fill: #8c959f; }
  .first { fill: #0969da; }
  .spread { stroke: #1f2328; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .note { fill: #9198a1; }
    .bar { fill: #656c76; }
    .first { fill: #4493f8; }
    .spread { stroke: #e6edf3; }
  }`;

/** One panel a metric; `note` stands below. Its background is that of the page. */
export function plot(summaries: readonly ContenderSummary[], note: string): string {
  const panels: string[] = [];
  let top = 0;
  for (const { key, title, unit, moreIsBetter } of METRICS) {
    const bars = summaries.flatMap(({ title: name, figures }, index) => {
      const value = figures[key];
      return value === undefined ? [] : [{ name, value, isFirst: index === 0 }];
    });
    if (bars.length === 0) continue;
    const better = moreIsBetter ? 'more is better' : 'less is better';
    const most = Math.max(...bars.map(({ value }) => value.max)) || 1;
    panels.push(text(0, top + 22, `${title}, ${unit}`, 'head'));
    panels.push(text(WIDTH, top + 22, better, 'note', 'end'));
    bars.forEach((bar, index) => {
      panels.push(...barOf(bar, top + HEAD_HEIGHT + index * ROW_HEIGHT, most));
    });
    top += HEAD_HEIGHT + bars.length * ROW_HEIGHT + GAP;
  }
  const height = top + 24;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>The same order saga on several engines</title>`,
    `<style>${STYLE}\n</style>`,
    ...panels,
    text(0, height - 8, note, 'note'),
    '</svg>\n',
  ].join('\n');
}

interface Bar {
  readonly name: string;
  readonly value: Spread;
  readonly isFirst: boolean;
}

function barOf({ name, value, isFirst }: Bar, top: number, most: number): string[] {
  const at = (amount: number) => round((amount / most) * BAR_WIDTH);
  const middle = top + BAR_HEIGHT / 2;
  const baseline = middle + 4.5;
  const { median, min, max } = value;
  const whisker =
    `<path class="spread" d="M${LABEL_WIDTH + at(min)} ${middle}H${LABEL_WIDTH + at(max)}` +
    `M${LABEL_WIDTH + at(min)} ${middle - 4}v8M${LABEL_WIDTH + at(max)} ${middle - 4}v8"/>`;
  return [
    text(LABEL_WIDTH - 8, baseline, name, '', 'end'),
    `<rect class="bar${isFirst ? ' first' : ''}" x="${LABEL_WIDTH}" y="${top}" ` +
      `width="${Math.max(1, at(median))}" height="${BAR_HEIGHT}" rx="2"><title>` +
      `${escape(name)}: ${figure(median)}</title></rect>`,
    ...(min === max ? [] : [whisker]),
    text(LABEL_WIDTH + at(max) + 8, baseline, spread(value)),
  ];
}

function text(x: number, y: number, content: string, kind = '', anchor = 'start'): string {
  const attributes = [
    ...(kind === '' ? [] : [` class="${kind}"`]),
    ...(anchor === 'start' ? [] : [` text-anchor="${anchor}"`]),
  ];
  return `<text x="${round(x)}" y="${round(y)}"${attributes.join('')}>${escape(content)}</text>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

const escape = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
