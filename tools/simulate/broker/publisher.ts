import type { MessagePublisher, WireMessage } from '#messaging';
import type { Actor } from '../world/scheduler.js';
import type { SimBroker } from './broker.js';

/** How long a client waits for an acknowledgement that does not come. */
const SEND_TIMEOUT_MS = 2_000;

/** One process's producer: a request is taken whole, in part, or not, and its answer may get lost. */
export class SimPublisher implements MessagePublisher {
  constructor(
    private readonly broker: SimBroker,
    private readonly actor: Actor,
  ) {}

  send(messages: readonly WireMessage[]): Promise<void> {
    if (!this.actor.isAlive) return new Promise(() => undefined);
    const { world } = this.broker;
    return new Promise((resolve, reject) => {
      const fail = (why: string, afterMs = world.delays.answer()): void =>
        void world.scheduler.after(afterMs, this.actor, () => reject(new Error(why)));
      // Under way it belongs to nobody: it arrives also when its sender is dead by then.
      world.scheduler.after(world.delays.broker(), this.broker.actor, () => {
        const what = `${messages.length} messages of ${this.actor.name}`;
        if (this.broker.isAway) return fail('the broker cannot be reached');
        if (world.faults.strikes('send-lost', what)) return fail('the request was lost');
        const taken = this.taken(messages, what);
        for (const message of taken) this.broker.append(message);
        if (taken.length < messages.length) return fail('some partitions have no leader');
        if (world.faults.strikes('send-unanswered', what)) {
          world.met('messages sent, but reported as failed');
          return fail('no acknowledgement came', SEND_TIMEOUT_MS);
        }
        world.scheduler.after(world.delays.answer(), this.actor, resolve);
      });
    });
  }

  /** All of them, or those of some partitions. */
  private taken(messages: readonly WireMessage[], what: string): readonly WireMessage[] {
    const { world } = this.broker;
    const placeOf = (message: WireMessage) => `${message.topic}/${this.broker.placeOf(message)}`;
    if (messages.length < 2 || !world.faults.strikes('send-partial', what)) return messages;
    const places = [...new Set(messages.map(placeOf))];
    const leaderless = new Set(world.random.sample(places, world.random.whole(1, places.length)));
    return messages.filter((message) => !leaderless.has(placeOf(message)));
  }
}
