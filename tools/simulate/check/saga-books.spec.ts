/** Promise attacked here: the look at a saga tells of each thing that is wrong, whatever it is about. */
import { describe, expect, it } from '@jest/globals';
import type { HistoryEntry, SagaInstance, StepInstance } from '#saga';
import { checkSaga } from './saga-books.js';
import { itTells } from './spec/cases.js';
import { ORDERS } from './spec/small-plan.js';
import { changed, gone, lacking, SmallWorld, type Change } from './spec/small-world.js';

const done = (w: SmallWorld): string => w.orderId(ORDERS.delivered);
const undone = (w: SmallWorld): string => w.orderId(ORDERS.undeliverable);
const ofDone = (w: SmallWorld, what: string) => `place-order of ${done(w)}, completed: ${what}`;
const ofUndone = (w: SmallWorld, what: string) =>
  `place-order of ${undone(w)}, compensated: ${what}`;

const withStep = (saga: SagaInstance, name: string, fields: Partial<StepInstance>) => {
  const step = { state: 'waiting' as const, ...saga.steps[name], ...fields };
  return { ...saga, steps: { ...saga.steps, [name]: step } };
};

const entry = (w: SmallWorld, order: string, revision: number): readonly [string, HistoryEntry] => {
  const key = `${w.sagaOf(order).id}/${revision}`;
  const found = w.shop.sagas.history.rows.get(key);
  if (!found) throw new Error(`no revision ${revision}`);
  return [key, found];
};

const withEntry = (
  w: SmallWorld,
  revision: number,
  change: (entry: HistoryEntry) => Partial<HistoryEntry>,
): Change =>
  changed(w.shop.sagas.history.rows, entry(w, undone(w), revision)[0], (one) => ({
    ...one,
    ...change(one),
  }));

describe('a saga', () => {
  itTells({
    'that stopped halfway': (w) => [
      `place-order of ${done(w)}, running: neither over nor with attention`,
      w.saga(done(w), (saga) => ({ ...saga, state: 'running' })),
    ],
    'that asks for a person and does not say why': (w) => [
      ofDone(w, 'attention without a cause'),
      w.saga(done(w), (saga) => ({ ...saga, attention: { step: '?', code: '', message: 'm' } })),
    ],
    'that asks for a person and says nothing': (w) => [
      ofDone(w, 'attention without a cause'),
      w.saga(done(w), (saga) => ({ ...saga, attention: { step: '?', code: 'c', message: '' } })),
    ],
    'that turned around for nothing': (w) => [
      ofUndone(w, 'compensated without a cause'),
      w.saga(undone(w), (saga) => lacking(saga, 'cause')),
    ],
    'that is undone, and something is still out': (w) => [
      ofUndone(w, `the ledger has 1 of stock:${undone(w)} open`),
      w.saga(undone(w), (saga) => {
        const { [`stock:${undone(w)}`]: stock, ...ledger } = saga.ledger;
        if (!stock) throw new Error('no stock was taken');
        return { ...saga, ledger: { ...ledger, [stock.id]: { ...stock, returned: 1 } } };
      }),
    ],
    'that was undone after its pivot': (w) => [
      ofDone(w, "'reserve-stock' was undone although the pivot is done"),
      w.saga(done(w), (saga) => withStep(saga, 'reserve-stock', { state: 'undone' })),
    ],
    'that undid what was never sent': (w) => [
      ofUndone(w, "'confirm-order' was undone without having been sent"),
      w.saga(undone(w), (saga) => withStep(saga, 'confirm-order', { state: 'undone' })),
    ],
    'that is undoing what was never sent': (w) => [
      ofUndone(w, "'confirm-order' was undone without having been sent"),
      w.saga(undone(w), (saga) => withStep(saga, 'confirm-order', { state: 'undoing' })),
    ],
  });

  it('of no definition is one that nothing can be said of', async () => {
    const world = await SmallWorld.played();
    const said: string[] = [];
    const saga = { ...world.sagaOf(done(world)), definition: 'place-nothing' };
    checkSaga(world.shop, world.watched, saga, (what) => said.push(what));
    expect(said).toEqual(['there is no place-nothing']);
  });
});

describe('the history of a saga', () => {
  itTells({
    'with a gap': (w) => [
      ofUndone(w, 'its history lacks revision 3'),
      gone(w.shop.sagas.history.rows, entry(w, undone(w), 3)[0]),
    ],
    'with what nobody sent': (w) => [
      ofUndone(w, 'revision 3 is a reply that never arrived'),
      gone(w.watched.inbox, entry(w, undone(w), 3)[1].messageId),
    ],
    'with what was overtaken': (w) => [
      ofUndone(w, 'the reply of revision 3 was overtaken'),
      changed(w.watched.inbox, entry(w, undone(w), 2)[1].messageId, () => Infinity),
    ],
    'in which something was undone before what came after it': (w) => [
      ofUndone(w, "'reserve-stock' was undone before 'charge-payment', which came after it"),
      withEntry(w, 5, ({ changes = [] }) => ({
        changes: [...changes, { step: 'reserve-stock', to: 'undoing' }],
      })),
    ],
    'in which something was undone before what is still under way': (w) => [
      ofUndone(w, "'create-order' was undone before 'reserve-stock', which came after it"),
      withEntry(w, 6, ({ changes = [] }) => ({
        changes: [...changes, { step: 'create-order', to: 'undoing' }],
      })),
    ],
  });
});
