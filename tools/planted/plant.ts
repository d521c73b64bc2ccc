/** Puts a bug into the text of its file. */
import type { PlantedBug } from './bug.js';

/** The catalogue no longer fits the code: the bug must be written down anew. */
export class StaleBug extends Error {}

/** @throws StaleBug when the text it replaces is not there, or not only once */
export const plant = ({ id, file, find, replace }: PlantedBug, text: string): string => {
  const [before, after, ...others] = text.split(find);
  if (before === undefined || after === undefined || others.length > 0) {
    const times = after === undefined ? 'nowhere' : `${others.length + 1} times`;
    throw new StaleBug(`the catalogue is stale: the text of '${id}' is found ${times} in ${file}`);
  }
  return `${before}${replace}${after}`;
};
