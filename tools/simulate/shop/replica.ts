import { newActor, type Actor } from '../world/scheduler.js';
import type { World } from '../world/world.js';
import type { Life } from './context.js';
import type { TrackingWorkers } from '../../../apps/shipping/src/handlers/tracking.workers.js';
import type { OrderDesks } from './participants.js';
import type { WithdrawalDesks } from './withdrawing.js';
import type { ServiceName } from '../plan.js';

const RESTART_MS = [300, 4_000] as const;

/** A replica through all of its lives. */
export class Replica {
  life: Life | undefined;
  /** Of an order replica, once it is up. */
  desks: OrderDesks | undefined;
  /** Of a withdrawal replica, once it is up. */
  withdrawalDesks: WithdrawalDesks | undefined;
  /** Of a shipping replica, once it is up. */
  tracking: TrackingWorkers | undefined;
  readonly name: string;

  constructor(
    private readonly world: World,
    readonly service: ServiceName,
    no: number,
    /** Builds the process; what it rejects with ends it. */
    private readonly begin: (replica: Replica, actor: Actor) => Promise<Life>,
  ) {
    this.name = `${service}-${no}`;
  }

  get isUp(): boolean {
    return this.life?.actor.isAlive === true;
  }

  start(): void {
    const actor = newActor(this.name);
    this.world.scheduler.after(this.world.random.between(1, 50), actor, () => {
      this.world.note('started');
      this.begin(this, actor).catch((error: unknown) => {
        if (!actor.isAlive) return;
        this.world.note(`cannot start: ${error instanceof Error ? error.message : String(error)}`);
        this.crash();
      });
    });
  }

  /** Dies as if by `kill -9`, and is started again a little later. */
  crash(restart = true): void {
    const { life, world } = this;
    if (!life?.actor.isAlive) return;
    const { actor, parts } = life;
    world.trace.add(world.scheduler.nowMs, this.name, 'died');
    actor.isAlive = false;
    this.desks = undefined;
    this.withdrawalDesks = undefined;
    this.tracking = undefined;
    parts.database.clientGone(actor);
    const { scheduler, random } = world;
    if (restart) {
      scheduler.after(random.between(...RESTART_MS), parts.broker.actor, () => this.start());
    }
  }

  /** Its machine is suspended: it comes back to a world that went on. */
  pause(forMs: number): void {
    const { life, world } = this;
    if (!life?.actor.isAlive) return;
    const { actor } = life;
    actor.pausedUntilMs = Math.max(actor.pausedUntilMs, world.scheduler.nowMs + forMs);
  }

  /** The group loses sight of it; it goes on until it hears of that. */
  expel(): void {
    const { life } = this;
    if (!life?.actor.isAlive) return;
    life.parts.group.expel(life.actor);
    for (const group of life.parts.facts) group.expel(life.actor);
  }
}
