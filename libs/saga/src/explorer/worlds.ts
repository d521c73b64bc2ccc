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
    if ((this.count + 1) * WIDTH > this.rows.length) this.grow();
    const number = this.count;
    // Into the place of the next one, where it stays when it is new.
    this.write(world, number * WIDTH);
    const { rows, slots } = this;
    const mask = slots.length - 1;
    let slot = hashOf(rows, number * WIDTH) & mask;
    for (let found = slots[slot]; found; found = slots[slot]) {
      if (this.isSame(found - 1, number)) return found - 1;
      slot = (slot + 1) & mask;
    }
    slots[slot] = number + 1;
    this.count += 1;
    return number;
  }

  at(number: number): World {
    const at = number * WIDTH;
    const rest = this.rows[at + 5] as number;
    return {
      instance: this.rows[at] as number,
      business: this.rows[at + 1] as number,
      inbox: this.rows[at + 2] as number,
      outbox: this.rows[at + 3] as number,
      topics: this.rows[at + 4] as number,
      faultsLeft: rest & 0xff,
      asked: rest >> 8,
    };
  }

  private write(world: World, at: number): void {
    const { rows } = this;
    rows[at] = world.instance;
    rows[at + 1] = world.business;
    rows[at + 2] = world.inbox;
    rows[at + 3] = world.outbox;
    rows[at + 4] = world.topics;
    rows[at + 5] = world.faultsLeft | (world.asked << 8);
  }

  private isSame(one: number, other: number): boolean {
    for (let index = 0; index < WIDTH; index += 1) {
      if (this.rows[one * WIDTH + index] !== this.rows[other * WIDTH + index]) return false;
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
