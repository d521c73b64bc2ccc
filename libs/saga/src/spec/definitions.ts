/** Definitions to test with, of one kind each. */
import { defineCommand, refusal, success } from '#contracts';
import { z } from 'zod';
import { saga } from '../builder.js';
import type { SagaDefinition } from '../definition.js';
import { carryOn, compensate, mendable, update } from '../reactions.js';

const order = z.object({ id: z.string() });
const id = z.object({ id: z.string() });

const command = <const Name extends string>(name: Name) =>
  defineCommand({
    name,
    version: 1,
    participant: 'inventory',
    topic: 'inventory.commands',
    payload: id,
    replies: { done: success(z.object({ number: z.int().optional() })) },
  });

const refusable = <const Name extends string>(name: Name) =>
  defineCommand({
    ...command(name),
    replies: {
      done: success(z.object({ number: z.int().optional() })),
      refused: refusal(z.object({})),
    },
  });

export const cancel = command('cancel');
export const reserve = refusable('reserve');
export const release = command('release');
export const charge = refusable('charge');
export const refund = command('refund');
export const secure = refusable('secure');
export const ship = refusable('ship');
export const confirm = command('confirm');
export const notify = command('notify');

const refusing = { refused: compensate };

const idOf = ({ input }: { input: z.infer<typeof order> }) => ({ id: input.id });

/** Every kind of step once: local, compensable, covered, pivot, parallel retriables. */
export const sample: SagaDefinition = saga({ name: 'sample', version: 1, input: order })
  .examples({ about: 'any', input: { id: 'order-1' } })
  .local('create', { compensation: { command: cancel, payload: idOf } })
  .compensable('reserve', {
    command: reserve,
    on: refusing,
    payload: idOf,
    compensation: { command: release, payload: idOf },
  })
  .compensable('charge', {
    command: charge,
    on: refusing,
    payload: idOf,
    compensation: { command: refund, payload: idOf },
  })
  .compensable('secure', {
    command: secure,
    on: refusing,
    payload: idOf,
    compensation: { coveredBy: 'reserve' },
  })
  .pivot('ship', { command: ship, on: refusing, payload: idOf })
  .parallel((group) =>
    group
      .retriable('confirm', {
        command: confirm,
        payload: ({ input, results }) => ({ id: `${input.id}/${results.ship.number}` }),
      })
      .retriable('notify', { command: notify, payload: idOf }),
  )
  .build();

const giftOf = z.object({ id: z.string(), gift: z.boolean() });

/** Steps that not every order has: before the pivot, after it, and a whole group. */
export const conditional: SagaDefinition = saga({ name: 'gifts', version: 1, input: giftOf })
  .compensable('reserve', {
    command: reserve,
    on: refusing,
    payload: idOf,
    compensation: { command: release, payload: idOf },
    when: ({ input }) => input.gift,
  })
  .compensable('charge', {
    command: charge,
    on: refusing,
    payload: ({ input, results }) => ({ id: `${input.id}/${results.reserve?.number ?? 'none'}` }),
    compensation: { command: refund, payload: idOf },
  })
  .pivot('ship', { command: ship, on: refusing, payload: idOf })
  .retriable('wrap', { command: notify, payload: idOf, when: ({ results }) => !results.reserve })
  .parallel((group) =>
    group.retriable('confirm', {
      command: confirm,
      payload: idOf,
      when: ({ input }) => input.gift,
    }),
  )
  .build();

const renamed = update(
  (input: z.infer<typeof order>, { number }: { number?: number | undefined }) => ({
    id: `${input.id}${number === undefined ? '' : `+${number}`}`,
  }),
);

export const MEND_WINDOW_MS = 600_000;
const mendOptions = {
  windowMs: MEND_WINDOW_MS,
  data: z.object({ id: z.string() }),
  apply: (input: z.infer<typeof order>, { id: better }: { id: string }) => ({
    ...input,
    id: better,
  }),
};
const mendId = mendable(mendOptions);

/** Side by side before the pivot; refusals that are mended or done without; inputs that change. */
export const forgiving: SagaDefinition = saga({ name: 'forgiving', version: 1, input: order })
  .local('create', { compensation: { command: cancel, payload: idOf } })
  .parallel((group) =>
    group
      .compensable('reserve', {
        command: reserve,
        payload: idOf,
        on: { refused: compensate, done: renamed },
        compensation: { command: release, payload: idOf },
      })
      .compensable('charge', {
        command: charge,
        payload: idOf,
        on: { refused: mendId },
        compensation: { command: refund, payload: idOf },
      })
      .compensable('secure', {
        command: secure,
        payload: idOf,
        on: { refused: carryOn },
        compensation: { coveredBy: 'create' },
      }),
  )
  .pivot('ship', { command: ship, on: { refused: mendId }, payload: idOf })
  .retriable('confirm', { command: confirm, payload: idOf })
  .build();

export const recall = command('recall');

/** A pivot that takes its time, and can be called back meanwhile. */
export const recallable: SagaDefinition = saga({ name: 'recallable', version: 1, input: order })
  .compensable('reserve', {
    command: reserve,
    payload: idOf,
    on: refusing,
    compensation: { command: release, payload: idOf },
  })
  .pivot('ship', {
    command: ship,
    payload: idOf,
    on: refusing,
    pendingMs: 86_400_000,
    recall: {
      command: recall,
      payload: ({ input, cause }) => ({ id: `${input.id} ${cause.code}` }),
    },
  })
  .retriable('notify', { command: notify, payload: idOf })
  .build();

/** Steps that a person may have the saga go on without. */
export const skippable: SagaDefinition = saga({ name: 'skippable', version: 1, input: order })
  .compensable('wrap', {
    command: secure,
    payload: idOf,
    on: { refused: mendId },
    skippable: true,
    compensation: { command: cancel, payload: idOf },
  })
  .compensable('charge', {
    command: charge,
    payload: ({ input, results }) => ({ id: `${input.id}/${results.wrap?.number ?? 'none'}` }),
    on: refusing,
    compensation: { command: refund, payload: idOf },
  })
  .pivot('ship', { command: ship, payload: idOf, on: refusing })
  .retriable('notify', { command: notify, payload: idOf, skippable: true })
  .retriable('confirm', {
    command: confirm,
    payload: ({ input, results }) => ({ id: `${input.id}/${results.notify?.number ?? 'none'}` }),
  })
  .build();

/** How long a refusal waits is said by the input. */
export const windowed = (windowMs: (input: z.infer<typeof order>) => number): SagaDefinition =>
  saga({ name: 'windowed', version: 1, input: order })
    .compensable('charge', {
      command: charge,
      payload: idOf,
      on: { refused: mendable({ ...mendOptions, windowMs }) },
      compensation: { command: refund, payload: idOf },
    })
    .retriable('confirm', { command: confirm, payload: idOf })
    .build();

/** The first retriable step decides. */
export const pivotless: SagaDefinition = saga({ name: 'pivotless', version: 1, input: order })
  .compensable('reserve', {
    command: reserve,
    on: refusing,
    payload: idOf,
    compensation: { command: release, payload: idOf },
  })
  .retriable('notify', { command: notify, payload: idOf, when: ({ input }) => input.id !== 'mute' })
  .retriable('confirm', { command: confirm, payload: idOf })
  .build();
