/** Small multiples: one line each, from 0, two beside each other. */
import { figure } from '../report.js';
import { GAP, HEAD_HEIGHT, round, text, WIDTH, type Panel } from './page.js';

const COLUMNS = 2;
const COLUMN_WIDTH = (WIDTH - (COLUMNS - 1) * 2 * GAP) / COLUMNS;
const AXIS_WIDTH = 52;
const PLOT_WIDTH = COLUMN_WIDTH - AXIS_WIDTH;
const PLOT_HEIGHT = 96;
const FOOT_HEIGHT = 22;
const CELL_HEIGHT = HEAD_HEIGHT + PLOT_HEIGHT + FOOT_HEIGHT;

export interface LinePoint {
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly title: string;
  readonly points: readonly LinePoint[];
  /** Where the horizontal axis ends, in words: "15 min". */
  readonly end: string;
}

/** Each has a vertical axis of its own; empty lines are left out. */
export function linesPanel(all: readonly Line[]): Panel {
  const lines = all.filter(({ points }) => points.length > 0);
  return {
    height: Math.ceil(lines.length / COLUMNS) * CELL_HEIGHT,
    draw: (top) =>
      lines.flatMap((line, index) => {
        const left = (index % COLUMNS) * (COLUMN_WIDTH + 2 * GAP);
        return lineOf(line, left, top + Math.floor(index / COLUMNS) * CELL_HEIGHT);
      }),
  };
}

function lineOf({ title, points, end }: Line, left: number, top: number): string[] {
  const mostX = Math.max(...points.map(({ x }) => x)) || 1;
  const mostY = Math.max(...points.map(({ y }) => y)) || 1;
  const [origin, right] = [left + AXIS_WIDTH, left + COLUMN_WIDTH];
  const [ceiling, floor] = [top + HEAD_HEIGHT, top + HEAD_HEIGHT + PLOT_HEIGHT];
  const at = ({ x, y }: LinePoint) =>
    `${round(origin + (x / mostX) * PLOT_WIDTH)} ${round(floor - (y / mostY) * PLOT_HEIGHT)}`;
  return [
    text(left, top + 22, title, 'head'),
    text(origin - 6, ceiling + 9, figure(mostY), 'note', 'end'),
    text(origin - 6, floor, '0', 'note', 'end'),
    text(right, floor + 16, end, 'note', 'end'),
    `<path class="axis" d="M${round(origin)} ${ceiling}V${floor}H${round(right)}"/>`,
    `<path class="line" d="M${points.map(at).join('L')}"/>`,
  ];
}
