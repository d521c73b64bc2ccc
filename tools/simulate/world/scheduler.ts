/**
 * Virtual time. Everything that would wait for a machine (a timer, an answer of the database, of the
 * broker, of the provider) is an event here; one event runs at a time, and everything that follows
 * from it without waiting has run before the next one begins.
 */
import { EventQueue, type QueuedEvent } from './event-queue.js';

/** Something that acts: one life of a replica, a server, a customer. */
export interface Actor {
  readonly name: string;
  /** Nothing of it runs any more once this is false. */
  isAlive: boolean;
  /** Until then nothing of it runs, as if its machine were suspended. */
  pausedUntilMs: number;
}

export const newActor = (name: string): Actor => ({ name, isAlive: true, pausedUntilMs: 0 });

interface Event extends QueuedEvent {
  atMs: number;
  no: number;
  readonly actor: Actor;
  /** Undefined when it was cancelled. */
  run: (() => void) | undefined;
}

export class Scheduler {
  private readonly queue = new EventQueue<Event>();
  private count = 0;
  /** Events that have run. */
  steps = 0;
  nowMs = 0;
  /** Whose event runs now: all that happens belongs to it. */
  current: Actor = newActor('world');
  /** An event threw. */
  onThrown: (error: unknown) => void = (error) => {
    throw error;
  };

  /** The answer cancels it. Of an actor that is dead by then, nothing runs. */
  after(delayMs: number, actor: Actor, run: () => void): () => void {
    const event: Event = { atMs: 0, no: 0, actor, run };
    this.push(event, this.nowMs + Math.max(0, delayMs));
    return () => {
      event.run = undefined;
    };
  }

  /** Runs events until there are none, `isOver` says so, or the next one is due after `untilMs`. */
  async run(untilMs: number, isOver: () => boolean = () => false): Promise<void> {
    // From here on this is a microtask, which `settled` needs.
    await Promise.resolve();
    while (!isOver()) {
      const next = this.queue.first;
      if (next === undefined || next.atMs > untilMs) break;
      this.queue.pop();
      const { actor, run } = next;
      if (run === undefined || !actor.isAlive) continue;
      if (actor.pausedUntilMs > next.atMs) {
        this.push(next, actor.pausedUntilMs);
        continue;
      }
      this.nowMs = next.atMs;
      this.current = actor;
      this.steps += 1;
      try {
        run();
      } catch (error) {
        this.onThrown(error);
      }
      await settled();
    }
  }

  private push(event: Event, atMs: number): void {
    this.count += 1;
    event.atMs = atMs;
    event.no = this.count;
    this.queue.push(event);
  }
}

/**
 * Resolves when no microtask is left. Called in a microtask, Node runs the tick only when the queue
 * of microtasks is empty; `setImmediate` would do the same at ten times the price.
 */
const settled = (): Promise<void> => new Promise(tick);

/** Looked up once: Jest's worlds make each look at a global dear. */
const { nextTick } = process;
const tick = (resolve: () => void): void => nextTick(resolve);
