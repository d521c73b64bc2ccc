/** As many orders as the shop takes, from a fixed number of clients, and what each part of it spends. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ReaderName, TestWorld } from '#testing';
import { percentile } from '../../../bench/load.js';
import type { AcceptedOrder } from '../../demo/audit.js';
import { CpuByName, type NamedRoot } from '../proc/by-name.js';
import type { ShopOptions } from './arguments.js';
import { caughtUp, ended, mailed, reckoning, type Wait } from './ending.js';
import { STOCKED } from './orders.js';
import { place, type Placed } from './placing.js';
import { startShop } from './world.js';

export interface ThroughputFigures {
  readonly orders: number;
  readonly clients: number;
  /** Answered otherwise, or not at all; they are asked for again. */
  readonly refused: number;
  readonly acceptedPerS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Until the last saga had ended and its mails were at the server. */
  readonly settledPerS: number;
  /** Until those who run besides had read all of it as well. */
  readonly readPerS: number;
  /** CPU time an order, by process; the database's by the service it was spent for. */
  readonly cpuMs: readonly { readonly name: string; readonly ms: number }[];
  /** What does not add up, a line each. */
  readonly discrepancies: readonly string[];
}

const PARTS = [
  ...(['order', 'orchestrator', 'inventory', 'payment', 'shipping', 'notification'] as const),
  ...(['sandbox-payment', 'sandbox-carrier', 'sandbox-mail'] as const),
];
const AFTER_REFUSAL_MS = 50;
/** Of one order; a minute and a half's. */
const MOST_REFUSALS = 2_000;

export async function measureThroughput(
  options: Pick<ShopOptions, 'clients' | 'count' | 'warmUpOrders'>,
  { signal, show }: Wait,
  beside: readonly ReaderName[] = [],
): Promise<ThroughputFigures> {
  show('starts');
  await using started = await startShop({}, beside);
  const { world, shop } = started;
  await shop.putStock(STOCKED);
  const ends = await shop.bookEnds();
  const sinceMs = Date.now();
  const { clients, count, warmUpOrders } = options;
  const wait: Wait = { signal, show };

  const warm = await placeAll(world, { first: 0, count: warmUpOrders, clients }, wait);
  await ended(world, warmUpOrders, wait);
  await mailed(world, wait);
  await caughtUp(world, beside, wait);

  const cpu = new CpuByName(rootsOf(world, beside));
  const startedAt = performance.now();
  const placed = await placeAll(world, { first: warmUpOrders, count, clients }, wait);
  const acceptedS = (performance.now() - startedAt) / 1000;
  await ended(world, warmUpOrders + count, wait);
  await mailed(world, wait);
  const settledS = (performance.now() - startedAt) / 1000;
  await caughtUp(world, beside, wait);
  const readS = (performance.now() - startedAt) / 1000;
  const spent = cpu.stop();

  show('audit');
  const sorted = Float64Array.from(placed.map(({ tookMs }) => tookMs)).sort();
  return {
    orders: count,
    clients,
    refused: placed.filter(({ accepted }) => accepted === undefined).length,
    acceptedPerS: count / acceptedS,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    settledPerS: count / settledS,
    readPerS: count / readS,
    cpuMs: spent.map(({ name, ms }) => ({ name, ms: ms / count })),
    discrepancies: await reckoning(world, shop, acceptedOf([...warm, ...placed]), sinceMs, ends),
  };
}

const acceptedOf = (placed: readonly Placed[]): AcceptedOrder[] =>
  placed.flatMap(({ accepted }) => accepted ?? []);

/** A closed loop: each client places its next order when its last one was answered. */
async function placeAll(
  world: TestWorld,
  { first, count, clients }: { first: number; count: number; clients: number },
  { signal, show }: Wait,
): Promise<Placed[]> {
  const all: Placed[] = [];
  let next = first;
  const client = async (): Promise<void> => {
    while (next < first + count) {
      const no = next++;
      for (let refusals = 0; ; refusals += 1) {
        signal.throwIfAborted();
        if (refusals > MOST_REFUSALS) throw new Error(`order ${no} is refused again and again`);
        const placed = await place(world, no);
        all.push(placed);
        if (placed.accepted) break;
        await pause(AFTER_REFUSAL_MS, undefined, { signal });
      }
      const taken = no + 1 - first;
      if (taken % 500 === 0) show(`${taken} of ${count} orders placed`);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return all;
}

const rootsOf = (world: TestWorld, beside: readonly ReaderName[]): NamedRoot[] => {
  const { postgres, kafka } = world;
  const prefix = `${world.id}_`;
  const nameOfDatabase = (database: string): string =>
    `Postgres, ${database.startsWith(prefix) ? database.slice(prefix.length) : 'others'}`;
  return [
    { name: 'load', pid: process.pid },
    ...[...PARTS, ...beside].map((name) => ({ name, pid: world.app(name).pid })),
    ...(kafka.pid === undefined ? [] : [{ name: 'Kafka', pid: kafka.pid }]),
    ...(postgres.pid === undefined
      ? []
      : [{ name: 'Postgres itself', pid: postgres.pid, nameOfDatabase }]),
  ];
};
