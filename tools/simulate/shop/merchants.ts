/** Merchants: they draw what was settled to them, ask again when nobody answers, and think better of it. */
import type { WithdrawalPlan } from '../withdrawal-plan.js';
import { newActor } from '../world/scheduler.js';
import type { World } from '../world/world.js';
import type { Front } from './front.js';
import { CURRENCY } from './settings.js';
import type { WithdrawalDesks } from './withdrawing.js';

export interface Drawing {
  readonly plan: WithdrawalPlan;
  /** The withdrawal as the merchant was told of it. */
  withdrawalId?: string;
}

export class Merchants {
  readonly all: readonly Drawing[];
  /** Ids that were given out for each request, by plan; only one becomes a withdrawal. */
  readonly planOfId = new Map<string, WithdrawalPlan>();
  private readonly actor = newActor('merchants');

  constructor(
    private readonly world: World,
    plans: readonly WithdrawalPlan[],
    private readonly front: Front<WithdrawalDesks>,
  ) {
    this.all = plans.map((plan) => ({ plan }));
    for (const drawing of this.all) {
      const { atMs, isDoubled } = drawing.plan;
      this.after(atMs, () => this.draw(drawing));
      if (isDoubled) this.after(atMs, () => this.draw(drawing));
    }
  }

  private after(delayMs: number, run: () => void): void {
    this.world.scheduler.after(delayMs, this.actor, run);
  }

  /** Each request gets an id of its own from whoever receives it. */
  private draw(drawing: Drawing): void {
    const { no, merchantId, amount } = drawing.plan;
    const requestKey = { key: `withdrawal-${no}`, hash: `hash-${no}` };
    this.front.ask({
      actor: this.actor,
      work: ({ withdrawals }) => {
        const withdrawalId = this.world.uuid();
        this.planOfId.set(withdrawalId, drawing.plan);
        const request = { withdrawalId, merchantId, currency: CURRENCY, amount, requestKey };
        return withdrawals.request(request);
      },
      answered: (answer) => {
        if (answer.outcome === 'in-progress') {
          this.world.met('key in use');
          return 'again';
        }
        if (answer.outcome === 'accepted') this.accepted(drawing, answer.withdrawal.withdrawalId);
        else this.world.violated(`withdrawal ${no} was not taken in: ${JSON.stringify(answer)}`);
        return 'over';
      },
    });
  }

  private accepted(drawing: Drawing, withdrawalId: string): void {
    const { no, cancelAfterMs } = drawing.plan;
    if (drawing.withdrawalId !== undefined) {
      this.world.met('withdrawal asked for twice');
      if (drawing.withdrawalId === withdrawalId) return;
      this.world.violated(`withdrawal ${no} was accepted twice: ${withdrawalId}`);
    }
    drawing.withdrawalId = withdrawalId;
    this.world.note(`withdrawal ${no} is ${withdrawalId}`);
    if (cancelAfterMs !== undefined) this.after(cancelAfterMs, () => this.cancel(withdrawalId));
  }

  private cancel(withdrawalId: string): void {
    this.front.ask({
      actor: this.actor,
      work: ({ cancel }) => {
        this.world.note(`cancel withdrawal ${withdrawalId}`);
        return cancel.cancel(withdrawalId);
      },
      answered: () => 'over',
    });
  }
}
