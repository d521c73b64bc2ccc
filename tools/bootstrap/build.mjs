import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { copyAssets, isAsset } from './assets.mjs';
import { Problem, environment, root, runQuietly, seconds } from './common.mjs';
import { isPartOfDashboard } from './dashboard.mjs';

const stampFile = join(root, 'dist', '.built-from.json');
const FOLDERS = ['apps', 'libs', 'migrations', 'tools', 'bench'];
const FILES = ['package-lock.json', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];

/** Whether dist was built from exactly the sources that lie here now. */
export function isBuilt() {
  return previous()?.hash === sources().hash;
}

/** One pass of the compiler over everything; with its incremental state a second one is short. */
export async function build(node) {
  const startedAt = Date.now();
  console.log('· building');
  const now = sources();
  // The compiler leaves behind what it made of files that are gone.
  const gone = previous()?.files.some((file) => !now.files.includes(file)) ?? true;
  if (gone) rmSync(join(root, 'dist'), { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(node, [tsc, '-p', 'tsconfig.build.json', '--pretty', 'false']);
  const programs = ['dashboard.mjs', 'bundle.mjs', 'packages.mjs'];
  await Promise.all(programs.map((name) => run(node, [join(root, 'tools', 'bootstrap', name)])));
  mkdirSync(join(root, 'dist'), { recursive: true });
  copyAssets();
  writeFileSync(stampFile, JSON.stringify(now));
  console.log(`✓ built ${seconds(startedAt)}`);
}

async function run(node, args) {
  const { code, output } = await runQuietly(node, args, environment(node));
  if (code === 0) return;
  rmSync(stampFile, { force: true });
  throw new Problem(`The build failed:\n${output.trim()}`);
}

/** The files the build reads, and a hash over their names and contents. */
function sources() {
  const files = [...FILES, ...FOLDERS.flatMap((folder) => list(join(root, folder)))];
  const hash = createHash('sha256');
  for (const file of files) {
    const path = join(root, file);
    hash.update(`${file}\0${statSync(path).size}\0`).update(readFileSync(path));
  }
  return { hash: hash.digest('hex'), files };
}

function list(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.name !== 'node_modules')
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return list(path);
      const file = relative(root, path).split(sep).join('/');
      const isSource = entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts');
      // What packs is not compiled, and yet makes a part of what is built.
      const isMaker = file.startsWith('tools/bootstrap/') && file.endsWith('.mjs');
      return isSource || isMaker || isAsset(file) || isPartOfDashboard(file) ? [file] : [];
    })
    .sort((a, b) => (a < b ? -1 : 1));
}

function previous() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return undefined;
  }
}
