/** The samples of docs/SAGAS.md: each stands here or in a saga, so each compiles, and holds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { confirmOrder, notifyCustomer, type Effect } from '#contracts';
import { previewMove, saga } from '#saga';
import { z } from 'zod';
import { projectRoot } from '../paths.js';
import { givenSaga } from './given-saga.js';
import { DAY_MS, gift, sendGift } from './spec/gift.saga.js';

const orderId = gift.orderId;
const payload = ({ input }: { input: { orderId: string; email: string } }) => ({
  ...{ template: 'order-confirmed' as const, subjectId: input.orderId, email: input.email },
  order: { orderId: input.orderId, currency: 'GBP', totalAmount: 500, items: [] },
});

const firstInput = z.object({ orderId: z.uuid() });

const first = saga({ name: 'close-order', version: 1, input: firstInput })
  .retriable('confirm-order', { command: confirmOrder, payload: ({ input }) => input })
  .build();

const second = saga({
  name: 'close-order',
  version: 2,
  input: z.object({ orderId: z.uuid(), email: z.string() }),
  movesFrom: [
    {
      from: 1,
      renamed: { 'confirm-order': 'confirm' },
      input: (old) => ({ ...firstInput.parse(old), email: 'nobody@example.com' }),
    },
  ],
})
  .retriable('confirm', {
    command: confirmOrder,
    payload: ({ input }) => ({ orderId: input.orderId }),
  })
  .retriable('notify-customer', { command: notifyCustomer, payload })
  .build();

describe('the guide', () => {
  it('tests the story of a gift', () => {
    givenSaga(sendGift, { input: gift })
      .expectCommands({ 'reserve-paper': {}, 'charge-payment': { amount: 500 } })
      .givenReply('reserve-paper', 'inventory.stock-insufficient', { shortages: [] })
      .givenReply('charge-payment', 'payment.payment-declined', { declineCode: 'lost_card' })
      .expectTimerIn(DAY_MS)
      .givenMend('charge-payment', { card: 'another' })
      .expectCommand('charge-payment', { sealedToken: 'another' })
      .givenSilence(5)
      .expectCause('no-answer')
      .expectCompensation('charge-payment')
      .givenUndone('charge-payment', { refunded: 0 })
      .expectCompensation('create-order')
      .givenUndone('create-order')
      .expectState('compensated');
  });

  it('waits for days', () => {
    givenSaga(sendGift, { input: { ...gift, wrapped: false } })
      .givenReply('charge-payment', 'payment.payment-captured', { intentId: 'pi_1', amount: 500 })
      .givenPending('ship-order')
      .skipTime(13 * DAY_MS)
      .expectNothingSent()
      .skipTime(DAY_MS)
      .expectAttention('pending-too-long', 'ship-order')
      .expectNothingSent();
  });

  it('reports effects', () => {
    const paid: Effect = {
      id: `payment:${orderId}`,
      kind: 'money',
      unit: 'GBP',
      taken: 500,
      returned: 0,
      revision: 1,
    };
    const test = givenSaga(sendGift, { input: { ...gift, wrapped: false } })
      .givenReply('charge-payment', 'payment.payment-declined', { declineCode: 'lost_card' })
      .givenCancel()
      .givenUndone('create-order')
      .expectState('compensated');
    test
      .givenReport([paid], 'charge-payment')
      .expectCompensation('charge-payment')
      .givenUndone(
        'charge-payment',
        { refunded: 500 },
        { effects: [{ ...paid, returned: 500, revision: 2 }] },
      )
      .expectState('compensated');
  });

  it('moves an instance to the second version', () => {
    const test = givenSaga(first, { input: { orderId } });
    expect(previewMove(first, second, test.instance).verdict).toBe('compatible');
    test
      .givenMove(second)
      .givenReply('confirm', 'order.order-confirmed')
      .expectCommand('notify-customer', { email: 'nobody@example.com' });
  });

  it('shows nothing that is not in the code', () => {
    const read = (...path: string[]) => readFileSync(join(projectRoot(), ...path), 'utf8');
    const kit = ['libs', 'testing', 'src', 'saga-kit'];
    const sources = [
      read(...kit, 'guide.spec.ts'),
      read(...kit, 'spec', 'gift.saga.ts'),
      read('apps', 'orchestrator', 'src', 'sagas', 'index.ts'),
      read('apps', 'orchestrator', 'src', 'sagas', 'return-order.saga.ts'),
    ].map(withoutLayout);
    const guide = read('docs', 'SAGAS.md');
    const samples = [...guide.matchAll(/```ts\n([^]*?)```/g)].map(([, sample = '']) => sample);
    expect(samples.length).toBeGreaterThan(5);
    const strange = samples.filter(
      (sample) => !sources.some((source) => source.includes(withoutLayout(sample))),
    );
    expect(strange).toEqual([]);
  });
});

const withoutLayout = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
