/** The way of customers to the order service: requests over HTTP, some of which nobody answers. */
import type { Actor } from '../world/scheduler.js';
import type { World } from '../world/world.js';
import type { OrderDesks } from './participants.js';
import type { Replica } from './replica.js';

const ANSWER_WITHIN_MS = 3_000;
const ASK_AGAIN_MS = [200, 1_500] as const;

export interface Request<Answer> {
  readonly actor: Actor;
  readonly work: (desks: OrderDesks) => Promise<Answer>;
  /** @returns false: asked again a little later */
  readonly answered: (answer: Answer) => boolean;
}

export class Front {
  constructor(
    private readonly world: World,
    private readonly replicas: readonly Replica[],
  ) {}

  /** Asks some replica, and another one until one of them answers. */
  ask<Answer>(request: Request<Answer>): void {
    const { scheduler, random } = this.world;
    const { actor, work, answered } = request;
    const again = (): void => {
      scheduler.after(random.between(...ASK_AGAIN_MS), actor, () => this.ask(request));
    };
    const { desks, life } = random.pick(this.replicas);
    if (!desks || !life) return again();
    let isOpen = true;
    const cancelTimeout = scheduler.after(ANSWER_WITHIN_MS, actor, () => {
      isOpen = false;
      again();
    });
    const end = (isOver: (answer: Answer) => boolean) => (answer: Answer) => {
      if (!isOpen || !life.actor.isAlive) return;
      cancelTimeout();
      if (!isOver(answer)) again();
    };
    scheduler.after(1, life.actor, () => {
      work(desks).then(end(answered), end(() => false) as () => void);
    });
  }
}
