/** An exploration, for people. */
import { allPairs, type Exploration } from '#saga';
import { formatTable } from '../stack/table.js';
import type { Bounds } from './arguments.js';

export const describeBounds = ({ attempts, inFlight }: Bounds): string =>
  `Bounds of a run: 1 instance, ${inFlight} messages in flight, ` +
  `${attempts - 1} resends of a command before its silence counts.`;

export const describe = (name: string, found: Exploration, seconds: number): string => {
  const { states, transitions, cut, ends, violation } = found;
  const lines = [
    `${name}: ${number(states)} states, ${number(transitions)} transitions, ${seconds.toFixed(1)} s`,
    cut === 0
      ? '  complete within its bounds'
      : `  NOT complete: ${number(cut)} times more was on its way than the bounds allow`,
    formatTable(Object.entries(ends).map(([end, count]) => [`ends ${end}`, number(count)])),
  ];
  if (!violation) return lines.join('\n');
  const story = violation.story.map((line, index) => `  ${String(index + 1).padStart(3)}. ${line}`);
  return [...lines, `✗ ${violation.promise}:`, ...story].join('\n');
};

/** Which pairs of the state x message table were met, by all explorations together. */
export const describePairs = (explorations: readonly Exploration[]): string => {
  const rows = allPairs().map((pair) => [
    pair,
    number(explorations.reduce((sum, { pairs }) => sum + (pairs[pair] ?? 0), 0)),
  ]);
  const met = rows.filter(([, count]) => count !== '0').length;
  return `state x message: ${met} of ${rows.length} pairs met\n${formatTable(rows)}`;
};

const number = (value: number): string => value.toLocaleString('en');
