/**
 * Packs the packages that the services use, for Jest: it loads everything anew for each file of tests,
 * and of two thousand small files most of that time is the looking for them. `jest.config.js` sends
 * whoever imports such a package to `dist/packages`.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './common.mjs';
import { pack, staysPackage } from './packing.mjs';

const target = join(root, 'dist', 'packages');
const stampFile = join(target, 'packed.json');
/** It adds to what is everybody's, so that there must be one of it. */
const EVERYBODYS = ['reflect-metadata'];

/** Nest asks for it in its own way. */
const ASKED_FOR = ['class-transformer/cjs/storage.js'];

/** All but the dashboard's, which is bundled by itself, and at this very moment. */
const compiledFolders = () =>
  ['apps', 'libs'].flatMap((part) => {
    const folder = join(root, 'dist', part);
    return readdirSync(folder)
      .filter((name) => name !== 'dashboard')
      .map((name) => join(folder, name));
  });

/** The names that compiled code imports them by. */
function imported() {
  const names = new Set();
  for (const folder of compiledFolders()) {
    for (const file of readdirSync(folder, { recursive: true })) {
      if (!file.endsWith('.js')) continue;
      const code = readFileSync(join(folder, file), 'utf8');
      for (const [, name] of code.matchAll(/^(?:import|export) .*from ['"]([^'"]+)['"];$/gm))
        names.add(name);
    }
  }
  const isPacked = (name) =>
    /^[a-z@]/.test(name) && !name.startsWith('node:') && !staysPackage(name);
  return [...names, ...ASKED_FOR]
    .filter(isPacked)
    .filter((name) => !EVERYBODYS.includes(name))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** Files that give on what a package exports, by the names that Node sees. */
const gates = {
  name: 'gates',
  resolveId: (id) => (id.startsWith('gate:') ? `\0${id}` : null),
  async load(id) {
    if (!id.startsWith('\0gate:')) return null;
    const name = id.slice('\0gate:'.length);
    const exported = Object.keys(await import(name)).filter((key) => key !== 'module.exports');
    return `export { ${exported.join(', ')} } from ${JSON.stringify(name)};`;
  },
};

const names = imported();
const lock = readFileSync(join(root, 'package-lock.json'));
const hash = createHash('sha256')
  .update(lock)
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .update(names.join())
  .digest('hex');
const packed = existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {};
if (packed.hash !== hash) {
  rmSync(target, { recursive: true, force: true });
  await pack(target, {
    input: Object.fromEntries(names.map((name) => [name, `gate:${name}`])),
    external: EVERYBODYS,
    plugins: [gates],
    // Nobody reads them, and what is shorter is read in less time.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  writeFileSync(stampFile, JSON.stringify({ hash, names }));
}
