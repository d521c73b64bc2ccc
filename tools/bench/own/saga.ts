import { compensate, saga } from '#saga';
import { benchInput, charge, notify, refund, release, reserve, ship } from './contracts.js';

const idsOf = ({ input: { orderId, amount } }: { input: { orderId: string; amount: number } }) => ({
  orderId,
  amount,
});

/** Reserve, charge, ship, notify: the order that every contender carries out. */
export const benchOrder = saga({ name: 'bench-order', version: 1, input: benchInput })
  .examples({
    about: 'with a line',
    input: {
      ...{ orderId: 'order-1', amount: 1530, isDeclined: false },
      lines: [{ productId: 'p-1', quantity: 6, unitPrice: 255 }],
    },
  })
  .compensable('reserve', {
    command: reserve,
    payload: ({ input }) => ({
      ...idsOf({ input }),
      ...(input.lines && { lines: input.lines }),
    }),
    compensation: { command: release, payload: idsOf },
  })
  .compensable('charge', {
    command: charge,
    payload: ({ input }) => ({ ...idsOf({ input }), isDeclined: input.isDeclined }),
    on: { 'payment.bench-declined': compensate },
    compensation: { command: refund, payload: idsOf },
  })
  .pivot('ship', { command: ship, payload: idsOf })
  .retriable('notify', { command: notify, payload: idsOf })
  .build();
