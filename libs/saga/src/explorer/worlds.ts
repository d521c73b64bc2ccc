/** The worlds that were met, in the order they were, as rows of numbers in one flat array. */
import type { World } from './world.js';

const WIDTH = 6;
const FIRST_CAPACITY = 1 << 12;

export class Worlds {
  private rows = new Int32Array(FIRST_CAPACITY * WIDTH);
  /** An open hash table: the world's number plus one, 0 where there is none. */
  private slots = new Int32Array(FIRST_CAPACITY * 2);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** The number of a world; `size` before the call, when it is a new one. */
  numberOf(world: World): number {
    const row = rowOf(world);
    const mask = this.slots.length - 1;
    let slot = hashOf(row, 0) & mask;
    for (let found = this.slots[slot]; found; found = this.slots[slot]) {
      if (this.isAt(found - 1, row)) return found - 1;
      slot = (slot + 1) & mask;
    }
    const number = this.count;
    if ((number + 1) * WIDTH > this.rows.length) {
      this.grow();
      return this.numberOf(world);
    }
    this.rows.set(row, number * WIDTH);
    this.slots[slot] = number + 1;
    this.count += 1;
    return number;
  }

  at(number: number): World {
    const at = (index: number): number => this.rows[number * WIDTH + index] as number;
    const [instance, business, inbox, outbox, topics] = [at(0), at(1), at(2), at(3), at(4)];
    const [faultsLeft, asked] = [at(5) & 0xff, at(5) >> 8];
    return { instance, business, inbox, outbox, topics, faultsLeft, asked };
  }

  private isAt(number: number, row: readonly number[]): boolean {
    for (let index = 0; index < WIDTH; index += 1) {
      if (this.rows[number * WIDTH + index] !== row[index]) return false;
    }
    return true;
  }

  private grow(): void {
    const rows = new Int32Array(this.rows.length * 2);
    rows.set(this.rows);
    this.rows = rows;
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let number = 0; number < this.count; number += 1) {
      let slot = hashOf(rows, number * WIDTH) & mask;
      while (slots[slot]) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.slots = slots;
  }
}

const rowOf = ({ instance, business, inbox, outbox, topics, faultsLeft, asked }: World) => [
  instance,
  business,
  inbox,
  outbox,
  topics,
  faultsLeft | (asked << 8),
];

/** Where to look first; the last mixing of MurmurHash3 (Appleby) spreads small numbers. */
const hashOf = (rows: ArrayLike<number>, from: number): number => {
  let hash = 0;
  for (let index = from; index < from + WIDTH; index += 1) {
    hash = Math.imul(hash ^ (rows[index] as number), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
};
