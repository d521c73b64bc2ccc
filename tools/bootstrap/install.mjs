import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem, root, runQuietly, seconds } from './common.mjs';

const stampFile = join(root, 'node_modules', '.installed-lock');
const lockFile = join(root, 'package-lock.json');

/** Makes node_modules what package-lock.json says; does nothing when it is so already. */
export async function install() {
  const wanted = lockHash();
  if (read(stampFile) === wanted) return;
  if (matchesLock()) {
    writeFileSync(stampFile, wanted);
    return;
  }
  const startedAt = Date.now();
  console.log('· installing packages (the first time up to a minute)');
  await npmCi();
  writeFileSync(stampFile, wanted);
  console.log(`✓ packages installed ${seconds(startedAt)}`);
}

async function npmCi() {
  // npm tells its scripts where it is; started by hand, the one in PATH is taken.
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const args = [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await runQuietly(command, args).catch((error) => {
    throw new Problem(`npm cannot be started (${error.message}): install it beside Node.`);
  });
  if (code === 0) return;
  const folder = join(root, '.data', 'logs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'install.log'), output);
  throw new Problem(`npm ci failed: ${explain(output)} (all of it in .data/logs/install.log)`);
}

function explain(output) {
  if (/ENOSPC/.test(output)) return 'the disk is full';
  if (/Missing: .* from lock file/.test(output)) {
    return 'package-lock.json is incomplete; "npm run lockfile" completes it';
  }
  if (/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN/.test(output)) {
    return 'the npm registry cannot be reached';
  }
  const lines = output.split('\n').filter((line) => /npm (error|ERR!)/.test(line));
  return (lines[0] ?? output.trim().split('\n').pop() ?? '').trim();
}

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(lockFile))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex');

/** Whether somebody has installed exactly this lock by hand: then nothing is to be done. */
function matchesLock() {
  const hidden = read(join(root, 'node_modules', '.package-lock.json'));
  if (hidden === undefined) return false;
  const installed = JSON.parse(hidden).packages;
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    if (installed[path] === undefined) return entry.optional === true;
    return installed[path].version === entry.version && existsSync(join(root, path));
  });
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
