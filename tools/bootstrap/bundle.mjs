/**
 * Packs each service with the packages that it uses into a few files: of the three thousand that it
 * would otherwise look for, read and compile at each start. As a program, because the bundler needs a
 * newer Node than what starts the bootstrap; `build.mjs` and the image call it.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './common.mjs';

/**
 * What stays a package: kafkajs, whose insides are replaced (`libs/messaging/src/kafka`), and what looks for
 * files of its own where it lies.
 */
const PACKAGES = [
  'kafkajs',
  'pg',
  'pino',
  'thread-stream',
  'undici',
  'pdfkit',
  'fontkit',
  'swagger-ui-dist',
];

const compiled = join(root, 'dist', 'apps');
const target = join(root, 'dist', 'services');

async function bundle() {
  rmSync(target, { recursive: true, force: true });
  const names = readdirSync(compiled).filter((name) => existsSync(mainOf(name)));
  const { rolldown } = await import('rolldown');
  const built = await rolldown({
    input: Object.fromEntries(names.map((name) => [name, mainOf(name)])),
    ...{ cwd: root, platform: 'node', logLevel: 'warn', external: isExternal },
    // Nest asks for what may be missing.
    onwarn: ({ code, message }) => {
      if (code !== 'UNRESOLVED_IMPORT') console.warn(message);
    },
    plugins: [places],
  });
  await built.write({
    ...{ dir: target, format: 'esm', sourcemap: false },
    ...{ entryFileNames: '[name].mjs', chunkFileNames: 'parts/[name]-[hash].mjs' },
    banner: `import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);`,
  });
}

const mainOf = (name) => join(compiled, name, 'src', 'main.js');

function isExternal(id, importer) {
  if (id.startsWith('node:') || builtinModules.includes(id)) return true;
  if (/^[./#\0]/.test(id)) return false;
  if (PACKAGES.some((name) => id === name || id.startsWith(`${name}/`))) return true;
  return !isThere(id, importer ?? join(root, 'package.json'));
}

/** Packages that others can do without. */
function isThere(id, importer) {
  try {
    createRequire(importer).resolve(id);
    return true;
  } catch (error) {
    return error.code !== 'MODULE_NOT_FOUND';
  }
}

/** Our own files find their neighbours where these lie. */
const places = {
  name: 'places',
  transform(code, id) {
    if (id.includes(`${sep}node_modules${sep}`) || !code.includes('import.meta.dirname'))
      return null;
    const place = relative(target, dirname(id)).split(sep).join('/');
    return code.replaceAll(
      'import.meta.dirname',
      `require('node:path').join(${BESIDE}, ${JSON.stringify(place)})`,
    );
  },
};
/** The folder of the bundles, also from their parts. */
const BESIDE = `(import.meta.dirname.replace(/[\\\\/]parts$/, ''))`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await bundle();
