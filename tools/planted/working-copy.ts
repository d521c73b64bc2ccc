/** The copy into which bugs are planted: never the checkout itself, which somebody is working in. */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectRoot } from '#testing';
import type { PlantedBug } from './bug.js';
import { plant } from './plant.js';

export class WorkingCopy {
  private constructor(readonly folder: string) {}

  /** All that git knows or would know, as it is now; the packages are only linked. */
  static async make(): Promise<WorkingCopy> {
    const copy = new WorkingCopy(await mkdtemp(join(tmpdir(), 'saga-planted-')));
    const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const files = execFileSync('git', list, { cwd: projectRoot(), encoding: 'utf8' });
    for (const file of files.split('\0').filter((name) => name !== '')) {
      const to = join(copy.folder, file);
      await mkdir(dirname(to), { recursive: true });
      // Deleted and not yet committed: it is in the list all the same.
      await cp(projectRoot(file), to).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
    await symlink(projectRoot('node_modules'), join(copy.folder, 'node_modules'), 'junction');
    return copy;
  }

  /** Runs `work` while the bug is in. */
  async with<T>(bug: PlantedBug, work: () => Promise<T>): Promise<T> {
    const file = join(this.folder, bug.file);
    const sound = await readFile(file, 'utf8');
    await writeFile(file, plant(bug, sound));
    try {
      return await work();
    } finally {
      await writeFile(file, sound);
    }
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
