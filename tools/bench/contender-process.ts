import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '#testing';
import type { Answer, AuditResult, Command, RunRequest, RunResult } from '../../bench/contract.js';
import type { ContenderSpec } from './contenders.js';
import { identify, isAlive } from '../stack/process-identity.js';
import { processesBelow } from './proc/meter.js';
import { TEMPORAL_FOLDER } from './temporal.js';

export interface ContenderOptions {
  readonly databaseUrl: string;
  readonly directory: string;
  readonly logFile: string;
  /** Ends every waiting when the user has had enough. */
  readonly signal: AbortSignal;
}

const START_MS = 180_000;
const AUDIT_MS = 120_000;
/** What a run may take beyond its own time: stragglers, and a machine that is busy. */
const GRACE_MS = 90_000;
const STOP_MS = 30_000;

type Waiter = { resolve: (answer: Answer) => void; reject: (error: Error) => void };

/** A contender's process, seen from the harness. One command at a time. */
export class ContenderProcess {
  /** Its own process, and the roots of what it started elsewhere. */
  roots: readonly number[] = [];
  notes: readonly string[] = [];
  private readonly answers: Answer[] = [];
  private waiter: Waiter | undefined;
  private onWindow: (edge: 'opened' | 'closed') => void = () => undefined;
  private readonly exited: Promise<void>;
  private ending: Error | undefined;

  private constructor(
    private readonly spec: ContenderSpec,
    private readonly options: ContenderOptions,
    private readonly child: ChildProcess,
  ) {
    if (child.pid !== undefined) this.roots = [child.pid];
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => this.end(error, resolve));
      child.once('close', (code, signal) => {
        this.end(new Error(`ended with ${signal ?? `exit code ${code}`}`), resolve);
      });
    });
    if (child.stdout)
      createInterface({ input: child.stdout }).on('line', (line) => this.take(line));
    // Said to somebody who is gone; its exit says more.
    child.stdin?.on('error', () => undefined);
    options.signal.addEventListener('abort', () => this.fail(new Error('interrupted')));
  }

  /** Resolves when it is ready. @throws when it cannot take part, saying why. */
  static async start(spec: ContenderSpec, options: ContenderOptions): Promise<ContenderProcess> {
    mkdirSync(dirname(options.logFile), { recursive: true });
    mkdirSync(options.directory, { recursive: true });
    const log = openSync(options.logFile, 'w');
    const child = spawn(
      process.execPath,
      ['--disable-warning=TimeoutNegativeWarning', projectRoot(spec.main)],
      {
        cwd: projectRoot(),
        stdio: ['pipe', 'pipe', log],
        // Ctrl-C reaches only the harness, which stops its contender in order.
        detached: true,
        env: {
          ...process.env,
          // Libraries check and log less then, as they would in earnest.
          NODE_ENV: 'production',
          BENCH_TEMPORAL: TEMPORAL_FOLDER,
          BENCH_DATABASE_URL: options.databaseUrl,
          BENCH_DIRECTORY: options.directory,
          BENCH_VARIANT: spec.variant ?? '',
        },
      },
    );
    closeSync(log);
    const contender = new ContenderProcess(spec, options, child);
    try {
      const answer = await contender.answer(START_MS, 'to be ready');
      if ('unable' in answer) throw new Error(`${answer.unable}; see ${options.logFile}`);
      if (!('ready' in answer)) throw new Error(`unexpected answer ${JSON.stringify(answer)}`);
      contender.roots = [...contender.roots, ...answer.pids];
      contender.notes = answer.notes;
      return contender;
    } catch (error) {
      await contender.stop();
      throw error;
    }
  }

  async run(request: RunRequest, onWindow: typeof this.onWindow): Promise<RunResult> {
    this.onWindow = onWindow;
    const withinMs = request.warmUpMs + request.windowMs + GRACE_MS;
    const answer = await this.ask(request, withinMs, 'to run');
    if ('done' in answer) return answer.done;
    throw new Error('error' in answer ? answer.error : `no result: ${JSON.stringify(answer)}`);
  }

  async audit(): Promise<AuditResult> {
    const answer = await this.ask({ audit: {} }, AUDIT_MS, 'to count its effects');
    if ('audit' in answer) return answer.audit;
    throw new Error('error' in answer ? answer.error : `no audit: ${JSON.stringify(answer)}`);
  }

  /** Asks it to end what it started and itself, and kills what it leaves behind. */
  async stop(): Promise<void> {
    const tree = processesBelow(this.roots).map(identify);
    this.child.stdin?.end(`${JSON.stringify({ stop: {} } satisfies Command)}\n`);
    const timer = setTimeout(() => this.killGroup(), STOP_MS);
    await this.exited;
    clearTimeout(timer);
    this.killGroup();
    for (const left of tree.filter(isAlive)) kill(left.pid);
  }

  private ask(command: Command, withinMs: number, what: string): Promise<Answer> {
    this.child.stdin?.write(`${JSON.stringify(command)}\n`);
    return this.answer(withinMs, what);
  }

  private async answer(withinMs: number, what: string): Promise<Answer> {
    if (this.options.signal.aborted) throw new Error('interrupted');
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const early = this.answers.shift();
        if (early) return resolve(early);
        if (this.ending) return reject(this.ending);
        this.waiter = { resolve, reject };
        const late = new Error(`took more than ${withinMs / 1000} s ${what}`);
        timer = setTimeout(() => this.fail(late), withinMs);
      });
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`${this.spec.name} ${message}${await this.lastLines()}`, { cause: error });
    } finally {
      clearTimeout(timer);
      this.waiter = undefined;
    }
  }

  private take(line: string): void {
    const answer = parse(line);
    if (answer === undefined) return;
    if ('window' in answer) this.onWindow(answer.window);
    else if (this.waiter) this.waiter.resolve(answer);
    else this.answers.push(answer);
  }

  private end(error: Error, resolve: () => void): void {
    this.ending = error;
    this.fail(error);
    resolve();
  }

  private fail(error: Error): void {
    this.waiter?.reject(error);
  }

  private killGroup(): void {
    if (this.child.pid !== undefined) kill(-this.child.pid);
  }

  private async lastLines(): Promise<string> {
    const text = await readFile(this.options.logFile, 'utf8').catch(() => '');
    const lines = text.trimEnd().split('\n').slice(-5);
    return text === ''
      ? ''
      : `; last lines of ${this.options.logFile}:\n    ${lines.join('\n    ')}`;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // There is none any more: as it should be.
  }
}

/** Undefined for what is no answer: a library that printed something. */
function parse(line: string): Answer | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Answer;
  } catch {
    return undefined;
  }
}
