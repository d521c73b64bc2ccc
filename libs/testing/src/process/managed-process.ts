import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface ProcessOptions {
  name: string;
  command: string;
  args: readonly string[];
  /** The whole environment of the process; default: that of this one. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Standard output and error are appended to it. */
  logFile: string;
  user?: { uid: number; gid: number };
  /** Sent when this process ends without having stopped it; default SIGKILL. */
  lastResort?: NodeJS.Signals;
}

export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The end of what is not ours, or has not been started. */
export const NEVER_ENDS = new Promise<ProcessExit>(() => undefined);

/** A process that ended when it should not have, with the last lines it wrote. */
export class ProcessFailure extends Error {
  override readonly name = 'ProcessFailure';

  constructor(
    readonly process: string,
    readonly summary: string,
    readonly logFile: string,
    readonly lastLines: readonly string[],
  ) {
    const lines = lastLines.map((line) => `    ${line}`).join('\n');
    super(`${summary}. Last lines of ${logFile}:\n${lines}`);
  }
}

const living = new Set<ManagedProcess>();
let exitHookSet = false;

/**
 * A child process in a process group of its own, so that Ctrl-C reaches only its parent, which
 * stops its children in the right order.
 */
export class ManagedProcess {
  readonly name: string;
  readonly logFile: string;
  readonly exited: Promise<ProcessExit>;
  private readonly lastResort: NodeJS.Signals;
  private exit: ProcessExit | undefined;

  private constructor(
    private readonly child: ChildProcess,
    options: ProcessOptions,
  ) {
    this.name = options.name;
    this.logFile = options.logFile;
    this.lastResort = options.lastResort ?? 'SIGKILL';
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.exit = { code, signal };
        living.delete(this);
        resolve(this.exit);
      });
    });
  }

  /** Rejects when the program cannot be started at all. */
  static async start(options: ProcessOptions): Promise<ManagedProcess> {
    mkdirSync(dirname(options.logFile), { recursive: true });
    const log = openSync(options.logFile, 'a');
    try {
      const child = spawn(options.command, options.args, {
        env: options.env ?? process.env,
        stdio: ['ignore', log, log],
        detached: true,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        ...options.user,
      });
      const started = new ManagedProcess(child, options);
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', (error) => {
          reject(new Error(`${options.name} cannot be started: ${error.message}`));
        });
      });
      living.add(started);
      stopAllAtExit();
      return started;
    } finally {
      closeSync(log);
    }
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.name} was never started.`);
    return this.child.pid;
  }

  /** How it ended, or undefined while it runs. */
  get ended(): ProcessExit | undefined {
    return this.exit;
  }

  /** Sends a signal; false when it has ended already. */
  signal(signal: NodeJS.Signals): boolean {
    return this.exit === undefined && this.child.kill(signal);
  }

  /** Asks it to end, and kills it when it has not after `graceMs` (default 15,000). */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = 15_000): Promise<ProcessExit> {
    // A paused process would not see the request.
    this.signal('SIGCONT');
    this.signal(signal);
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The last lines it wrote. */
  async lastLines(count = 15): Promise<string[]> {
    const text = await readFile(this.logFile, 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-count);
  }

  /** An error that says how it ended and what it wrote last. */
  async failure(what: string): Promise<ProcessFailure> {
    const how = this.exit
      ? `ended with ${this.exit.signal ?? `exit code ${this.exit.code}`}`
      : 'still runs';
    return new ProcessFailure(
      this.name,
      `${this.name} ${what}; it ${how}`,
      this.logFile,
      await this.lastLines(),
    );
  }

  /** Last resort, when this process goes down without a stop(). */
  abandon(): void {
    this.signal(this.lastResort);
  }
}

/** Ends at once every child that still lives; for those that nobody holds yet. */
export function endAllProcesses(): void {
  for (const child of living) child.abandon();
}

function stopAllAtExit(): void {
  if (exitHookSet) return;
  exitHookSet = true;
  process.once('exit', endAllProcesses);
}
