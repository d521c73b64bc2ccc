import type { Clock } from '../clock.js';

export interface SilenceWatchOptions {
  readonly clock: Clock;
  /** Silent for longer than this, the client is looked at. */
  readonly silenceMs: number;
  /** Rejects when no broker answers. */
  readonly ping: () => Promise<void>;
  /** Called once: the broker answers, and still nothing is heard of the client. */
  readonly onDead: (error: Error) => void;
}

/**
 * Tells a client that hangs from a broker that is away. In an outage the client is left alone: it
 * tries for itself, and keeps its membership, where a new one would wait for the old one to expire.
 */
export class SilenceWatch {
  #lastSignMs: number;
  #suspectSinceMs: number | undefined;
  #cancel: () => void = () => undefined;
  #ended = false;

  constructor(private readonly options: SilenceWatchOptions) {
    this.#lastSignMs = options.clock.now();
    this.#schedule();
  }

  /** The client did something. */
  sign(): void {
    this.#lastSignMs = this.options.clock.now();
    this.#suspectSinceMs = undefined;
  }

  get silentMs(): number {
    return this.options.clock.now() - this.#lastSignMs;
  }

  end(): void {
    this.#ended = true;
    this.#cancel();
  }

  #schedule(): void {
    if (this.#ended) return;
    this.#cancel = this.options.clock.after(this.options.silenceMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { clock, silenceMs, ping, onDead } = this.options;
    if (this.silentMs > silenceMs) {
      try {
        await ping();
        this.#suspectSinceMs ??= clock.now();
      } catch {
        this.#suspectSinceMs = undefined;
      }
      // The broker has been back for a while, which is when a client in order is heard again.
      if (clock.now() - (this.#suspectSinceMs ?? Infinity) >= silenceMs && !this.#ended) {
        onDead(new Error(`no sign of life of the consumer for ${Math.round(this.silentMs)} ms`));
        return;
      }
    }
    this.#schedule();
  }
}
