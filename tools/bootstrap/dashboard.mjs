/**
 * Builds the dashboard beside the compiled services, which serve it. As a program, because the bundler
 * needs a newer Node than what starts the bootstrap; `build.mjs` and the image call it.
 */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { root } from './common.mjs';

/** @param file from the root, with slashes */
export const isPartOfDashboard = (file) =>
  file.startsWith('apps/dashboard/') &&
  /\.(ts|tsx|css|html|svg|mjs)$/.test(file) &&
  !file.endsWith('.spec.ts');

/** Below it a compressed file gains nothing. */
const WORTH_BYTES = 1_000;

async function buildDashboard() {
  const folder = join(root, 'dist', 'apps', 'dashboard', 'site');
  rmSync(folder, { recursive: true, force: true });
  const { build } = await import('vite');
  const configFile = join(root, 'apps', 'dashboard', 'vite.config.mjs');
  await build({ configFile, logLevel: 'warn', mode: 'production' });
  for (const name of readdirSync(folder, { recursive: true })) {
    const path = join(folder, String(name));
    if (!statSync(path).isFile() || statSync(path).size < WORTH_BYTES) continue;
    const content = readFileSync(path);
    writeFileSync(`${path}.br`, brotliCompressSync(content));
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  // React has a larger build for development, which the bundler takes where this says so.
  process.env.NODE_ENV = 'production';
  await buildDashboard();
}
