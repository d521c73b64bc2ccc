/** Loads on a world, each metered, and an audit of all of them. */
import type { Load } from '../../../bench/contract.js';
import { runLoad } from '../../../bench/load.js';
import { waitForBacklog } from '../accept/backlog.js';
import { Books } from '../accept/books.js';
import { CONTENDERS } from '../contenders.js';
import { Meter } from '../proc/meter.js';
import type { BenchOrderLine } from '../own/contracts.js';
import type { GrowthOptions } from './arguments.js';
import { interruptibleClock } from './interruptible-clock.js';
import { Placed } from './placed.js';
import type { Taken } from './results.js';
import type { World } from './world.js';

export interface Surroundings {
  readonly options: GrowthOptions;
  readonly signal: AbortSignal;
  readonly show: (text: string) => void;
}

/** Slowness is measured, not punished: only what has not ended after this is a failure. */
const DRAIN_MS = 600_000;
const GENTLE = 16;
/** The same as when the project is compared with others. */
const IN_FLIGHT = CONTENDERS.find(({ name }) => name === 'own')?.inFlight ?? 800;

export class Session {
  readonly placed: Placed;
  private readonly meter: Meter;
  private runs = 0;

  /** `prefix`: of the ids of its orders, never used twice on one database. */
  constructor(
    readonly world: World,
    private readonly around: Surroundings,
    private readonly prefix: string,
    lines?: readonly BenchOrderLine[],
  ) {
    this.placed = new Placed(world.system, lines);
    // Everything is below this process, which makes the load.
    this.meter = new Meter(() => [process.pid], world.folder);
  }

  /** Gently first: hundreds at once, met by code that has never run, end together and late. */
  async warmUp(): Promise<void> {
    await this.take('warms up', { inFlight: GENTLE }, 0, this.around.options.warmUpMs);
  }

  async throughput(): Promise<Taken> {
    const { warmUpMs, windowMs } = this.around.options;
    return this.take('throughput', { inFlight: IN_FLIGHT }, warmUpMs, windowMs);
  }

  /** `onWindow` is told when the time that counts begins and ends. */
  async take(
    what: string,
    load: Load,
    warmUpMs: number,
    windowMs: number,
    onWindow: (edge: 'opened' | 'closed') => void = () => undefined,
  ): Promise<Taken> {
    const { signal, show } = this.around;
    show(what);
    this.runs += 1;
    let usage: Taken['usage'] | undefined;
    // Its longest pause is for what does not end, and would keep this process from ending.
    const over = new AbortController();
    try {
      const result = await runLoad(this.placed.run, {
        ...{ load, warmUpMs, windowMs, declinedEvery: 0, drainMs: DRAIN_MS },
        prefix: `${this.prefix}-${this.runs}`,
        clock: interruptibleClock(AbortSignal.any([signal, over.signal])),
        onWindow: (edge) => {
          if (edge === 'opened') this.meter.open();
          else usage = this.meter.close();
          onWindow(edge);
        },
      });
      if (signal.aborted) throw new Error('interrupted');
      if (usage === undefined) throw new Error('the load never closed its window');
      return { result, usage };
    } finally {
      over.abort();
      this.meter.rest();
    }
  }

  /** What does not add up, of all orders that were placed. */
  async audit(): Promise<string[]> {
    const { signal, show } = this.around;
    const books = new Books(this.world.system, this.prefix);
    const orders = await books.orders();
    const ended = () => books.ended();
    const sinceMs = performance.now();
    await waitForBacklog({ orders, ended, sinceMs, withinMs: DRAIN_MS, signal, show });
    if (signal.aborted) throw new Error('interrupted');
    show('audit');
    const problems = await books.audit(this.placed, true);
    return orders > 0 ? problems : [...problems, 'there is no order at all'];
  }
}

export const perSecond = ({ result }: Taken): number => result.sagas / result.seconds;
