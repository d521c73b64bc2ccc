/** One contender in one round: a fresh Postgres, four measurements, an audit after each. */
import { rm } from 'node:fs/promises';
import { dataFolder, runSql, startPostgres } from '#testing';
import type { RunRequest, RunResult, Totals } from '../../bench/contract.js';
import type { BenchOptions } from './arguments.js';
import { ContenderProcess } from './contender-process.js';
import type { ContenderSpec } from './contenders.js';
import { addTotals, judge } from './judge.js';
import { Meter, type Usage } from './proc/meter.js';

/** What is measured, in this order; the third needs the first. */
export type MeasurementName = 'throughput' | 'declined' | 'half' | 'idle';

export interface Measurement {
  readonly request: RunRequest;
  readonly result: RunResult;
  readonly usage: Usage;
  /** Steps that ran again without a second effect, since the contender was started. */
  readonly repeated: number;
  /** What does not add up: the figures are void then. */
  readonly problems: readonly string[];
  /** Of these, what no slowness explains: all sagas ended, and their effects do not add up. */
  readonly miscounts: readonly string[];
}

/** What one contender gave in one round. */
export interface Attempt {
  readonly contender: string;
  /** From 1. */
  readonly round: number;
  readonly notes: readonly string[];
  readonly measurements: Partial<Record<MeasurementName, Measurement>>;
  /** What kept it from finishing. */
  readonly failure?: string;
}

interface Round {
  readonly number: number;
  readonly options: BenchOptions;
  readonly signal: AbortSignal;
  readonly show: (text: string) => void;
}

const DECLINED_EVERY = 5;
const GENTLE = 16;
const NOBODY: Totals = { completed: 0, compensated: 0, failed: 0 };

/** Never rejects: a contender that fails is an attempt that says so. */
export async function measure(spec: ContenderSpec, round: Round): Promise<Attempt> {
  const attempt = {
    contender: spec.name,
    round: round.number,
    notes: [] as readonly string[],
    measurements: {},
  };
  const name = `${spec.name}-${round.number}`;
  const folder = dataFolder('bench', name);
  try {
    await rm(folder, { recursive: true, force: true });
    round.show('starts Postgres');
    const logFile = dataFolder('bench', 'logs', `${name}-postgres.log`);
    await using postgres = disposable(
      await startPostgres({ dataDir: `${folder}/postgres`, logFile, fsync: true }),
    );
    round.show('starts');
    await using contender = disposable(
      await ContenderProcess.start(spec, {
        databaseUrl: postgres.url,
        directory: `${folder}/files`,
        logFile: dataFolder('bench', 'logs', `${name}.log`),
        signal: round.signal,
      }),
    );
    attempt.notes = contender.notes;
    const roots = () => [...contender.roots, ...(postgres.pid ? [postgres.pid] : [])];
    const session = new Session(spec, round, contender, new Meter(roots, folder));
    await session.measureAll(attempt.measurements);
    return attempt;
  } catch (error) {
    return { ...attempt, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class Session {
  private ended = NOBODY;
  private runs = 0;

  constructor(
    private readonly spec: ContenderSpec,
    private readonly round: Round,
    private readonly contender: ContenderProcess,
    private readonly meter: Meter,
  ) {}

  /** Writes into `found` one by one, so that what was measured before a failure stays. */
  async measureAll(found: Attempt['measurements']): Promise<void> {
    const { warmUpMs, windowMs, inFlight } = this.round.options;
    // Gently first: hundreds at once, met by code that has never run, end together and late.
    const gentle = { run: { inFlight: GENTLE }, warmUpMs: 0, windowMs: warmUpMs };
    await this.take('warms up', { ...gentle, declinedEvery: DECLINED_EVERY });

    const full = { run: { inFlight: inFlight ?? this.spec.inFlight }, warmUpMs, windowMs };
    found.throughput = await this.take('throughput', { ...full, declinedEvery: 0 });
    found.declined = await this.take('20 % declined', { ...full, declinedEvery: DECLINED_EVERY });

    const { sagas, seconds } = found.throughput.result;
    const halfWarmUpMs = warmUpMs / 2;
    if (sagas > 0) {
      const run = { rate: sagas / seconds / 2 };
      const half = { run, warmUpMs: halfWarmUpMs, windowMs, declinedEvery: 0 };
      found.half = await this.take('half load', half);
    }
    const idle = { run: { inFlight: 1 }, warmUpMs: halfWarmUpMs, windowMs: windowMs / 2 };
    found.idle = await this.take('idle', { ...idle, declinedEvery: 0 });
  }

  private async take(what: string, load: Omit<RunRequest, 'prefix'>): Promise<Measurement> {
    this.round.show(what);
    this.runs += 1;
    const request = { ...load, prefix: `r${this.round.number}m${this.runs}` };
    const { result, usage } = await this.metered(request);
    this.ended = addTotals(this.ended, result.all);
    const audit = await this.contender.audit();
    const judged = judge(audit, this.ended);
    const problems = [...judged, ...result.errors];
    if (result.unstarted > 0) problems.push(`${result.unstarted} sagas could not be started`);
    if (result.sagas === 0) problems.push('no saga ended within the window');
    // Those that were given up may have any part of their effects.
    const miscounts = this.ended.failed === 0 ? judged : [];
    return { request, result, usage, repeated: audit.repeated, problems, miscounts };
  }

  private async metered(request: RunRequest): Promise<{ result: RunResult; usage: Usage }> {
    let usage: Usage | undefined;
    try {
      const result = await this.contender.run(request, (edge) => {
        if (edge === 'opened') this.meter.open();
        else usage = this.meter.close();
      });
      if (usage === undefined) throw new Error(`${this.spec.name} never closed its window.`);
      return { result, usage };
    } finally {
      this.meter.rest();
    }
  }
}

const SETTINGS = [
  ...['server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'wal_level'],
  ...['wal_sync_method', 'shared_buffers', 'max_connections', 'max_wal_size'],
  ...['checkpoint_timeout', 'autovacuum', 'jit'],
];

/** What all of them get: the settings of a Postgres started in the same way. */
export async function postgresSettings(): Promise<Record<string, string>> {
  const dataDir = dataFolder('bench', 'settings');
  try {
    await rm(dataDir, { recursive: true, force: true });
    await using postgres = disposable(
      await startPostgres({ dataDir, logFile: dataFolder('bench', 'logs', 'settings.log') }),
    );
    const list = SETTINGS.map((name) => `'${name}'`).join(', ');
    const rows = await runSql(postgres.url, [
      `select name, current_setting(name) as value from pg_settings where name in (${list})`,
    ]);
    return Object.fromEntries(rows.map(({ name, value }) => [String(name), String(value)]));
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Stopped at the end of the block that holds it. */
export const disposable = <T extends { stop(): Promise<void> }>(server: T): T & AsyncDisposable =>
  Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
