import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with package.json, or a path in it; the same from the source and from `dist`. */
export function projectRoot(...parts: string[]): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('No package.json above the testing library.');
    folder = parent;
  }
  return join(folder, ...parts);
}

/** Git-ignored: data, logs and downloads of the development stack and of the tests. */
export const dataFolder = (...parts: string[]): string => projectRoot('.data', ...parts);
