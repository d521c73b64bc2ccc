/** Orders at a steady rate while the payment provider is dead for a while, and the reckoning. */
import { setTimeout as pause } from 'node:timers/promises';
import type { TestWorld } from '#testing';
import { percentile } from '../../../bench/load.js';
import type { ShopOptions } from './arguments.js';
import { BreakerWatch, type BreakerChange } from './breaker-watch.js';
import { ended, mailed, reckoning } from './ending.js';
import { STOCKED } from './orders.js';
import { place, type Placed } from './placing.js';
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

interface Sent extends Placed {
  readonly phase: Phase;
}

const WARM_UP = 200;

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
  const warm = await Promise.all(Array.from({ length: WARM_UP }, (_, no) => place(world, no)));
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
        const { phase } = this;
        const no = WARM_UP + this.sent.length;
        this.sent.push(place(this.world, no).then((placed) => ({ ...placed, phase })));
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
