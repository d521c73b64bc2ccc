/** The contender's side of the contract: reads commands, runs them one after the other, answers. */
import { createInterface } from 'node:readline';
import type { Answer, AuditResult, Command, RunRequest } from './contract.ts';
import { runLoad, type RunSaga } from './load.ts';

export interface Contender {
  /** Roots of what it started beside its own process and children. */
  readonly pids?: readonly number[];
  /** Worth saying beside the figures: versions, settings. */
  readonly notes?: readonly string[];
  readonly runSaga: RunSaga;
  audit(): Promise<AuditResult>;
  /** Ends everything it started. */
  stop(): Promise<void>;
}

/** What the harness gives to a contender. */
export interface Surroundings {
  /** `postgres://` URL of a superuser of a Postgres that nobody else uses. */
  readonly databaseUrl: string;
  /** An empty folder for its files. */
  readonly directory: string;
  /** Which of its variants; empty when it has none. */
  readonly variant: string;
}

/** Starts the contender and serves until it is told to stop, or its harness is gone. */
export async function serve(start: (around: Surroundings) => Promise<Contender>): Promise<void> {
  const answer = takeOutput();
  let contender: Contender;
  try {
    contender = await start(surroundings());
  } catch (error) {
    answer({ unable: describe(error) });
    process.exit(1);
  }
  let stopping: Promise<void> | undefined;
  // Clients may keep sockets and timers that nobody needs any more.
  const stopAndExit = () => void (stopping ??= contender.stop().finally(() => process.exit()));
  process.once('SIGTERM', stopAndExit).once('SIGINT', stopAndExit);

  answer({ ready: true, pids: contender.pids ?? [], notes: contender.notes ?? [] });
  // It closes as well when the harness is gone, and then not even a run goes on.
  const lines = createInterface({ input: process.stdin }).once('close', stopAndExit);
  for await (const line of lines) {
    const command = JSON.parse(line) as Command;
    if ('stop' in command) break;
    try {
      if ('audit' in command) answer({ audit: await contender.audit() });
      else answer({ done: await run(contender.runSaga, command, answer) });
    } catch (error) {
      answer({ error: describe(error) });
    }
  }
  stopAndExit();
}

function run(runSaga: RunSaga, request: RunRequest, answer: (answer: Answer) => void) {
  const { run: load, ...rest } = request;
  return runLoad(runSaga, { load, ...rest, onWindow: (window) => answer({ window }) });
}

function surroundings(): Surroundings {
  return {
    databaseUrl: required('BENCH_DATABASE_URL'),
    directory: required('BENCH_DIRECTORY'),
    variant: process.env['BENCH_VARIANT'] ?? '',
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set.`);
  return value;
}

/** Answers go to standard output; what others print there is sent to standard error instead. */
function takeOutput(): (answer: Answer) => void {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  // A harness that is gone hears nothing; what was started must be stopped all the same.
  stdout.on('error', () => undefined);
  return (answer) => void write(`${JSON.stringify(answer)}\n`);
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
