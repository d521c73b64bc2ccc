/** The Temporal server: there is no package of it, so that it is built from its Go module. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolder } from '#testing';

/** The newest one that Go 1.26.8 builds. */
const VERSION = '1.32.1';
const MODULE = `go.temporal.io/server`;
const PROGRAMS = ['server', 'sql'];
const WITHIN_MS = 40 * 60_000;
const TOO_LONG =
  `Go did not build its server within ${WITHIN_MS / 60_000} minutes; ` +
  'the next "npm run bench -- --prepare" goes on from there';

/** Where its programs lie. */
export const TEMPORAL_FOLDER = dataFolder('bench', 'tools', `temporal-${VERSION}`);

/** Builds it when it is not there. @throws saying why it cannot be built. */
export async function buildTemporal(
  say: (line: string) => void,
  mayTakeLong: boolean,
): Promise<void> {
  if (existsSync(TEMPORAL_FOLDER)) return;
  if (!mayTakeLong) {
    throw new Error('its server is not built yet: "npm run bench -- --prepare" builds it');
  }
  const startedAt = performance.now();
  const unfinished = `${TEMPORAL_FOLDER}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  say(`· building the Temporal server ${VERSION} with Go (once; ten minutes or more)`);
  const ticking = setInterval(() => say(`  still building ${minutesSince(startedAt)}`), 60_000);
  try {
    const paths = ['cmd/server', 'cmd/tools/sql'].map((path) => `${MODULE}/${path}@v${VERSION}`);
    await go(['install', ...paths], { GOBIN: unfinished });
    const missing = PROGRAMS.filter((name) => !existsSync(join(unfinished, name)));
    if (missing.length > 0) throw new Error(`Go built no ${missing.join(' and no ')}`);
    await rename(unfinished, TEMPORAL_FOLDER);
  } finally {
    clearInterval(ticking);
    await rm(unfinished, { recursive: true, force: true });
  }
  say(`✓ built ${minutesSince(startedAt)}`);
}

function go(args: readonly string[], env: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    // Politely: it takes long, and nothing waits for it but this.
    const child = spawn('nice', ['-n', '19', 'go', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
      timeout: WITHIN_MS,
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return resolve();
      if (signal !== null) return reject(new Error(TOO_LONG));
      reject(new Error(lastLine(said) ?? `go ended with exit code ${code}`));
    });
  });
}

/** What Go says in the end; what it downloads is of no interest. */
function lastLine(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => line !== '' && !/: downloading /.test(line));
  return lines.at(-1)?.trim();
}

const minutesSince = (startedAt: number): string =>
  `${((performance.now() - startedAt) / 60_000).toFixed(1)} min`;
