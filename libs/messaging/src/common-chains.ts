/** What follows from a processing chain, found once for all events that took the same way. */
import type { ReceivedEvent } from './event.js';

/** The CloudEvents extension that carries the chain; see the loop guard. */
export const CHAIN = 'chain';
const MAX_COMMON = 1_000;
/** Nobody bounds the headers of others: what is longer is none of ours, and not remembered. */
const MAX_KEY = 4_000;

/**
 * Where all that is on the way has one subject, as in a saga, a chain does not name it: then each
 * saga that took the same way has the same chain, and what follows from it need not be found anew.
 */
export class CommonChains<Value> {
  readonly #values = new Map<string, Value>();

  of(event: ReceivedEvent, find: () => Value): Value {
    const text = event.extensions?.[CHAIN] ?? '';
    if (text.includes('|')) return find();
    const key = `${event.type} ${text}`;
    if (key.length > MAX_KEY) return find();
    let value = this.#values.get(key);
    if (value === undefined && !this.#values.has(key)) {
      if (this.#values.size >= MAX_COMMON) this.#values.clear();
      value = find();
      this.#values.set(key, value);
    }
    return value as Value;
  }
}
