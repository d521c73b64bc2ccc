/** An exploration, for people. */
import { allPairs, MOST_INSTANCES, type Exploration } from '#saga';
import { formatTable } from '../stack/table.js';
import type { Bounds } from './arguments.js';

export const describeBounds = ({ attempts, inFlight }: Bounds): string =>
  `Bounds of a run: 1 instance, ${inFlight} messages in flight, ` +
  `${attempts - 1} resends of a command before its silence counts.\n` +
  `A saga that can be like ${number(MOST_INSTANCES)} different instances grows without end.`;

/** So that every definition can be explored whenever something is changed. */
const MOST_SECONDS = 60;
/** The story of what grows without end is as long as one lets it become. */
const MOST_LINES = 60;

/** @param isLenient whether it may take longer than a minute: then that is not said */
export const describe = (
  name: string,
  found: Exploration,
  { seconds, isLenient }: { seconds: number; isLenient: boolean },
): string => {
  const { states, transitions, ends, violation } = found;
  const lines = [
    `${name}: ${number(states)} states, ${number(transitions)} transitions, ${seconds.toFixed(1)} s`,
    `  ${completeness(found)}`,
    formatTable(Object.entries(ends).map(([end, count]) => [`ends ${end}`, number(count)])),
  ];
  if (seconds > MOST_SECONDS && !isLenient) {
    lines.push(
      `✗ it took ${seconds.toFixed(0)} s, and is to take less than ${MOST_SECONDS} s: fewer faults ` +
        'a run in tools/explore/tasks.ts do that, unless this machine is slow or busy',
    );
  }
  return [...lines, ...storyOf(violation)].join('\n');
};

const completeness = ({ cut, violation }: Exploration): string => {
  if (violation) return 'NOT complete: it ends where a promise is broken';
  if (cut === 0) return 'complete within its bounds';
  return `NOT complete: ${number(cut)} times more was on its way than the bounds allow`;
};

const storyOf = (violation: Exploration['violation']): string[] => {
  if (!violation) return [];
  const { promise, story } = violation;
  const lines = story
    .slice(0, MOST_LINES)
    .map((line, index) => `  ${String(index + 1).padStart(3)}. ${line}`);
  const left = story.length - lines.length;
  return [`✗ ${promise}:`, ...lines, ...(left > 0 ? [`       … and ${number(left)} more`] : [])];
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
