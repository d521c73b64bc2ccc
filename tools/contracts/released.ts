/**
 * The snapshots of what was released. One file a state of a message: `<name>.v<version>.json` as that
 * version first was, `<name>.v<version>.<n>.json` for its n-th compatible change; `topics.json` and
 * `topics.<n>.json` for the topics. Files are added, never changed.
 */
import type { Shape } from './shapes.js';
import type { Topics } from './topics.js';

/** Contents by file name. */
export type Files = Readonly<Record<string, string>>;

export interface Snapshot {
  readonly file: string;
  /** Counts the states of one version, from 0. */
  readonly state: number;
  readonly shape: Shape;
}

export interface Released {
  readonly snapshots: readonly Snapshot[];
  /** From the first to the newest. */
  readonly topics: readonly Topics[];
  /** Files that are none of ours, or are not what their names say. */
  readonly problems: readonly string[];
}

const MESSAGE_FILE = /^(.+)\.v(\d+)(?:\.(\d+))?\.json$/;
const TOPICS_FILE = /^topics(?:\.(\d+))?\.json$/;

export const snapshotFile = ({ name, version }: Shape, state: number): string =>
  `${name}.v${version}${state === 0 ? '' : `.${state}`}.json`;

export const topicsFile = (state: number): string =>
  state === 0 ? 'topics.json' : `topics.${state}.json`;

export const textOf = (content: unknown): string => `${JSON.stringify(content, null, 2)}\n`;

export function readReleased(files: Files): Released {
  const snapshots: Snapshot[] = [];
  const topics: { state: number; topics: Topics }[] = [];
  const problems: string[] = [];
  for (const [file, text] of Object.entries(files)) {
    const content = parsed(text);
    const ofTopics = TOPICS_FILE.exec(file);
    const ofMessage = MESSAGE_FILE.exec(file);
    if (content === undefined) problems.push(`${file} is no JSON`);
    else if (ofTopics) topics.push({ state: Number(ofTopics[1] ?? 0), topics: content as Topics });
    else if (!ofMessage) problems.push(`${file} is no name of a snapshot`);
    else {
      const [, name, version, state = '0'] = ofMessage;
      const shape = content as Shape;
      if (shape.name === name && shape.version === Number(version)) {
        snapshots.push({ file, state: Number(state), shape });
      } else problems.push(`${file} holds ${shape.name} v${shape.version}`);
    }
  }
  snapshots.sort(byAge);
  topics.sort((one, other) => one.state - other.state);
  return {
    snapshots,
    topics: topics.map((one) => one.topics),
    problems: [...problems, ...gapsIn(snapshots), ...gapsInTopics(topics.map((one) => one.state))],
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const byAge = (one: Snapshot, other: Snapshot): number =>
  one.shape.name === other.shape.name
    ? one.shape.version - other.shape.version || one.state - other.state
    : one.shape.name < other.shape.name
      ? -1
      : 1;

/** Who takes a snapshot away takes its protection away. */
const gapsIn = (snapshots: readonly Snapshot[]): readonly string[] =>
  snapshots.flatMap(({ file, state, shape }, index) => {
    if (state === 0) return [];
    const { shape: before, state: stateBefore } = snapshots[index - 1] ?? {};
    const follows =
      before?.name === shape.name && before.version === shape.version && stateBefore === state - 1;
    return follows ? [] : [`${file} has no ${snapshotFile(shape, state - 1)} before it`];
  });

const gapsInTopics = (states: readonly number[]): readonly string[] =>
  states.flatMap((state, index) =>
    state === index ? [] : [`${topicsFile(state)} has no ${topicsFile(index)} before it`],
  );

/** Those of one message and version, from the first to the newest. */
export const statesOf = (
  { snapshots }: Released,
  { name, version }: { readonly name: string; readonly version: number },
): readonly Snapshot[] =>
  snapshots.filter(({ shape }) => shape.name === name && shape.version === version);
