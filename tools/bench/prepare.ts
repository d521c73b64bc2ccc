/** Brings about what the contenders need; what cannot be had leaves its contenders out. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { projectRoot } from '#testing';
import type { ContenderSpec, Need } from './contenders.js';
import { buildTemporal, type Building } from './temporal.js';

export interface LeftOut {
  readonly contender: string;
  readonly reason: string;
}

export interface Prepared {
  readonly specs: readonly ContenderSpec[];
  readonly leftOut: readonly LeftOut[];
}

const run = promisify(execFile);
const folder = projectRoot('bench');
const stampFile = projectRoot('bench', 'node_modules', '.installed-lock');

export async function prepare(wanted: readonly ContenderSpec[], how: Building): Promise<Prepared> {
  const outcomes = new Map<Need, Promise<void>>();
  const specs: ContenderSpec[] = [];
  const leftOut: LeftOut[] = [];
  for (const spec of wanted) {
    try {
      const main = projectRoot(spec.main);
      if (!existsSync(main)) throw new Error('it is not part of this version');
      for (const need of spec.needs) {
        if (!outcomes.has(need)) outcomes.set(need, PROVIDERS[need](how));
        await outcomes.get(need);
      }
      specs.push(spec);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      leftOut.push({ contender: spec.name, reason });
    }
  }
  return { specs, leftOut };
}

const PROVIDERS: Record<Need, (how: Building) => Promise<void>> = {
  packages: installPackages,
  'temporal-server': (how) => buildTemporal(how),
};

/** Makes bench/node_modules what its package-lock.json says. */
async function installPackages({ say }: Building): Promise<void> {
  const wanted = createHash('sha256')
    .update(readFileSync(projectRoot('bench', 'package-lock.json')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;
  const startedAt = performance.now();
  say('· installing the packages of the other contenders (500 MB, a minute or two)');
  const npm = process.env['npm_execpath'];
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  // None of the packages needs its install script, and one of them only reports to its makers.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  try {
    await run(command, [...first, ...args], { cwd: folder, maxBuffer: 2 ** 26 });
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const line = stderr.split('\n').find((text) => /npm (error|ERR!)/.test(text)) ?? message;
    throw new Error(`its packages cannot be installed: ${line.trim()}`, { cause: error });
  }
  writeFileSync(stampFile, wanted);
  say(`✓ installed ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
}
