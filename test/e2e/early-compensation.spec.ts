/**
 * Order is a help, never relied upon: a compensation may come before what it compensates. There is
 * no orchestrator in this world; the test sends the commands, in the order that hurts.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld, waitFor } from '#testing';
import { readIntents } from '../support/books.js';
import {
  commandIdOf,
  commandMessage,
  handSaga,
  repliesOf,
  sealedToken,
  type HandCommand,
  type HandReply,
  type HandSaga,
} from '../support/commands.js';
import { Shop } from '../support/shop.js';
import { Topics, type StoredMessage } from '../support/topics.js';

jest.setTimeout(240_000);

const reserve = (productId: string, quantity: number): HandCommand => ({
  name: 'inventory.reserve-stock',
  step: 'reserve-stock',
  data: { items: [{ productId, quantity }] },
});
const release: HandCommand = {
  name: 'inventory.release-stock',
  step: 'reserve-stock',
  undo: true,
  data: {},
};
const refund: HandCommand = {
  name: 'payment.refund-payment',
  step: 'charge-payment',
  undo: true,
  data: { reason: { code: 'test', message: 'undone before it was done' } },
};

describe('a compensation that comes before its command', () => {
  let world: TestWorld;
  let shop: Shop;
  let topics: Topics;
  const inbox: StoredMessage[] = [];
  beforeAll(async () => {
    world = await TestWorld.start({ apps: ['inventory', 'payment', 'sandbox-payment'] });
    shop = new Shop(world);
    topics = new Topics(world);
    await topics.follow(['saga.inbox'], (message) => inbox.push(message));
  }, 240_000);
  afterAll(async () => {
    await topics?.stop();
    await world?.stop();
  }, 240_000);

  const send = (saga: HandSaga, ...commands: HandCommand[]) =>
    topics.send(commands.map((command) => commandMessage(saga, command)));

  /** The answers to a command, when there are as many as expected. */
  const answers = (saga: HandSaga, command: HandCommand, count = 1): Promise<HandReply[]> =>
    waitFor(
      () => {
        const replies = repliesOf(inbox, commandIdOf(saga, command));
        return replies.length >= count ? replies : undefined;
      },
      { what: `${count} answers to ${command.name}`, timeoutMs: 150_000 },
    );

  const charge = (): HandCommand => ({
    name: 'payment.charge-payment',
    step: 'charge-payment',
    data: {
      customerId: 'c-1',
      merchantId: 'm-1',
      channel: 'web',
      amount: 4200,
      currency: 'JPY',
      method: 'credit_card',
      sealedToken: sealedToken(world, 'tok_ok'),
    },
  });

  const undone = { type: 'saga.command-refused', outcome: 'refused', reason: { code: 'undone' } };

  it('succeeds, and the late reservation is refused and takes no stock', async () => {
    const saga = handSaga();
    const productId = await shop.product(5);
    const late = reserve(productId, 3);
    await send(saga, release);
    expect(await answers(saga, release)).toMatchObject([
      { type: 'inventory.stock-released', outcome: 'succeeded' },
    ]);
    await send(saga, late);
    expect(await answers(saga, late)).toMatchObject([undone]);
    await send(saga, late, late);
    expect(await answers(saga, late, 2)).toMatchObject([undone, undone]);
    expect(await shop.stock(productId)).toMatchObject({ onHand: 5, reserved: 0, available: 5 });
  });

  it('in the very batch that its command is in has the same effect', async () => {
    const saga = handSaga();
    const productId = await shop.product(5);
    const late = reserve(productId, 3);
    await send(saga, release, late);
    expect(await answers(saga, late)).toMatchObject([undone]);
    expect(await shop.stock(productId)).toMatchObject({ reserved: 0, available: 5 });
  });

  it('succeeds, and the late charge is refused and asks nothing of the provider', async () => {
    const saga = handSaga();
    const late = charge();
    await send(saga, refund);
    expect(await answers(saga, refund)).toMatchObject([
      { type: 'payment.payment-refunded', outcome: 'succeeded', result: { refunded: 0 } },
    ]);
    await send(saga, late);
    expect(await answers(saga, late)).toMatchObject([undone]);
    expect(await readIntents(world)).toEqual([]);
  });

  it('is no tombstone for another saga’s order', async () => {
    const saga = handSaga();
    const productId = await shop.product(5);
    await send(handSaga(), release);
    await send(saga, reserve(productId, 3));
    expect(await answers(saga, reserve(productId, 3))).toMatchObject([
      { type: 'inventory.stock-reserved', outcome: 'succeeded' },
    ]);
    expect(await shop.stock(productId)).toMatchObject({ available: 2 });
    await send(saga, release);
    await answers(saga, release);
    expect(await shop.stock(productId)).toMatchObject({ reserved: 0, available: 5 });
  });

  it('is not needed for a command that comes after its time: that is refused by itself', async () => {
    const saga = handSaga();
    const productId = await shop.product(5);
    const late = { ...reserve(productId, 3), notAfter: new Date(Date.now() - 1000) };
    await send(saga, late);
    expect(await answers(saga, late)).toMatchObject([
      { type: 'saga.command-refused', reason: { code: 'expired' } },
    ]);
    expect(await shop.stock(productId)).toMatchObject({ reserved: 0, available: 5 });
  });
});
