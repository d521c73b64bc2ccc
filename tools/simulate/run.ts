/** One seed from beginning to end. */
import { checkBooks } from './check/books.js';
import { hasConverged } from './check/converged.js';
import { Watched } from './check/watch.js';
import type { Plan } from './plan.js';
import { Shop } from './shop/shop.js';
import type { FaultKind } from './world/faults.js';
import { World } from './world/world.js';

export interface RunResult {
  readonly seed: number;
  /** Broken promises, the first one first; none is what is wanted. */
  readonly violations: readonly string[];
  readonly hash: string;
  readonly steps: number;
  readonly virtualMs: number;
  readonly orders: number;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly situations: Readonly<Record<string, number>>;
  /** Errors that were logged, by message. */
  readonly logged: Readonly<Record<string, number>>;
  /** Only when asked for. */
  readonly trace: readonly string[];
}

/** Everything must have come to its end this long after the last fault. */
const HEALED_WITHIN_MS = 15 * 60_000;
const LOOK_EVERY_MS = 1_000;

/** A world that is over, with all that its books are made of. */
export interface Played {
  readonly world: World;
  readonly shop: Shop;
  readonly watched: Watched;
  /** Whether everything has come to its end in time. */
  readonly converged: boolean;
}

export async function run(plan: Plan, keepTrace = false): Promise<RunResult> {
  const { world, shop, watched, converged } = await play(plan, keepTrace);
  if (world.violations.length === 0) checkBooks(shop, watched, converged);
  return {
    seed: plan.seed,
    violations: world.violations,
    hash: world.trace.hash,
    steps: world.scheduler.steps,
    virtualMs: Math.round(world.scheduler.nowMs),
    orders: plan.orders.length,
    faults: Object.fromEntries(world.faults.counts),
    situations: Object.fromEntries(world.situations),
    logged: Object.fromEntries(world.logged),
    trace: world.trace.lines,
  };
}

/** Until everything has come to its end, a promise is broken, or it takes too long. */
export async function play(plan: Plan, keepTrace = false): Promise<Played> {
  const { seed, rates, shape } = plan;
  const spared = new Set(plan.spared);
  const { slowestMs, brokerMs } = shape;
  const world = new World({ seed, rates, spared, slowestMs, brokerMs, keepTrace });
  const onUnhandled = (error: unknown): void => world.uncaught(error);
  process.on('unhandledRejection', onUnhandled);
  world.enter();
  try {
    const shop = new Shop(world, plan);
    const watched = new Watched(shop);
    await world.scheduler.run(shape.faultsEndMs, () => world.violations.length > 0);
    shop.heal();
    const endMs = shape.faultsEndMs + HEALED_WITHIN_MS;
    let converged = false;
    for (let atMs = shape.faultsEndMs; atMs < endMs && !converged; atMs += LOOK_EVERY_MS) {
      await world.scheduler.run(atMs + LOOK_EVERY_MS, () => world.violations.length > 0);
      if (world.violations.length > 0) break;
      converged = hasConverged(shop, watched, atMs - shape.faultsEndMs);
    }
    // Node tells of rejections that nobody handles when the queue of ticks is empty.
    await new Promise((resolve) => setImmediate(resolve));
    return { world, shop, watched, converged };
  } finally {
    world.leave();
    process.off('unhandledRejection', onUnhandled);
  }
}
