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

/**
 * `node:http` has `WebSocket` and others among its exports, and to import it as an ES module reads each of
 * them: that loads a whole client which nobody uses, a tenth of a start. Asked for by its name it does not.
 */
const leanHttp = {
  name: 'lean-http',
  renderChunk: (code) => ({ code: code.replaceAll(HTTP_IMPORT, asConstant), map: null }),
};
const HTTP_IMPORT =
  /^import (?:\* as (?<whole>\w+)|(?<byDefault>\w+)|\{(?<members>[^}]*)\}) from ["'](?:node:)?http["'];/gm;

function asConstant(...found) {
  const { whole, byDefault, members } = found.at(-1);
  const name = whole ?? byDefault ?? `{${members.replaceAll(/\bas\b/g, ':')}}`;
  return `const ${name} = process.getBuiltinModule('node:http');`;
}

const names = readdirSync(compiled).filter((name) => existsSync(mainOf(name)));
rmSync(target, { recursive: true, force: true });
await pack(target, {
  input: Object.fromEntries(names.map((name) => [name, mainOf(name)])),
  plugins: [neighbours, sources, leanHttp],
  sourcemap: true,
});
