/**
 * The memory behind the `Idempotency-Key` header: the first answer to a key is the answer to every
 * repetition of the same request, and another request under the same key is an error. Keys are
 * forgotten after their lifetime, as real providers do, so a client must not rely on them for ever.
 */
import { createHash } from 'node:crypto';

export const DAY_MS = 24 * 60 * 60 * 1000;

/** An answer as it goes over the wire; `body` is JSON text. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The journal's line for a remembered answer. `atMs`: epoch milliseconds. */
export interface RememberedAnswer extends Answer {
  readonly kind: 'answered';
  readonly key: string;
  readonly fingerprint: string;
  readonly atMs: number;
}

export class IdempotencyKeys {
  /** In order of insertion, which is the order of age. */
  readonly #answers = new Map<string, RememberedAnswer>();

  constructor(private readonly lifetimeMs = DAY_MS) {}

  /** The stored answer, `'conflict'` when the key belongs to another request, else undefined. */
  find(key: string, fingerprint: string, nowMs: number): Answer | 'conflict' | undefined {
    this.#forget(nowMs);
    const known = this.#answers.get(key);
    if (known === undefined) return undefined;
    return known.fingerprint === fingerprint ? known : 'conflict';
  }

  remember(answer: RememberedAnswer): void {
    this.#answers.set(answer.key, answer);
  }

  #forget(nowMs: number): void {
    for (const [key, { atMs }] of this.#answers) {
      if (atMs + this.lifetimeMs > nowMs) return;
      this.#answers.delete(key);
    }
  }
}

/** A digest, because parameters hold card tokens and those belong into no journal. */
export const fingerprintOf = (endpoint: string, parameters: unknown): string =>
  createHash('sha256')
    .update(`${endpoint}\n${JSON.stringify(canonical(parameters))}`)
    .digest('base64url');

/** The same value with the keys of every object in order. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, canonical(inner)]);
};
