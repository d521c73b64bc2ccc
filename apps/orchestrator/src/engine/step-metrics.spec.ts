import { describe, expect, it } from '@jest/globals';
import { metricsRegistry } from '#platform';
import { newInstance, type SagaInstance, type StepInstance } from '#saga';
import { observeSteps } from './step-metrics.js';

const command = { commandId: 'c', issuedOn: '2026-11-01', attempts: 1, sentAt: 1_000 };
const saga = (
  definition: string,
  updatedAt: number,
  steps: Record<string, StepInstance>,
  more: Partial<SagaInstance> = {},
): SagaInstance => ({
  ...newInstance({ id: 'id', definition, version: 1, businessKey: 'k', now: 0 }),
  updatedAt,
  steps,
  ...more,
});
const shown = (name: string) => metricsRegistry.getSingleMetricAsString(name);

describe('what a batch has made of a saga', () => {
  it('is the time of each step that has come to an outcome, from its first sending', async () => {
    const unchanged: StepInstance = { state: 'done', command };
    const before = saga('outcomes', 1_000, {
      old: unchanged,
      charge: { state: 'sent', command },
      ship: { state: 'pending', command },
    });
    observeSteps(
      before,
      saga('outcomes', 1_400, {
        old: unchanged,
        charge: { state: 'done', command, finishedAt: 1_400 },
        ship: { state: 'refused', command },
        next: { state: 'sent', command: { ...command, sentAt: 1_400 } },
      }),
    );
    const text = await shown('saga_step_seconds');
    expect(text).toMatch(/_sum\{definition="outcomes",step="charge",outcome="done"\} 0\.4$/m);
    expect(text).toMatch(/_count\{definition="outcomes",step="ship",outcome="refused"\} 1$/m);
    expect(text).not.toMatch(/step="(old|next)"/);
  });

  it('counts from the sending of the compensation where that is what has ended', async () => {
    const undo = { ...command, sentAt: 5_000, state: 'sent' as const, round: 1 };
    const before = saga('undo', 5_000, { charge: { state: 'undoing', command, undo } });
    const after = { charge: { state: 'undone' as const, command, undo } };
    observeSteps(before, saga('undo', 5_250, after));
    observeSteps(before, saga('undo', 4_000, after));
    const text = await shown('saga_step_seconds');
    expect(text).toMatch(/_sum\{definition="undo",step="charge",outcome="undone"\} 0\.25$/m);
  });

  it('counts commands that went out once more, and those who came to need a person', async () => {
    const attention = { step: 'charge', code: 'x', message: 'y' };
    const again: StepInstance = { state: 'sent', command: { ...command, attempts: 3 } };
    const sent = saga('again', 0, { charge: { state: 'sent', command } });
    observeSteps(undefined, sent);
    observeSteps(sent, saga('again', 0, { charge: again }, { attention }));
    observeSteps(saga('again', 0, {}, { attention }), saga('again', 0, {}, { attention }));
    expect(await shown('saga_resends_total')).toMatch(/definition="again",step="charge"\} 2$/m);
    expect(await shown('saga_attentions_total')).toMatch(/definition="again",step="charge"\} 1$/m);
  });
});
