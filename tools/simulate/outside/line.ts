/** Calls to parties outside: slow, lost on the way there, or lost on the way back. */
import { OutboundError } from '#platform';
import { newActor, type Actor } from '../world/scheduler.js';
import type { World } from '../world/world.js';

export class OutsideLine {
  readonly actor: Actor;
  /** Until then nobody reaches it. */
  awayUntilMs = 0;

  constructor(
    private readonly world: World,
    readonly target: string,
    /** After this a caller hears nothing any more, while its request may still arrive. */
    private readonly timeoutMs: number,
  ) {
    this.actor = newActor(target);
  }

  /** Rejects with what `work` throws, or with an OutboundError. */
  call<Result>(caller: Actor, what: string, work: () => Result): Promise<Result> {
    const { scheduler, faults, delays, random } = this.world;
    if (!caller.isAlive) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      const fault = (kind: 'unreachable' | 'timeout', afterMs: number): void =>
        void scheduler.after(afterMs, caller, () =>
          reject(new OutboundError(this.target, kind, what)),
        );
      const isAway = scheduler.nowMs < this.awayUntilMs;
      if (isAway) return fault('unreachable', delays.outside());
      if (faults.strikes('outside-request-lost', `${this.target} ${what}`)) {
        return fault('timeout', this.timeoutMs);
      }
      const isSlow = faults.strikes('outside-slow', `${this.target} ${what}`);
      const takesMs = isSlow ? random.between(1_000, 3 * this.timeoutMs) : delays.outside();
      if (takesMs > this.timeoutMs) fault('timeout', this.timeoutMs);
      // What is slow is on its way there for nearly all that time: it may come after what was sent later.
      const arrivesMs = isSlow ? takesMs * 0.9 : takesMs / 2;
      scheduler.after(arrivesMs, this.actor, () => {
        const answer = outcomeOf(work);
        if (takesMs > this.timeoutMs) return;
        if (faults.strikes('outside-answer-lost', `${this.target} ${what}`)) {
          this.world.met('done outside, but not answered');
          return fault('timeout', this.timeoutMs);
        }
        scheduler.after(takesMs - arrivesMs, caller, () => {
          if ('error' in answer) reject(answer.error);
          else resolve(answer.result);
        });
      });
    });
  }
}

const outcomeOf = <Result>(work: () => Result): { result: Result } | { error: Error } => {
  try {
    return { result: work() };
  } catch (error) {
    return { error: error as Error };
  }
};
