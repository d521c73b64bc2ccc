/** One mode: a fresh Postgres and system, a measurement for each number of connections. */
import { mkdir, rm } from 'node:fs/promises';
import { dataFolder, startPostgres, type PostgresServer } from '#testing';
import { disposable } from '../measure.js';
import { BenchSystem } from '../own/system.js';
import { Meter, type Usage } from '../proc/meter.js';
import { BACKLOG_WITHIN_MS, type AcceptOptions, type Mode } from './arguments.js';
import { waitForBacklog, type Backlog } from './backlog.js';
import { Books, type OrderIds } from './books.js';
import type { HttpFigures, HttpLoadResult, PostedNumbers } from './http-load.js';
import { startLoad } from './load-child.js';
import type { LoadTask } from './load-process.js';
import { orderIdOf } from './order-request.js';

export interface Measurement {
  readonly mode: Mode;
  readonly connections: number;
  readonly figures: HttpFigures;
  readonly usage: Usage;
  /** With sagas running. */
  readonly backlog?: Backlog;
  /** What does not add up: the figures are void then. */
  readonly problems: readonly string[];
}

export interface Surroundings {
  readonly options: AcceptOptions;
  readonly signal: AbortSignal;
  readonly show: (text: string) => void;
  /** Gets each measurement as soon as there is one. */
  readonly found: (measurement: Measurement) => void;
}

/** @throws Error saying what kept it from going on; what was found before has been told */
export async function measureMode(mode: Mode, surroundings: Surroundings): Promise<void> {
  const folder = dataFolder('bench', `accept-${mode}`);
  const logFile = dataFolder('bench', 'logs', `accept-${mode}-postgres.log`);
  try {
    await rm(folder, { recursive: true, force: true });
    surroundings.show('starts');
    const dataDir = `${folder}/postgres`;
    await using postgres = disposable(await startPostgres({ dataDir, logFile, fsync: true }));
    await using system = await startSystem(mode, postgres, `${folder}/files`);
    for (const [index, connections] of surroundings.options.connections.entries()) {
      if (surroundings.signal.aborted) return;
      const session = new Session(mode, surroundings, system, postgres, folder);
      const measurement = await session.measure(connections, `a${index}`);
      surroundings.found(measurement);
      const left = measurement.backlog?.left ?? 0;
      if (left > 0) throw new Error(`nothing more was measured behind ${left} unfinished sagas`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function startSystem(
  mode: Mode,
  postgres: PostgresServer,
  folder: string,
): Promise<BenchSystem & AsyncDisposable> {
  await mkdir(folder, { recursive: true });
  const system = disposable(
    new BenchSystem({
      postgresUrl: postgres.url,
      folder,
      ...(mode === 'paused' && { roles: ['order'] }),
    }),
  );
  try {
    await system.start();
    return system;
  } catch (error) {
    await system.stop();
    throw error;
  }
}

class Session {
  private loadPid: number | undefined;
  private readonly meter: Meter;

  constructor(
    private readonly mode: Mode,
    private readonly surroundings: Surroundings,
    private readonly system: BenchSystem,
    postgres: PostgresServer,
    folder: string,
  ) {
    const roots = () =>
      [...system.pids, postgres.pid, this.loadPid].filter((pid) => pid !== undefined);
    this.meter = new Meter(roots, folder);
  }

  /** `prefix`: of the ids of its orders, never used twice with one system. */
  async measure(connections: number, prefix: string): Promise<Measurement> {
    const { options, show } = this.surroundings;
    const { hostname: host, port } = new URL(this.system.urlOf('order'));
    const { warmUpMs, windowMs } = options;
    const target = { host, port: Number(port) };
    show(`${connections} connections`);
    const task = { target, connections, warmUpMs, windowMs, prefix };
    const { result, usage, closedAtMs } = await this.load(task);
    const books = new Books(this.system, prefix);
    const backlog = this.mode === 'running' ? await this.backlog(books, closedAtMs) : undefined;
    show(`${connections} connections, audit`);
    const problems = await books.audit(idsOf(result.numbers, prefix), backlog !== undefined);
    if (result.figures.accepted === 0) problems.push('nothing was accepted within the window');
    const measurement = { mode: this.mode, connections, figures: result.figures, usage, problems };
    return backlog === undefined ? measurement : { ...measurement, backlog };
  }

  private async load(
    task: LoadTask,
  ): Promise<{ result: HttpLoadResult; usage: Usage; closedAtMs: number }> {
    let usage: Usage | undefined;
    let closedAtMs = 0;
    const load = startLoad(task, this.surroundings.signal, (edge) => {
      if (edge === 'opened') return this.meter.open();
      closedAtMs = performance.now();
      usage = this.meter.close();
    });
    this.loadPid = load.pid;
    try {
      const result = await load.done;
      if (usage === undefined) throw new Error('the load never closed its window');
      return { result, usage, closedAtMs };
    } finally {
      this.meter.rest();
      this.loadPid = undefined;
    }
  }

  private async backlog(books: Books, sinceMs: number): Promise<Backlog> {
    const { signal, show } = this.surroundings;
    const orders = await books.orders();
    const ended = () => books.ended();
    const withinMs = BACKLOG_WITHIN_MS;
    return waitForBacklog({ orders, ended, sinceMs, withinMs, signal, show });
  }
}

function idsOf({ accepted, failed }: PostedNumbers, prefix: string): OrderIds {
  const ids = (numbers: Uint32Array) =>
    new Set(Array.from(numbers, (number) => orderIdOf(prefix, number)));
  return { accepted: ids(accepted), failed: ids(failed) };
}
