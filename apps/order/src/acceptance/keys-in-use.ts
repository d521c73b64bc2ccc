import { runtime } from '#platform';
import type { RequestKey } from '../persistence/insert-orders.js';

/**
 * The requests with a key that this process is busy with: a key is taken by one at a time. Who comes
 * with the same key and the same wish gets the answer of who was first, also where that is a refusal
 * or a fault; who comes with another wish has its turn afterwards.
 */
export class KeysInUse<Answer> {
  private readonly running = new Map<
    string,
    { readonly hash: string; readonly end: Promise<Answer | undefined> }
  >();

  /**
   * @param untilMs of the monotonic clock
   * @param work answers undefined where somebody elsewhere is busy with the key
   * @returns undefined when another one was busy with it until then
   */
  async turn(
    { key, hash }: RequestKey,
    untilMs: number,
    work: () => Promise<Answer | undefined>,
  ): Promise<Answer | undefined> {
    for (let other = this.running.get(key); other; other = this.running.get(key)) {
      if (!(await isSettled(other.end, untilMs))) return undefined;
      const answer = other.hash === hash ? await other.end : undefined;
      if (answer !== undefined) return answer;
    }
    const end = work();
    this.running.set(key, { hash, end });
    try {
      return await end;
    } finally {
      this.running.delete(key);
    }
  }
}

/** Waits for it, whichever way it ends. @returns false when it has not until then */
function isSettled(promise: Promise<unknown>, untilMs: number): Promise<boolean> {
  const leftMs = untilMs - runtime.monotonicMs();
  if (leftMs <= 0) return Promise.resolve(false);
  return new Promise((resolve) => {
    const cancel = runtime.after(leftMs, () => resolve(false));
    const settled = (): void => {
      cancel();
      resolve(true);
    };
    promise.then(settled, settled);
  });
}
