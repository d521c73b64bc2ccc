/** The worlds that were met, in the order they were, as rows of numbers in one flat array. */
import type { World } from './world.js';

const WIDTH = 7;
/** Of the number that is not hashed: the last one. */
const FAULTS_LEFT = WIDTH - 1;
const FIRST_CAPACITY = 1 << 12;

export class Worlds {
  private rows = new Int32Array(FIRST_CAPACITY * WIDTH);
  /** An open hash table: the world's number plus one, 0 where there is none. */
  private slots = new Int32Array(FIRST_CAPACITY * 2);
  private count = 0;

  /**
   * @param reduced whether a world stands for those that differ from it only in that less may still go
   *   wrong in them: all that can happen in such a world can happen in it as well
   */
  constructor(private readonly reduced: boolean) {}

  get size(): number {
    return this.count;
  }

  /**
   * The number of a world, or of one that stands for it; `size` before the call, when it is new. Of
   * two that are the same otherwise the one in which more may go wrong has not been met first always.
   */
  numberOf(world: World): number {
    if ((this.count + 1) * WIDTH > this.rows.length) this.grow();
    const number = this.count;
    // Into the place of the next one, where it stays when it is new.
    this.write(world, number * WIDTH);
    const { rows, slots } = this;
    const mask = slots.length - 1;
    let slot = hashOf(rows, number * WIDTH) & mask;
    for (let found = slots[slot]; found; found = slots[slot]) {
      if (this.standsFor(found - 1, number)) return found - 1;
      slot = (slot + 1) & mask;
    }
    slots[slot] = number + 1;
    this.count += 1;
    return number;
  }

  at(number: number): World {
    const at = number * WIDTH;
    return {
      instance: this.rows[at] as number,
      business: this.rows[at + 1] as number,
      inbox: this.rows[at + 2] as number,
      outbox: this.rows[at + 3] as number,
      topics: this.rows[at + 4] as number,
      asked: this.rows[at + 5] as number,
      faultsLeft: this.rows[at + FAULTS_LEFT] as number,
    };
  }

  private write(world: World, at: number): void {
    const { rows } = this;
    rows[at] = world.instance;
    rows[at + 1] = world.business;
    rows[at + 2] = world.inbox;
    rows[at + 3] = world.outbox;
    rows[at + 4] = world.topics;
    rows[at + 5] = world.asked;
    rows[at + FAULTS_LEFT] = world.faultsLeft;
  }

  private standsFor(one: number, other: number): boolean {
    const { rows } = this;
    for (let index = 0; index < FAULTS_LEFT; index += 1) {
      if (rows[one * WIDTH + index] !== rows[other * WIDTH + index]) return false;
    }
    const left = rows[one * WIDTH + FAULTS_LEFT] as number;
    const wanted = rows[other * WIDTH + FAULTS_LEFT] as number;
    return this.reduced ? left >= wanted : left === wanted;
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
  for (let index = from; index < from + FAULTS_LEFT; index += 1) {
    hash = Math.imul(hash ^ (rows[index] as number), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
};
