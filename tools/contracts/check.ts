/** The contracts as they are against all that was ever released of them. Pure. */
import { breaksBetween, ofDirection } from './compare.js';
import type { Direction } from './judge/problem.js';
import { notUnderstood } from './judge/understood.js';
import { isSame } from './judge/schema.js';
import { statesOf, type Released, type Snapshot } from './released.js';
import { idOf, type Shape, type Shapes } from './shapes.js';
import { topicBreaks, type Topics } from './topics.js';

export interface Accepted {
  /** A finding, word for word. */
  readonly finding: string;
  /** Why it hurts nobody. */
  readonly reason: string;
}

export interface Finding {
  /** `payment.completed v1: backward: data.amount became required` */
  readonly text: string;
  /** Absent where something else is wrong than what messages look like. */
  readonly direction?: Direction;
  /** The snapshots that it breaks with. */
  readonly against: readonly string[];
  /** Why it is known and borne. */
  readonly accepted?: string;
}

export interface Checked {
  readonly current: Shapes;
  readonly topics: Topics;
  readonly released: Released;
  readonly accepted: readonly Accepted[];
}

export const RELEASE = 'npm run contracts -- release';

/** @returns everything that breaks; what is accepted carries the reason, the rest must not be */
export function findingsOf({ current, topics, released, accepted }: Checked): readonly Finding[] {
  const breaking = [
    ...[...current.problems, ...released.problems, ...doubled(current.shapes)].map(plain),
    ...strangeIn(released),
    ...goneFrom(current, released),
    ...merged(current.shapes.flatMap((shape) => ofShape(shape, released))),
    ...topicBreaks(released.topics.at(-1) ?? {}, topics).map((text) => plain(`topic ${text}`)),
  ].map((finding) => {
    const known = accepted.find((one) => one.finding === finding.text);
    return known ? { ...finding, accepted: known.reason } : finding;
  });
  return [...breaking, ...wrongly(accepted, breaking)];
}

const plain = (text: string): Finding => ({ text, against: [] });

const doubled = (shapes: readonly Shape[]): readonly string[] =>
  shapes
    .filter(({ name }, index) => shapes.findIndex((other) => other.name === name) !== index)
    .map(
      (shape) => `${idOf(shape)}: the type on the wire has no version, so a name is one contract`,
    );

const strangeIn = ({ snapshots }: Released): readonly Finding[] =>
  snapshots.flatMap(({ file, shape }) =>
    [shape.data, ...Object.values(shape.replies ?? {}).map(({ data }) => data)]
      .flatMap((schema) => notUnderstood(schema))
      .map((text) => ({ text: `${idOf(shape)}: ${text}`, against: [file] })),
  );

function goneFrom({ shapes, problems }: Shapes, { snapshots }: Released): readonly Finding[] {
  const newest = new Map(snapshots.map(({ shape }) => [shape.name, shape]));
  return [...newest.values()].flatMap((shape) => {
    const now = shapes.find(({ name }) => name === shape.name);
    if (now && now.version >= shape.version) return [];
    // It is there, and what is wrong with it is said elsewhere.
    if (!now && problems.some((text) => text.startsWith(`${shape.name} v`))) return [];
    return [plain(`${idOf(shape)}: was removed${now ? `: there is only ${idOf(now)}` : ''}`)];
  });
}

/**
 * Its own version: both directions. Versions before it: the new reader still gets what they sent, for
 * nothing on the wire tells the versions apart; their readers are not there any more.
 */
function ofShape(shape: Shape, { snapshots }: Released): readonly Finding[] {
  return snapshots
    .filter(({ shape: { name, version } }) => name === shape.name && version <= shape.version)
    .flatMap((snapshot) =>
      breaksWith(snapshot, shape).map(({ direction, text }) => ({
        ...{ direction, against: [snapshot.file] },
        text: `${idOf(shape)}: ${direction}: ${text}`,
      })),
    );
}

const breaksWith = ({ shape: before }: Snapshot, now: Shape) =>
  before.version === now.version
    ? breaksBetween(before, now)
    : ofDirection('backward', before, now);

/** One line for what breaks with several snapshots. */
function merged(findings: readonly Finding[]): readonly Finding[] {
  const byText = new Map<string, Finding>();
  for (const finding of findings) {
    const { against = [] } = byText.get(finding.text) ?? {};
    byText.set(finding.text, { ...finding, against: [...against, ...finding.against] });
  }
  return [...byText.values()];
}

/** Nobody shall find a list of exceptions that except nothing, or for no reason. */
const wrongly = (accepted: readonly Accepted[], breaking: readonly Finding[]): Finding[] => [
  ...accepted
    .filter(({ finding }) => !breaking.some(({ text }) => text === finding))
    .map(({ finding }) => plain(`accepted, and not there (any more): ${finding}`)),
  ...accepted
    .filter(({ reason }) => reason.trim().length < MIN_REASON)
    .map(({ finding }) => plain(`accepted without a reason that explains it: ${finding}`)),
];
/** Characters. */
const MIN_REASON = 20;

/** What is compatible, and has no snapshot yet. */
export function unreleased({ current, topics, released }: Checked): readonly string[] {
  const shapes = current.shapes.flatMap((shape) => {
    const newest = statesOf(released, shape).at(-1);
    if (newest === undefined) return [`${idOf(shape)} was never released`];
    return isSame(newest.shape, shape) ? [] : [`${idOf(shape)} has changed since ${newest.file}`];
  });
  const isKnown = isSame(released.topics.at(-1), topics);
  return isKnown ? shapes : [...shapes, 'the topics have changed since they were released'];
}
