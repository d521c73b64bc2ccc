/** The way to a service from outside: requests over HTTP, some of which nobody answers. */
import type { Actor } from '../world/scheduler.js';
import type { World } from '../world/world.js';
import type { Replica } from './replica.js';

const ANSWER_WITHIN_MS = 3_000;
const ASK_AGAIN_MS = [200, 1_500] as const;
/** Of what takes its time. */
const ASK_LATER_MS = [1_500, 4_000] as const;

export interface Request<Desks, Answer> {
  readonly actor: Actor;
  readonly work: (desks: Desks) => Promise<Answer>;
  /** What is to be done after this answer: nothing more, or to ask again, soon or later. */
  readonly answered: (answer: Answer) => 'over' | 'again' | 'later';
}

export class Front<Desks> {
  constructor(
    private readonly world: World,
    private readonly replicas: readonly Replica[],
    /** Undefined while it is not up. */
    private readonly desksOf: (replica: Replica) => Desks | undefined,
  ) {}

  /** Asks some replica, and another one until one of them answers. */
  ask<Answer>(request: Request<Desks, Answer>): void {
    const { scheduler, random } = this.world;
    const { actor, work, answered } = request;
    const again = (withinMs: readonly [number, number] = ASK_AGAIN_MS): void => {
      scheduler.after(random.between(...withinMs), actor, () => this.ask(request));
    };
    const replica = random.pick(this.replicas);
    const { life } = replica;
    const desks = this.desksOf(replica);
    if (!desks || !life) return again();
    let isOpen = true;
    const cancelTimeout = scheduler.after(ANSWER_WITHIN_MS, actor, () => {
      isOpen = false;
      again();
    });
    const isHeard = (): boolean => {
      if (!isOpen || !life.actor.isAlive) return false;
      cancelTimeout();
      return true;
    };
    const hear = (answer: Answer): void => {
      if (!isHeard()) return;
      const next = answered(answer);
      if (next !== 'over') again(next === 'later' ? ASK_LATER_MS : ASK_AGAIN_MS);
    };
    scheduler.after(1, life.actor, () => {
      work(desks).then(hear, () => isHeard() && again());
    });
  }
}
