import { describe, expect, it } from '@jest/globals';
import type { Step } from './definition.js';
import { Draft } from './draft.js';
import { newInstance } from './instance.js';
import { charge, conditional, SagaRun, sample } from './spec/saga-run.js';
import { defaultTiming } from './timing.js';

/** As no checked definition has it. */
const bare: Step = { name: 'bare', kind: 'pivot' };

describe('a row that contradicts itself', () => {
  const head = { id: 'saga-1', definition: 'sample', version: 1, businessKey: 'k', now: 5 };
  const command = { commandId: 'c', issuedOn: '2026-11-21', attempts: 1, sentAt: 5 };
  const context = { now: 9, jitter: 0, timing: defaultTiming };
  const draftOf = (steps = {}) => new Draft(sample, { ...newInstance(head), steps }, context);

  it.each<[string, () => unknown]>([
    ['refusal', () => draftOf().refusalOf(bare)],
    ['command', () => draftOf().commandOf(bare)],
    ['compensation', () => draftOf().undoOf(bare)],
    ['deadline', () => draftOf({ bare: { state: 'pending', command } }).sendPending(bare)],
    ['recall', () => draftOf().sendRecall(bare, { code: 'c', message: '' })],
    ['command', () => draftOf().sendForward(bare)],
    ['payload', () => draftOf().sendForward({ ...bare, command: charge })],
  ])('is refused for what it lacks: a %s', (what, decide) => {
    expect(decide).toThrow(new Error(`step 'bare' has no ${what}`));
  });
});

describe('what a payload is made from', () => {
  it('are the results of the steps that are done, and of no others', () => {
    const seen: string[][] = [];
    const groups = conditional.groups.map((group) =>
      group.map((step) => ({
        ...step,
        payload: ({ results }: { results: Readonly<Record<string, unknown>> }) => {
          seen.push(Object.keys(results));
          return { id: 'x' };
        },
      })),
    );
    new SagaRun({ ...conditional, groups }).start({ gift: false }).reply('charge').reply('ship');
    expect(new Set(seen.map(String))).toEqual(new Set(['', 'charge', 'charge,ship']));
  });
});
