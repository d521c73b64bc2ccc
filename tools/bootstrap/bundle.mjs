/**
 * Packs each service with the packages that it uses into a few files: of the three thousand that it
 * would otherwise look for, read and compile at each start. As a program, because the bundler needs a
 * newer Node than what starts the bootstrap; `build.mjs` and the image call it.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { root } from './common.mjs';
import { isInPackage, pack } from './packing.mjs';

const compiled = join(root, 'dist', 'apps');
const target = join(root, 'dist', 'services');
const mainOf = (name) => join(compiled, name, 'src', 'main.js');

/** A file of ours that reads what lies beside it still finds it where the compiler has put it. */
const neighbours = {
  name: 'neighbours',
  transform(code, id) {
    if (isInPackage(id) || !code.includes('import.meta.dirname')) return null;
    const place = relative(target, dirname(id)).split(sep).join('/');
    const there = `joinPath(${FOLDER}, ${JSON.stringify(place)})`;
    const moved = code.replaceAll('import.meta.dirname', there);
    // Lines stay lines, so the map still holds.
    return { code: `${moved}\nimport { join as joinPath } from 'node:path';\n`, map: null };
  },
};
/** That of the bundles, in a part of them as well. */
const FOLDER = `import.meta.dirname.replace(/[\\\\/]parts$/, '')`;

/** Traces of our own code name its sources; maps of the packages would be large, and read by nobody. */
const sources = {
  name: 'sources',
  load(id) {
    if (!id.endsWith('.js')) return null;
    const code = readFileSync(id, 'utf8');
    if (isInPackage(id)) return { code, map: { mappings: '' } };
    return { code, map: readFileSync(`${id}.map`, 'utf8') };
  },
};

const names = readdirSync(compiled).filter((name) => existsSync(mainOf(name)));
rmSync(target, { recursive: true, force: true });
await pack(target, {
  input: Object.fromEntries(names.map((name) => [name, mainOf(name)])),
  // Nest looks for these by itself; there must be one of each.
  external: ['class-transformer', 'class-validator'],
  plugins: [neighbours, sources],
  sourcemap: true,
});
