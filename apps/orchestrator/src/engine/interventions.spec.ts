/** Promises attacked here: nobody is believed too early, and everybody hears why not. */
import { describe, expect, it } from '@jest/globals';
import { DECISION_FAILED, defaultTiming, SagaRegistry, type SagaInstance } from '#saga';
import { batchParts, begun } from '../fixtures/batch-parts.js';
import { placeOrder } from '../sagas/place-order.saga.js';
import { ChangedSagas } from './changed-sagas.js';
import { EndedSagas } from './ended-sagas.js';
import { Interventions } from './interventions.js';
import { openTo } from './open-actions.js';
import type { Wanted } from './wanted.js';

const ID = '019aa0c5-7d5c-7000-8000-00000000000a';
const KIM = { sagaId: ID, actor: { owner: 'kim' }, reason: 'they say so' };
const registry = new SagaRegistry([placeOrder]);

async function done(instance: SagaInstance, wanted: Wanted, rows: readonly object[] = []) {
  const { unit, store, saved } = batchParts([instance], rows);
  const tell = [new EndedSagas(), new ChangedSagas()] as const;
  const interventions = new Interventions(registry, defaultTiming, store, ...tell);
  const [result] = await interventions.apply(unit, [wanted]);
  return { result, saved };
}

describe('a step that a person says never happened', () => {
  const wanted: Wanted = {
    ...KIM,
    ...{ action: 'resolve', step: 'reserve-stock', outcome: 'did-not-happen' },
  };

  it('may happen yet while its command is sent again from its dead letter', async () => {
    const commandId = begun(ID).steps['reserve-stock']?.command?.commandId;
    expect((await done(begun(ID), wanted, [{ id: commandId }])).result).toMatchObject({
      ...{ kind: 'refused', why: expect.stringContaining('was sent again') },
    });
    expect((await done(begun(ID), wanted)).result).toMatchObject({ kind: 'done' });
  });
});

describe('a saga that cannot be decided', () => {
  it('is not released before it can be, and says why', async () => {
    const { input, steps, ...begunOne } = begun(ID);
    const { result, saved } = await done(
      {
        ...begunOne,
        input: { ...(input as object), items: undefined },
        steps: { ...steps, 'reserve-stock': { state: 'waiting' } },
        held: { code: DECISION_FAILED, message: 'm' },
        wakeAt: null,
      },
      { ...KIM, action: 'release' },
    );
    expect(result).toMatchObject({
      ...{ kind: 'refused', why: expect.stringContaining('cannot be decided') },
    });
    expect(saved.size).toBe(0);
  });
});

describe('a saga whose version is gone', () => {
  const effect = { id: 'payment:1', kind: 'money', unit: 'GBP', revision: 1 } as const;
  const reopened: SagaInstance = {
    ...begun(ID, { ...placeOrder, version: placeOrder.version - 1 }),
    ...{ state: 'compensating', wakeAt: null },
    steps: { 'charge-payment': { state: 'undone' } },
    ledger: { 'payment:1': { ...effect, taken: 5, returned: 0, step: 'charge-payment' } },
    attention: { step: '?', code: 'ledger-open', message: '5 GBP is out' },
  };

  it('is ended by a person who has brought back what was out', async () => {
    const settle: Wanted = { ...KIM, action: 'settle-effect', effect: 'payment:1' };
    const { result, saved } = await done(reopened, settle);
    expect(result).toMatchObject({ kind: 'done' });
    expect(saved.get(ID)).toMatchObject({ state: 'compensated' });
    const allowed = openTo(reopened, registry, defaultTiming).filter((one) => one.allowed);
    expect(allowed.map(({ action }) => action)).toContain('settle-effect');
  });
});
