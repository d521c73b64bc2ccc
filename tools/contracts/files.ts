/** Where snapshots lie, and what git says about them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#testing';
import { z } from 'zod';
import type { Accepted } from './check.js';
import type { Files } from './released.js';

export const RELEASED = 'libs/contracts/released';
export const ACCEPTED = 'libs/contracts/accepted-incompatibilities.json';

export function readFolder(root = projectRoot()): Files {
  const folder = join(root, RELEASED);
  mkdirSync(folder, { recursive: true });
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

export const writeSnapshot = (name: string, text: string): void =>
  writeFileSync(join(projectRoot(), RELEASED, name), text, { flag: 'wx' });

const acceptedFile = z.array(z.strictObject({ finding: z.string(), reason: z.string() }));

/** @throws Error when the file is not as it should be */
export function readAccepted(root = projectRoot()): readonly Accepted[] {
  const read = acceptedFile.safeParse(JSON.parse(readFileSync(join(root, ACCEPTED), 'utf8')));
  if (read.success) return read.data;
  throw new Error(`${ACCEPTED}: ${z.prettifyError(read.error)}`);
}

/** Undefined when git fails, or is not there. */
function git(root: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', ['-C', root, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return status === 0 ? stdout : undefined;
}

/** The snapshots as they were committed at a ref. Undefined when there is no such ref. */
export function readFolderAt(ref: string, root = projectRoot()): Files | undefined {
  const listed = git(root, 'ls-tree', '-r', '--name-only', '--end-of-options', ref, RELEASED);
  if (listed === undefined) return undefined;
  return Object.fromEntries(
    listed
      .split('\n')
      .filter((path) => path !== '')
      .map((path) => [
        path.slice(RELEASED.length + 1),
        git(root, 'show', '--end-of-options', `${ref}:${path}`) ?? '',
      ]),
  );
}

/**
 * Snapshots that were changed or removed after they were committed, in the working tree or in what
 * there is of the history. Undefined outside of a git checkout: then nobody can tell.
 */
export function tamperedWith(root = projectRoot()): readonly string[] | undefined {
  const only = ['--diff-filter=MDT', '--no-renames', '--name-only'];
  const now = git(root, 'diff', ...only, 'HEAD', '--', RELEASED);
  const before = git(root, 'log', '--format=', ...only, '--', RELEASED);
  if (now === undefined || before === undefined) return undefined;
  return [...new Set(`${now}\n${before}`.split('\n').filter((path) => path !== ''))].toSorted();
}
