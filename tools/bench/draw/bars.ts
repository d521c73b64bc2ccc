/** Bars of medians, with whiskers from the least to the most of the rounds. */
import { figure, spread } from '../report.js';
import type { Spread } from '../statistics.js';
import { escape, HEAD_HEIGHT, round, text, WIDTH, type Panel } from './page.js';

const LABEL_WIDTH = 210;
const VALUE_WIDTH = 170;
const BAR_WIDTH = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
const BAR_HEIGHT = 16;
const ROW_HEIGHT = 24;

export interface Bar {
  readonly name: string;
  readonly value: Spread;
  /** What the others are compared with. */
  readonly isFirst: boolean;
}

export interface Bars {
  readonly title: string;
  /** On the other side: which direction is better. */
  readonly remark: string;
  readonly bars: readonly Bar[];
}

export function barsPanel({ title, remark, bars }: Bars): Panel {
  const most = Math.max(...bars.map(({ value }) => value.max)) || 1;
  return {
    height: HEAD_HEIGHT + bars.length * ROW_HEIGHT,
    draw: (top) => [
      text(0, top + 22, title, 'head'),
      text(WIDTH, top + 22, remark, 'note', 'end'),
      ...bars.flatMap((bar, index) => barOf(bar, top + HEAD_HEIGHT + index * ROW_HEIGHT, most)),
    ],
  };
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
