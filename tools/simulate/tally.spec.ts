import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { emptySummary, type Summary } from './summary.js';
import { addSlice, nextSeedOf, readTally, writeTally } from './tally.js';

const slice = (from: number, seeds: number) => ({ from, seeds, commit: 'abc', seconds: 1 });
const ofSeeds = (seeds: number, leastSteps: number): Summary => ({
  ...emptySummary(),
  seeds,
  leastSteps,
  leastFaultKinds: 3,
  logged: { oops: 1 },
});

describe('a tally of simulated worlds', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tally-'));
    file = join(folder, 'tally.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('begins with nothing, at seed 1', () => {
    expect(readTally(file).summary.seeds).toBe(0);
    expect(nextSeedOf(readTally(file))).toBe(1);
  });

  it('adds up from run to run', () => {
    writeTally(file, addSlice(readTally(file), slice(1, 10), ofSeeds(10, 400)));
    writeTally(file, addSlice(readTally(file), slice(11, 5), ofSeeds(5, 300)));
    const { slices, summary } = readTally(file);
    expect(slices).toEqual([slice(1, 10), slice(11, 5)]);
    expect(summary).toMatchObject({ seeds: 15, leastSteps: 300, logged: { oops: 2 } });
    expect(nextSeedOf(readTally(file))).toBe(16);
  });

  it.each([
    [10, 1],
    [1, 30],
    [12, 2],
    [20, 5],
  ])('counts no seed twice: not those from %i, %i of them', (from, seeds) => {
    const tally = addSlice(readTally(file), slice(10, 11), ofSeeds(11, 400));
    expect(() => addSlice(tally, slice(from, seeds), ofSeeds(seeds, 400))).toThrow(
      '10 to 20 are in the tally already',
    );
    const around = addSlice(tally, slice(21, 2), ofSeeds(2, 400));
    expect(addSlice(around, slice(9, 1), ofSeeds(1, 400)).summary.seeds).toBe(14);
  });

  it('refuses a file that is something else', () => {
    writeFileSync(file, '{}');
    expect(() => readTally(file)).toThrow('is not a tally');
  });
});
