/** `npm run bench -- limits`: what database and broker give by themselves, as a table. */
import 'reflect-metadata';
import { rm } from 'node:fs/promises';
import { createTopics, dataFolder, startKafka, startPostgres } from '#testing';
import { BenchProblem } from '../arguments.js';
import { machineFacts } from '../machine.js';
import { disposable, postgresSettings } from '../measure.js';
import { headline, save } from '../output.js';
import { Meter, type Usage } from '../proc/meter.js';
import { ProgressLine } from '../progress-line.js';
import { figure, table } from '../report.js';
import type { LimitsOptions } from './arguments.js';
import type { Done } from './closed-loop.js';
import { read, written } from './kafka-limits.js';
import { commits, rows, type Watch } from './postgres-limits.js';

interface Limit {
  readonly what: string;
  readonly done: Done;
  readonly usage: Usage;
}

const HEAD = ['', 'a second', 'CPU-µs each', 'taken by others'];
/** The consumer begins late and ends early: what is read for sure of what was written. */
const READ_SHARE = 0.8;

/** Resolves when all is measured. @throws BenchProblem */
export async function runLimits(options: LimitsOptions, signal: AbortSignal): Promise<boolean> {
  if (process.platform !== 'linux') {
    throw new BenchProblem('The costs of processes are read from /proc: this needs Linux.');
  }
  const machine = machineFacts();
  const postgres = await postgresSettings();
  console.log(headline(machine, postgres));
  const folder = dataFolder('bench', 'limits');
  try {
    await rm(folder, { recursive: true, force: true });
    const limits = await measureAll(folder, options.windowMs, signal);
    const lines = limits.map((limit) => row(limit, machine.cores));
    console.log(`\n${table([HEAD, ...lines])}`);
    save(options.json, `${JSON.stringify({ machine, postgres, options, limits }, null, 2)}\n`);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureAll(
  folder: string,
  windowMs: number,
  signal: AbortSignal,
): Promise<readonly Limit[]> {
  const line = new ProgressLine('limits');
  const logFile = dataFolder('bench', 'logs', 'limits-postgres.log');
  const dataDir = `${folder}/postgres`;
  await using postgres = disposable(await startPostgres({ dataDir, logFile, fsync: true }));
  const broker = { mode: 'local', dataDir: `${folder}/kafka`, isShortLived: true } as const;
  await using kafka = disposable(await startKafka(broker));
  await createTopics(kafka.brokers);
  const roots = () => [
    process.pid,
    ...[postgres.pid, kafka.pid].filter((pid) => pid !== undefined),
  ];
  const limits: Limit[] = [];
  const take = async (what: string, measure: (watch: Watch) => Promise<Done>): Promise<Done> => {
    signal.throwIfAborted();
    line.show(what);
    const meter = new Meter(roots, folder);
    let usage: Usage | undefined;
    const onWindow = (edge: 'opened' | 'closed'): void => {
      if (edge === 'opened') meter.open();
      else usage = meter.close();
    };
    try {
      const done = await measure({ windowMs, signal, onWindow });
      if (usage !== undefined) limits.push({ what, done, usage });
      return done;
    } finally {
      meter.rest();
    }
  };
  const { url } = postgres;
  await take('commits, 1 connection', (watch) => commits(url, 1, watch));
  await take('commits, 32 connections', (watch) => commits(url, 32, watch));
  await take('rows, 500 a commit', (watch) => rows(url, watch));
  const log = { debug() {}, info() {}, warn() {}, error: console.error };
  const client = { brokers: [kafka.brokers], clientId: 'limits', topicPrefix: '', log };
  const { units } = await take('messages written, 500 a request', (watch) =>
    written(client, watch),
  );
  await take('messages read', (watch) => read(client, units * READ_SHARE, watch));
  line.end('measured');
  return limits;
}

function row({ what, done, usage }: Limit, cores: number): string[] {
  const wholeMs = usage.seconds * 1_000 * cores;
  const others = Math.round((100 * (usage.foreignCpuMs + usage.stolenCpuMs)) / wholeMs);
  const eachUs = (1_000 * usage.cpuMs) / done.units;
  return [what, figure(done.units / done.seconds), figure(eachUs), `${others} %`];
}
