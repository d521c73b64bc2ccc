/**
 * What the services read at run time and the compiler leaves where it lies: copied beside the
 * compiled code, so that a file finds its neighbours in both places. As a program it copies them,
 * for builds that call the compiler themselves.
 */
import { cpSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './common.mjs';

const PLACE = /^apps\/[^/]+\/src\/templates\//;

/** @param file from the root, with slashes */
export const isAsset = (file) => PLACE.test(file) && /\.(hbs|json)$/.test(file);

export function copyAssets() {
  for (const app of readdirSync(join(root, 'apps'))) {
    const place = join(root, 'apps', app, 'src', 'templates');
    if (!existsSync(place)) continue;
    const filter = (path) => statSync(path).isDirectory() || isAsset(nameOf(path));
    cpSync(place, join(root, 'dist', relative(root, place)), { recursive: true, filter });
  }
}

const nameOf = (path) => relative(root, path).split(sep).join('/');

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) copyAssets();
