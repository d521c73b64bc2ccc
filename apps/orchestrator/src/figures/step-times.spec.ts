import { describe, expect, it } from '@jest/globals';
import { newInstance, type SagaInstance, type StepInstance } from '#saga';
import { stepTimes } from './step-times.js';

const command = { commandId: 'c', issuedOn: '2026-11-01', attempts: 1, sentAt: 1_000 };
const head = { id: 'i', definition: 'd', version: 1, businessKey: 'k', now: 0 };
const saga = (steps: Record<string, StepInstance>): SagaInstance => ({
  ...newInstance(head),
  steps,
});
const done = (ms: number): StepInstance => ({ state: 'done', command, finishedAt: 1_000 + ms });

describe('how long steps took', () => {
  it('is told by what became of them, the middle and the slowest in a hundred', () => {
    const all = Array.from({ length: 200 }, (_, n) => saga({ charge: done(n + 1) }));
    expect(stepTimes(all)).toEqual([
      { definition: 'd', step: 'charge', outcome: 'done', p50Ms: 100, p99Ms: 198, count: 200 },
    ]);
    expect(stepTimes([saga({ charge: done(7) })])[0]).toMatchObject({ p50Ms: 7, p99Ms: 7 });
    expect(stepTimes([saga({ charge: done(-7) })])[0]).toMatchObject({ p50Ms: 0 });
  });

  it('counts from the compensation where that is what has ended, and leaves out the rest', () => {
    const undo = { ...command, sentAt: 5_000, state: 'done' as const, round: 1 };
    const steps: Record<string, StepInstance> = {
      charge: { state: 'undone', command, undo, finishedAt: 5_030 },
      reserve: { state: 'refused', command, finishedAt: 1_010 },
      covered: { state: 'undone', command, finishedAt: 9_000 },
      local: { state: 'done', finishedAt: 5 },
      ship: { state: 'pending', command, finishedAt: 5_000 },
      next: { state: 'waiting' },
    };
    expect(
      stepTimes([saga(steps)]).map(({ step, outcome, p50Ms }) => [step, outcome, p50Ms]),
    ).toEqual([
      ['charge', 'undone', 30],
      ['reserve', 'refused', 10],
    ]);
  });
});
