/** Orders at a steady rate while the payment provider is dead for a while, and the reckoning. */
import { setTimeout as pause } from 'node:timers/promises';
import { runSql, type TestWorld } from '#testing';
import { percentile } from '../../../bench/load.js';
import { audit, type AcceptedOrder } from '../../demo/audit.js';
import { call } from '../../demo/http.js';
import type { Shop } from '../../demo/shop.js';
import type { ShopOptions } from './arguments.js';
import { BreakerWatch, type BreakerChange } from './breaker-watch.js';
import { fineOrder, STOCKED } from './orders.js';
import { startShop } from './world.js';

export type Phase = 'before' | 'dead' | 'after';
const PHASES: readonly Phase[] = ['before', 'dead', 'after'];

export interface PhaseFigures {
  readonly phase: Phase;
  readonly accepted: number;
  /** Answered otherwise, or not at all. */
  readonly refused: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface OutageFigures {
  readonly rate: number;
  readonly phases: readonly PhaseFigures[];
  /** Seconds since the provider was killed. */
  readonly breaker: readonly BreakerChange[];
  /** From the provider's return until the last saga had ended. */
  readonly healedAfterS: number;
  /** What does not add up, a line each. */
  readonly discrepancies: readonly string[];
}

interface Sent {
  readonly phase: Phase;
  readonly tookMs: number;
  readonly accepted?: AcceptedOrder;
}

const WARM_UP = 200;
const LOOK_EVERY_MS = 500;
const HEALED_WITHIN_MS = 1_200_000;

export async function measureOutage(
  options: ShopOptions,
  signal: AbortSignal,
  show: (text: string) => void,
): Promise<OutageFigures> {
  show('starts');
  await using started = await startShop();
  const { world, shop } = started;
  await shop.putStock(STOCKED);
  const ends = await shop.bookEnds();
  const sinceMs = Date.now();
  show('warms up');
  const warm = await Promise.all(Array.from({ length: WARM_UP }, (_, no) => send(world, no)));
  await ended(world, WARM_UP, { signal, show });

  const load = new SteadyLoad(world, options.rate);
  const watch = new BreakerWatch(`${world.url('payment')}/metrics`);
  show('load before the outage');
  load.start('before');
  await pause(options.aroundMs, undefined, { signal });
  const killedAt = performance.now();
  watch.start(killedAt);
  load.phase = 'dead';
  world.app('sandbox-payment').kill('SIGKILL');
  show('the provider is dead');
  await pause(options.outageMs, undefined, { signal });
  await world.startApp('sandbox-payment');
  const healedAt = performance.now();
  load.phase = 'after';
  show('the provider is back');
  await pause(options.aroundMs, undefined, { signal });
  const sent = await load.stop();
  const accepted = [...warm, ...sent].flatMap((one) => one.accepted ?? []);
  await ended(world, accepted.length, { signal, show });
  const healedAfterS = (performance.now() - healedAt) / 1000;
  const breaker = await watch.stop();
  await mailed(world, { signal, show });
  show('audit');
  const discrepancies = await reckoning(world, shop, accepted, sinceMs, ends);
  return {
    rate: options.rate,
    phases: PHASES.map((phase) => figuresOf(phase, sent)),
    breaker,
    healedAfterS,
    discrepancies,
  };
}

/** Asked once: what a client would try again counts as refused. */
async function send(world: TestWorld, no: number, phase: Phase = 'before'): Promise<Sent> {
  const { idempotencyKey, ...order } = fineOrder(no);
  const sentAt = performance.now();
  const answer = await call(`${world.url('order')}/orders`, {
    method: 'POST',
    json: order.request,
    headers: { 'idempotency-key': idempotencyKey },
  }).catch(() => undefined);
  const tookMs = performance.now() - sentAt;
  if (answer?.status !== 202) return { phase, tookMs };
  const { orderId } = answer.body as { orderId: string };
  return { phase, tookMs, accepted: { orderId, ...order } };
}

/** An open loop: the next order is sent when it is its time, whatever became of those before. */
class SteadyLoad {
  phase: Phase = 'before';
  private readonly sent: Promise<Sent>[] = [];
  private isOver = false;
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly world: TestWorld,
    private readonly rate: number,
  ) {}

  start(phase: Phase): void {
    this.phase = phase;
    this.loop = this.run();
  }

  async stop(): Promise<readonly Sent[]> {
    this.isOver = true;
    await this.loop;
    return Promise.all(this.sent);
  }

  private async run(): Promise<void> {
    const startedAt = performance.now();
    while (!this.isOver) {
      const due = Math.floor(((performance.now() - startedAt) / 1000) * this.rate);
      while (this.sent.length < due) {
        this.sent.push(send(this.world, WARM_UP + this.sent.length, this.phase));
      }
      await pause(1000 / this.rate);
    }
  }
}

function figuresOf(phase: Phase, all: readonly Sent[]): PhaseFigures {
  const sent = all.filter((one) => one.phase === phase);
  const accepted = sent.filter((one) => one.accepted !== undefined);
  const sorted = Float64Array.from(accepted.map(({ tookMs }) => tookMs)).sort();
  return {
    phase,
    accepted: accepted.length,
    refused: sent.length - accepted.length,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  };
}

interface Wait {
  readonly signal: AbortSignal;
  readonly show: (text: string) => void;
}

/** Waits until so many sagas have ended. */
const ended = (world: TestWorld, orders: number, wait: Wait): Promise<void> =>
  untilNone('sagas', wait, async () => {
    const over = await count(
      world.database('orchestrator').url,
      `saga_instance where state in ('completed', 'compensated')`,
    );
    return orders - over;
  });

/** Waits until no notice is left to be sent: sagas end when theirs is recorded. */
const mailed = (world: TestWorld, wait: Wait): Promise<void> =>
  untilNone('mails', wait, () =>
    count(world.database('notification').url, `notice where status = 'recorded'`),
  );

async function count(url: string, what: string): Promise<number> {
  const [row] = await runSql(url, [`select count(*) as count from ${what}`]);
  return Number(row?.['count']);
}

async function untilNone(
  what: string,
  { signal, show }: Wait,
  left: () => Promise<number>,
): Promise<void> {
  const giveUpAt = performance.now() + HEALED_WITHIN_MS;
  for (let rest = await left(); rest > 0; rest = await left()) {
    if (performance.now() > giveUpAt) throw new Error(`${rest} ${what} are still to go`);
    show(`${rest} ${what} to go`);
    await pause(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function reckoning(
  world: TestWorld,
  shop: Shop,
  accepted: readonly AcceptedOrder[],
  sinceMs: number,
  ends: Awaited<ReturnType<Shop['bookEnds']>>,
): Promise<string[]> {
  const [orders, sagas, books, stock] = await Promise.all([
    shop.settledOrders(sinceMs),
    shop.sagas(sinceMs),
    shop.books(ends),
    shop.stock(STOCKED.keys()),
  ]);
  const facts = { accepted, orders, sagas, stocked: STOCKED, stock, ...books };
  const found = audit(facts).map(({ of, what }) => `${of} ${what}`);
  const incomplete = sagas.filter(({ state }) => state !== 'completed').length;
  if (incomplete > 0) found.push(`${incomplete} orders did not complete`);
  if (world.app('payment').ended !== undefined) found.push('payment has ended');
  return found;
}
