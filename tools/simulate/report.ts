/** A summary, for people. */
import { formatTable } from '../stack/table.js';
import { neverMet, tooKind, type Summary } from './summary.js';

const number = (value: number): string => Math.round(value).toLocaleString('en');

const rowsOf = (counts: Readonly<Record<string, number>>): string[][] =>
  Object.entries(counts).map(([name, count]) => [name, number(count)]);

export function describe(summary: Summary, seconds: number): string {
  const { seeds, orders, steps, virtualMs, failures } = summary;
  const missing = neverMet(summary);
  const lines = [
    `${number(seeds)} seeds in ${seconds.toFixed(1)} s: ${number(orders)} orders, ` +
      `${number(steps)} steps (at least ${number(summary.leastSteps)} a seed), ` +
      `${(virtualMs / 3_600_000).toFixed(1)} hours of virtual time`,
    `Faults, at least ${summary.leastFaultKinds} kinds a seed:`,
    formatTable(rowsOf(summary.faults)),
    'Situations, and in how many seeds they were met:',
    formatTable(rowsOf(summary.situations)),
    missing.length === 0 ? 'Every named situation was met.' : `Never met: ${missing.join(', ')}.`,
    ...(Object.keys(summary.logged).length > 0
      ? ['Errors that services logged:', formatTable(rowsOf(summary.logged))]
      : []),
  ];
  for (const what of tooKind(summary)) lines.push(`✗ too little happened: ${what}`);
  for (const { seed, violations } of failures.slice(0, 10)) {
    lines.push(`✗ seed ${seed}: ${violations[0]}`);
  }
  lines.push(failures.length === 0 ? '✓ no promise was broken' : `✗ ${failures.length} seeds fail`);
  return lines.join('\n');
}
