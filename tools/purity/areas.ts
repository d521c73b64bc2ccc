/** The code that decides by what it is given alone. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Allowed, Sources } from './reaches.js';

/** What of the language the core needs: values that are made of what they are given. */
const LANGUAGE: Allowed = {
  undefined: 'all',
  Infinity: 'all',
  Array: 'all',
  Error: 'all',
  Int32Array: 'all',
  JSON: 'all',
  Map: 'all',
  Math: ['floor', 'imul', 'max', 'min', 'round'],
  Number: 'all',
  Object: ['entries', 'fromEntries', 'keys', 'values'],
  Set: 'all',
  String: 'all',
  Uint8Array: 'all',
};

interface Area {
  readonly folder: string;
  /** One of its files, which has to be among those that are looked at. */
  readonly knownFile: string;
  readonly allowed: Allowed;
}

export const areas = [
  { folder: 'libs/saga/src', knownFile: 'explorer/explore.ts', allowed: LANGUAGE },
  { folder: 'apps/orchestrator/src/sagas', knownFile: 'place-order.saga.ts', allowed: LANGUAGE },
  {
    folder: 'libs/contracts/src',
    knownFile: 'merchant.ts',
    // a moment that is given as a text, and money beyond what a number holds
    allowed: { ...LANGUAGE, Date: ['parse'], BigInt: 'all' },
  },
] as const satisfies readonly Area[];

/** All sources of a folder but its tests. */
export const sourcesOf = (root: string, folder: string): Sources => {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .filter((file) => !`/${file}`.includes('/spec/'));
  return new Map(
    files
      .map((file) => `${folder}/${file}`)
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );
};
