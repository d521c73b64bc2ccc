/** Adds snapshots of what has changed compatibly. */
import { isSame } from './judge/schema.js';
import { snapshotFile, statesOf, textOf, topicsFile, type Files } from './released.js';
import type { Checked } from './check.js';

/** The files to add; what is there already stays as it is. Pure. */
export function snapshotsToAdd({ current, topics, released }: Checked): Files {
  const files: Record<string, string> = {};
  for (const shape of current.shapes) {
    const states = statesOf(released, shape);
    if (isSame(states.at(-1)?.shape, shape)) continue;
    files[snapshotFile(shape, states.length)] = textOf(shape);
  }
  if (!isSame(released.topics.at(-1), topics)) {
    files[topicsFile(released.topics.length)] = textOf(topics);
  }
  return files;
}
