import { existsSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { dataFolder, projectRoot } from '../paths.js';
import { freePort } from '../ports.js';
import { RUN_VARIABLE } from '../run-mark.js';
import type { AppName } from '../services.js';
import { waitFor } from '../wait-for.js';
import { ManagedProcess, type ProcessExit } from './managed-process.js';

export interface ServiceOptions {
  name: AppName;
  /** Its settings; they come on top of a bare environment (PATH, HOME and the like). */
  env?: Record<string, string>;
  /** Default: a free one. */
  port?: number;
  host?: string;
  /** Default `.data/logs/<name>-<port>.log`; appended to. */
  logFile?: string;
  /** How long it may take until it answers; default 120,000. */
  timeoutMs?: number;
  /** Stack traces name the sources, which costs a third of a start; else they name what was built of them. */
  tracesToSources?: boolean;
  /** How far it stands back where processors are short, once it has started: 0 (default) to 19. */
  niceness?: number;
}

/** A service or sandbox that runs as a process of its own. */
export interface ServiceProcess {
  readonly name: AppName;
  readonly port: number;
  /** Base URL, without a slash at the end. */
  readonly url: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<ProcessExit>;
  readonly ended: ProcessExit | undefined;
  /** Sends a signal and returns at once: SIGKILL, SIGSTOP, SIGCONT, … */
  kill(signal: NodeJS.Signals): void;
  /** Asks it to end (SIGTERM), and kills it when it has not after 15 s. */
  stop(): Promise<ProcessExit>;
  lastLines(count?: number): Promise<string[]>;
}

// Nothing else is passed on: a setting that happens to lie in the caller's shell would be a
// difference between two machines.
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'TEMP', 'SystemRoot', RUN_VARIABLE];

/** Where the built app lies; throws when it has not been built. */
export function appEntry(name: AppName): string {
  const entry = join(projectRoot(), 'dist', 'services', `${name}.mjs`);
  if (!existsSync(entry)) throw new Error(`${name} is not built: "npm run build" makes ${entry}.`);
  return entry;
}

/** Starts `dist/services/<name>.mjs` and resolves when it answers on `/health/live`. */
export async function spawnService(options: ServiceOptions): Promise<ServiceProcess> {
  const { name, host = '127.0.0.1', timeoutMs = 120_000 } = options;
  const port = options.port ?? (await freePort());
  const url = `http://${host}:${port}`;
  const child = await ManagedProcess.start({
    name,
    command: process.execPath,
    args: [...(options.tracesToSources ? ['--enable-source-maps'] : []), appEntry(name)],
    cwd: projectRoot(),
    env: { ...inherited(), ...COMPILED, HOST: host, PORT: String(port), ...options.env },
    logFile: options.logFile ?? dataFolder('logs', `${name}-${port}.log`),
  });
  try {
    await waitFor(() => child.ended !== undefined || isLive(url), {
      what: `${name} to answer at ${url}/health/live (log: ${child.logFile})`,
      timeoutMs,
      intervalMs: 100,
    });
  } catch (error) {
    await child.stop('SIGKILL');
    throw error;
  }
  if (child.ended) throw await child.failure(`did not start on port ${port}`);
  if (options.niceness !== undefined) standBack(child.pid, options.niceness);
  return {
    name,
    port,
    url,
    pid: child.pid,
    logFile: child.logFile,
    exited: child.exited,
    get ended() {
      return child.ended;
    },
    kill: (signal) => void child.signal(signal),
    stop: () => child.stop(),
    lastLines: (count) => child.lastLines(count),
  };
}

/**
 * Readers live off what orders leave behind, and no order is to wait for one: not for a processor
 * either, where all of them share a machine.
 */
export const READER_NICENESS = 10;

function standBack(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
    // Linux weighs sessions against each other, and each process that is started here has its own:
    // its priority counts only within it (sched(7), "The autogroup feature").
    const autogroup = `/proc/${pid}/autogroup`;
    if (existsSync(autogroup)) writeFileSync(autogroup, String(niceness));
  } catch {
    // It has ended meanwhile, or may not be told: then it runs as all others do.
  }
}

// Compiled code is kept between starts: a service then needs a third less CPU time to start.
const COMPILED = { NODE_COMPILE_CACHE: dataFolder('cache', 'node') };

function inherited(): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function isLive(url: string): Promise<boolean> {
  const response = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(2000) });
  await response.body?.cancel();
  return response.ok;
}
