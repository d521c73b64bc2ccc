import type { Actor } from '../world/scheduler.js';
import type { World } from '../world/world.js';
import type { SimBroker } from './broker.js';
import type { Refusal } from './group.js';

const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 1_000;

/** A refusal has the type that Kafka's protocol gives it; without one the broker was not reached. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';

  constructor(
    message: string,
    readonly type?: Refusal,
  ) {
    super(message);
  }
}

/** Made once: with its stack, an error costs more than the request that fails with it. */
export const UNREACHABLE = new BrokerError('the broker cannot be reached');
const REFUSALS: Readonly<Record<Refusal, BrokerError>> = {
  REBALANCE_IN_PROGRESS: new BrokerError('the group is rebalancing', 'REBALANCE_IN_PROGRESS'),
  ILLEGAL_GENERATION: new BrokerError('the generation is over', 'ILLEGAL_GENERATION'),
  UNKNOWN_MEMBER_ID: new BrokerError('the group knows no such member', 'UNKNOWN_MEMBER_ID'),
};

export const errorOf = (refusal: Refusal): BrokerError => REFUSALS[refusal];

/** @throws BrokerError for a refusal */
export const accepted = (refusal: Refusal | undefined): void => {
  if (refusal !== undefined) throw errorOf(refusal);
};

/** How the requests of one process reach the broker. Those of a dead process are never answered. */
export class Connection {
  constructor(
    readonly broker: SimBroker,
    readonly actor: Actor,
  ) {}

  get world(): World {
    return this.broker.world;
  }

  /** What `work` answers at the broker. While that is away, it is tried again so many times. */
  request<T>(retries: number, work: () => T): Promise<T> {
    return this.arrive(retries).then(work);
  }

  /** Longer after each failure; the first is 1. */
  backOff(failures: number): Promise<void> {
    return new Promise((resolve) => {
      this.world.scheduler.after(backOffMs(failures), this.actor, resolve);
    });
  }

  private arrive(retries: number): Promise<void> {
    const { broker, actor, world } = this;
    return new Promise((resolve, reject) => {
      const send = (failures: number): void =>
        void world.scheduler.after(world.delays.broker(), actor, () => {
          if (!broker.isAway) resolve();
          else if (failures === retries) reject(UNREACHABLE);
          else world.scheduler.after(backOffMs(failures + 1), actor, () => send(failures + 1));
        });
      send(0);
    });
  }
}

const backOffMs = (failures: number): number =>
  Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** (failures - 1));
