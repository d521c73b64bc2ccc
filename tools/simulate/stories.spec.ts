/** Promises that were broken once: the worlds in which it came out, each shortened and kept. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { projectRoot } from '#testing';
import type { Plan } from './plan.js';
import { run } from './run.js';

interface Kept {
  /** What was wrong. */
  readonly was: string;
  readonly plan: Plan;
}

const folder = projectRoot('tools', 'simulate', 'stories');
const stories = readdirSync(folder).map((file): [string, Kept] => {
  const kept = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Kept;
  return [`${file}: ${kept.was}`, kept];
});

it.each(stories)('does not happen again: %s', async (_name, { plan }) => {
  const { violations, steps } = await run(plan);
  expect(violations).toEqual([]);
  expect(steps).toBeGreaterThan(300);
});
