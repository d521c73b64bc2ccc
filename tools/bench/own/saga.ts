import { compensate, saga } from '#saga';
import { benchInput, charge, notify, refund, release, reserve, ship } from './contracts.js';

const idsOf = ({ input: { orderId, amount } }: { input: { orderId: string; amount: number } }) => ({
  orderId,
  amount,
});

/** Reserve, charge, ship, notify: the order that every contender carries out. */
export const benchOrder = saga({ name: 'bench-order', version: 1, input: benchInput })
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
