/** What the benchmark prints: figures, ratios, and everything that makes them doubtful. */
import type { Attempt, Measurement, MeasurementName } from './measure.js';
import { METRICS, type Metric } from './metrics.js';
import type { LeftOut } from './prepare.js';
import type { Spread } from './statistics.js';
import type { ContenderSummary } from './summary.js';

/** Other load on the machine from which on it is told, as a part of the cores. */
const FOREIGN_SHARE = 0.05;

/** A number as people read it: three digits that mean something, thousands apart. */
export function figure(value: number): string {
  if (value === 0 || value >= 100) return Math.round(value).toLocaleString('en-US');
  return Number(value.toPrecision(value >= 10 ? 3 : 2)).toString();
}

export function spread(value: Spread | undefined): string {
  if (value === undefined) return '-';
  const { median, min, max } = value;
  if (min === max) return figure(median);
  return `${figure(median)} (${figure(min)}-${figure(max)})`;
}

/** One line a contender, one column a metric. */
export function figuresTable(summaries: readonly ContenderSummary[]): string {
  const head = ['', ...METRICS.map(({ title, unit }) => `${title}, ${unit}`)];
  const rows = summaries.map(({ title, figures }) => [
    title,
    ...METRICS.map(({ key }) => spread(figures[key])),
  ]);
  return table(transposed([head, ...rows]));
}

/** How many times better the first contender is, by metric and contender. */
export function ratiosTable(summaries: readonly ContenderSummary[]): string {
  const [first, ...others] = summaries;
  if (first === undefined || others.length === 0) return '';
  const head = [`${first.title} is so many times better than`, ...others.map(({ title }) => title)];
  const row = ({ key, title }: Metric) => [
    title,
    ...others.map(({ ratios }) => spread(ratios[key])),
  ];
  return table([head, ...METRICS.map(row)]);
}

/** One line for what a contender gave in one round. */
export function attemptLine(attempt: Attempt): string {
  const figures = METRICS.flatMap(({ title, unit, of }) => {
    const value = of(attempt);
    return value === undefined ? [] : [`${title} ${figure(value)} ${unit}`];
  });
  const failure = attempt.failure === undefined ? [] : [`FAILED: ${attempt.failure}`];
  return [`${attempt.contender}, round ${attempt.round}:`, [...figures, ...failure].join(' · ')]
    .join(' ')
    .trim();
}

/** What is void, what failed, who is left out, who else was busy. */
export function remarks(
  attempts: readonly Attempt[],
  leftOut: readonly LeftOut[],
  cores: number,
): string[] {
  return [
    ...leftOut.map(({ contender, reason }) => `left out: ${contender}, because ${reason}`),
    ...attempts.flatMap((attempt) => {
      const where = `${attempt.contender}, round ${attempt.round}`;
      const failed = attempt.failure === undefined ? [] : [`failed: ${where}: ${attempt.failure}`];
      return [...failed, ...voids(attempt, where), ...repeats(attempt, where)];
    }),
    ...interference(attempts, cores),
  ];
}

const voids = ({ measurements }: Attempt, where: string): string[] =>
  entriesOf(measurements).flatMap(([name, { problems }]) =>
    problems.length === 0 ? [] : [`void: ${where}, ${name}: ${problems.join('; ')}`],
  );

/** The count goes on from one measurement to the next. */
function repeats({ measurements }: Attempt, where: string): string[] {
  const most = Math.max(0, ...entriesOf(measurements).map(([, { repeated }]) => repeated));
  return most === 0 ? [] : [`repeated: ${where}: ${most} steps ran again, without a second effect`];
}

function interference(attempts: readonly Attempt[], cores: number): string[] {
  const shares = attempts.flatMap(({ measurements }) =>
    entriesOf(measurements).map(([, { usage }]) => {
      const whole = usage.seconds * 1000 * cores;
      return whole > 0 ? (usage.foreignCpuMs + usage.stolenCpuMs) / whole : 0;
    }),
  );
  const most = Math.max(0, ...shares);
  if (most < FOREIGN_SHARE) return [];
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
  return [
    `interference: others took ${percent(mean)} of the processors on average, ` +
      `${percent(most)} at most; only ratios within one round mean anything`,
  ];
}

const entriesOf = (measurements: Attempt['measurements']): [MeasurementName, Measurement][] =>
  Object.entries(measurements) as [MeasurementName, Measurement][];

function transposed(rows: readonly (readonly string[])[]): string[][] {
  const width = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: width }, (_, column) => rows.map((row) => row[column] ?? ''));
}

/** The first column is left-aligned, figures are right-aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: width }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0);
  return rows.map((row) => `  ${row.map(cell).join('   ')}`.trimEnd()).join('\n');
}

/** The same as a table of markdown, with columns as wide as their cells. */
export function markdown(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) =>
    Math.max(3, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0);
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(head), line(rule), ...rows.slice(1).map(line)].join('\n');
}
