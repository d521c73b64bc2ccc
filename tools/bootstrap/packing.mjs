/** What is common to everything that is packed: which packages stay where they are, and how files are named. */
import { builtinModules, createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './common.mjs';

/**
 * What stays a package: kafkajs, whose insides are replaced (`libs/messaging/src/kafka`), and what
 * looks for files of its own where it lies.
 */
const PACKAGES = ['kafkajs', 'pg', 'pino', 'thread-stream', 'pdfkit', 'fontkit', 'swagger-ui-dist'];

/**
 * @param {string} dir where to
 * @param {{input: object, external?: readonly string[], plugins: object[],
 *   sourcemap?: boolean, minify?: boolean | object}} what
 */
export async function pack(
  dir,
  { input, external = [], plugins, sourcemap = false, minify = false },
) {
  const packed = await rolldown({
    ...{ input, plugins, cwd: root, platform: 'node', logLevel: 'warn' },
    external: (id, importer) => isExternal(id, importer, [...PACKAGES, ...external]),
  });
  await packed.write({
    ...{ dir, sourcemap, minify, format: 'esm' },
    entryFileNames: '[name].mjs',
    chunkFileNames: 'parts/[name]-[hash].mjs',
  });
}

export const staysPackage = (id, names = PACKAGES) =>
  names.some((name) => id === name || id.startsWith(`${name}/`));

export const isInPackage = (id) => id.includes(`${sep}node_modules${sep}`);

function isExternal(id, importer, packages) {
  if (id.startsWith('node:') || builtinModules.includes(id)) return true;
  if (/^[./#\0]/.test(id)) return false;
  return staysPackage(id, packages) || !isInstalled(id, importer ?? join(root, 'package.json'));
}

/** Some packages ask for others that they can do without. */
function isInstalled(id, importer) {
  try {
    createRequire(importer).resolve(id);
    return true;
  } catch (error) {
    return error.code !== 'MODULE_NOT_FOUND';
  }
}
