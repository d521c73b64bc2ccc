/** The Temporal server: there is no package of it, so that it is built from its Go module. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolder } from '#testing';
import { goInstall } from './go-install.js';

/** The newest one that Go 1.26.8 builds. */
const VERSION = '1.32.1';
const MODULE = 'go.temporal.io/server';
const PROGRAMS = { server: 'cmd/server', sql: 'cmd/tools/sql' };
/** As its makers build it: without parts of gRPC that only a client of Google's storage has. */
const TAGS = ['disable_grpc_modules'];
const WITHIN_MS = 60 * 60_000;
const TICK_MS = 60_000;

/** Where its programs lie. */
export const TEMPORAL_FOLDER = dataFolder('bench', 'tools', `temporal-${VERSION}`);

export interface Building {
  /** Gets a line for each thing that takes time. */
  readonly say: (line: string) => void;
  /** A quick run does not build for minutes. */
  readonly mayTakeLong: boolean;
  readonly signal: AbortSignal;
}

/**
 * Builds it when it is not there. What was compiled until a failure or an interruption need not be
 * compiled again: Go keeps it. @throws saying why it cannot be built.
 */
export async function buildTemporal(
  { say, mayTakeLong, signal }: Building,
  folder = TEMPORAL_FOLDER,
): Promise<void> {
  if (existsSync(folder)) return;
  if (!mayTakeLong) {
    throw new Error('its server is not built yet: "npm run bench -- --prepare" builds it');
  }
  const startedAt = performance.now();
  say(`· building the Temporal server ${VERSION} with Go (once; it takes long)`);
  let packages = 0;
  const soFar = () => `${minutesSince(startedAt)}, ${packages} packages compiled`;
  const ticking = setInterval(() => say(`  still building ${soFar()}`), TICK_MS);
  const unfinished = `${folder}.unfinished`;
  try {
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    await install(unfinished, signal, () => (packages += 1));
    // Only what is whole is found by its name.
    await rename(unfinished, folder);
  } finally {
    clearInterval(ticking);
    await rm(unfinished, { recursive: true, force: true });
  }
  say(`✓ built ${soFar()}`);
}

async function install(folder: string, signal: AbortSignal, onPackage: () => void): Promise<void> {
  const programs = Object.values(PROGRAMS).map((path) => `${MODULE}/${path}@v${VERSION}`);
  const late = AbortSignal.timeout(WITHIN_MS);
  const ending = AbortSignal.any([signal, late]);
  try {
    await goInstall({ programs, tags: TAGS, folder, signal: ending, onPackage });
  } catch (error) {
    if (signal.aborted)
      throw new Error('its server is not built yet: interrupted', { cause: error });
    const said = error instanceof Error ? error.message : String(error);
    const why = late.aborted ? `not done after ${WITHIN_MS / 60_000} minutes` : said;
    throw new Error(`its server cannot be built: ${why}`, { cause: error });
  }
  const missing = Object.keys(PROGRAMS).filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) throw new Error(`Go built no ${missing.join(' and no ')}`);
}

const minutesSince = (startedAt: number): string =>
  `${((performance.now() - startedAt) / 60_000).toFixed(1)} min`;
