import { beforeAll, expect, it } from '@jest/globals';
import { SmallWorld, type Change } from './small-world.js';

/** What is said once this has been changed in a world. */
export type Case = (world: SmallWorld) => readonly [says: string, ...changes: Change[]];

/** All of them in one world, which is as it was after each. */
export function itTells(cases: Readonly<Record<string, Case>>): void {
  let world: SmallWorld;

  beforeAll(async () => {
    world = await SmallWorld.played();
  });

  it.each(Object.entries(cases))('%s', (_, of) => {
    const [says, ...changes] = of(world);
    expect(world.says(...changes)).toContain(says);
    expect(world.says()).toEqual([]);
  });
}
