/**
 * Promises attacked here: what cannot be decided of one saga holds up no other one, and what is reported
 * of a saga counts when its version is not loaded any more.
 */
import { describe, expect, it } from '@jest/globals';
import { RetryableError, type AskedPosition, type ReceivedEvent, type Tx } from '#messaging';
import {
  DECISION_FAILED,
  defaultTiming,
  SagaRegistry,
  type SagaDefinition,
  type SagaInstance,
} from '#saga';
import { batchParts, begun, LATER_MS, PARTITION, POSITION } from '../fixtures/batch-parts.js';
import { placeOrder } from '../sagas/place-order.saga.js';
import { ChangedSagas } from './changed-sagas.js';
import { EndedSagas } from './ended-sagas.js';
import { SagaEngine } from './saga-engine.js';

const SICK = '019aa0c5-7d5c-7000-8000-00000000000a';
const HEALTHY = '019aa0c5-7d5c-7000-8000-00000000000b';

const event = (type: string, data: unknown, more: Partial<ReceivedEvent> = {}): ReceivedEvent => ({
  ...{ id: `e-${type}`, source: 'test', type: `com.example.${type}`, subject: 's' },
  ...{ time: '2026-11-21T12:00:00Z', topic: 'saga.inbox', key: 'k', partition: PARTITION },
  ...{ offset: '7', headers: {}, data },
  ...more,
});

const tick = event('saga.tick', { dueBeforeMs: LATER_MS });
const report = (sagaId: string) =>
  event('saga.report-effects', {
    sagaId,
    effects: [{ id: 'p', kind: 'money', unit: 'GBP', taken: 5, returned: 5, revision: 1 }],
  });

const registry = new SagaRegistry([placeOrder]);

/** What a batch of messages does to these instances. */
async function handled(instances: readonly SagaInstance[], ...events: ReceivedEvent[]) {
  const { unit, store, saved, published } = batchParts(instances);
  const asked: AskedPosition[] = [];
  const publishedBy = (_tx: Tx, positions: readonly AskedPosition[]): Promise<number[]> => {
    asked.push(...positions);
    return Promise.resolve(positions.map(() => 0));
  };
  const tell = [new EndedSagas(), new ChangedSagas()] as const;
  const logged: unknown[] = [];
  const log = { error: (fields: object) => void logged.push(fields) };
  const engine = new SagaEngine(registry, { publishedBy }, defaultTiming, store, ...tell, log);
  await engine.handle({ topic: 'saga.inbox', events }, unit);
  const deadLetters = published.filter(({ topic }) => topic.endsWith('.dlq'));
  return { saved, published, deadLetters, asked, logged };
}

describe('a saga that cannot be decided', () => {
  const sick = (): SagaInstance => {
    const instance = begun(SICK);
    return { ...instance, input: { ...(instance.input as object), items: undefined } };
  };

  it('is held and calls a person, while the timers of others take effect', async () => {
    const { saved, published, logged } = await handled([sick(), begun(HEALTHY)], tick);
    expect(saved.get(SICK)).toMatchObject({
      held: { code: DECISION_FAILED, message: expect.stringContaining('cannot be decided') },
      attention: { code: DECISION_FAILED },
      wakeAt: null,
    });
    expect(saved.get(SICK)?.steps).toEqual(sick().steps);
    expect(saved.get(HEALTHY)?.held).toBeUndefined();
    expect(published.map(({ correlationid }) => correlationid)).toEqual([HEALTHY]);
    expect(logged).toEqual([{ err: expect.any(TypeError), sagaId: SICK }]);
  });
});

describe('a timer', () => {
  it('asks whether what its saga waits for was published, not what others wait for', async () => {
    const { asked } = await handled([begun(HEALTHY)], tick);
    expect(asked).toEqual([{ ...POSITION, topics: ['inventory.commands'] }]);
  });
});

describe('a saga whose version is not loaded', () => {
  const earlier = { ...placeOrder, version: placeOrder.version - 1 };
  const later = { ...placeOrder, version: placeOrder.version + 1 };
  const over = (definition: SagaDefinition): SagaInstance => ({
    ...begun(SICK, definition),
    ...{ state: 'completed', wakeAt: null },
  });

  it.each([
    ['gone', earlier],
    ['not there yet', later],
  ])('because it is %s takes in what is reported of it when it is over', async (_, version) => {
    const events = [report(SICK), report(HEALTHY)];
    const { saved, deadLetters } = await handled([over(version), begun(HEALTHY)], ...events);
    expect(saved.get(SICK)?.ledger).toMatchObject({ p: { taken: 5, returned: 5 } });
    expect(saved.has(HEALTHY)).toBe(true);
    expect(deadLetters).toEqual([]);
  });

  it('records what comes for its business key when it is over', async () => {
    const to = { definition: placeOrder.name, businessKey: SICK };
    const reason = { code: 'customer', message: 'no more' };
    const { saved, deadLetters } = await handled(
      [over(earlier)],
      event('saga.cancel', { ...to, reason }, { key: SICK }),
      event('saga.mend', { ...to, step: 'charge-payment', data: {} }, { key: SICK }),
      event('saga.start', { ...to, input: {} }, { key: SICK }),
    );
    expect(saved.get(SICK)).toMatchObject({ state: 'completed', revision: 4 });
    expect(deadLetters).toEqual([]);
  });

  it('waits for a replica that knows it while it is under way', async () => {
    await expect(handled([begun(SICK, later)], report(SICK))).rejects.toThrow(RetryableError);
    await expect(handled([begun(SICK, later)], tick)).rejects.toThrow(RetryableError);
  });
});
