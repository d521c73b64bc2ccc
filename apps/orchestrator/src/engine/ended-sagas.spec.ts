import { expect, test } from '@jest/globals';
import { metricsRegistry } from '#platform';
import { newInstance, type SagaInstance } from '#saga';
import { EndedSagas } from './ended-sagas.js';

const saga = (businessKey: string, over: Partial<SagaInstance>): SagaInstance => ({
  ...newInstance({ id: `id-${businessKey}`, definition: 'd', version: 1, businessKey, now: 5_000 }),
  ...over,
});

test('listeners hear of each end until they stop, and metrics count them by outcome', async () => {
  const ended = new EndedSagas();
  const heard: string[][] = [];
  const stop = ended.listen((sagas) => heard.push(sagas.map(({ businessKey }) => businessKey)));

  ended.tell([
    saga('a', { state: 'completed', updatedAt: 5_250 }),
    saga('b', { state: 'compensated', updatedAt: 7_000 }),
  ]);
  stop();
  ended.tell([saga('c', { state: 'completed', updatedAt: 5_500 })]);

  expect(heard).toEqual([['a', 'b']]);
  const shown = await metricsRegistry.getSingleMetricAsString('saga_duration_seconds');
  expect(shown).toMatch(/_bucket\{le="0\.25",[^}]*state="completed"[^}]*\} 1\n/);
  expect(shown).toMatch(/_sum\{[^}]*state="completed"[^}]*\} 0\.75\n/);
  expect(shown).toMatch(/_sum\{[^}]*state="compensated"[^}]*\} 2\n/);
});
