/** The order saga on Restate, in two ways. */
import * as restate from '@restatedev/restate-sdk';
import type { Effects } from '../effects.ts';
import type { Outcome, Saga } from '../load.ts';

/** Each step is a handler of a service of its own, called by the saga through Restate. */
export function stepsAsServices(effects: Effects) {
  const inventory = restate.service({
    name: 'inventory',
    handlers: {
      reserve: (_: restate.Context, sagaId: string) => effects.write(sagaId, 'reserve'),
      release: (_: restate.Context, sagaId: string) => effects.write(sagaId, 'release'),
    },
  });
  const payment = restate.service({
    name: 'payment',
    handlers: { charge: (_: restate.Context, saga: Saga) => charge(effects, saga) },
  });
  const shipping = restate.service({
    name: 'shipping',
    handlers: { ship: (_: restate.Context, sagaId: string) => effects.write(sagaId, 'ship') },
  });
  const notification = restate.service({
    name: 'notification',
    handlers: { notify: (_: restate.Context, sagaId: string) => effects.write(sagaId, 'notify') },
  });
  const order = restate.service({
    name: 'order',
    handlers: {
      place: async (ctx: restate.Context, saga: Saga): Promise<Outcome> => {
        await ctx.serviceClient(inventory).reserve(saga.id);
        if (!(await ctx.serviceClient(payment).charge(saga))) {
          await ctx.serviceClient(inventory).release(saga.id);
          return 'compensated';
        }
        await ctx.serviceClient(shipping).ship(saga.id);
        await ctx.serviceClient(notification).notify(saga.id);
        return 'completed';
      },
    },
  });
  return [order, inventory, payment, shipping, notification];
}

/** The steps run within the saga's own process; Restate keeps their results. */
export function stepsInProcess(effects: Effects) {
  const order = restate.service({
    name: 'order',
    handlers: {
      place: async (ctx: restate.Context, saga: Saga): Promise<Outcome> => {
        await ctx.run('reserve', () => effects.write(saga.id, 'reserve'));
        if (!(await ctx.run('charge', () => charge(effects, saga)))) {
          await ctx.run('release', () => effects.write(saga.id, 'release'));
          return 'compensated';
        }
        await ctx.run('ship', () => effects.write(saga.id, 'ship'));
        await ctx.run('notify', () => effects.write(saga.id, 'notify'));
        return 'completed';
      },
    },
  });
  return [order];
}

/** Whether the card was charged: a decline is an answer, not a fault to be retried. */
async function charge(effects: Effects, saga: Saga): Promise<boolean> {
  if (saga.declined) return false;
  await effects.write(saga.id, 'charge');
  return true;
}
