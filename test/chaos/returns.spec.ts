/**
 * Killed with -9 while customers send goods back, some of whom change their minds: every return ends,
 * each once, and money and goods add up by the books of provider and carrier.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld, waitFor } from '#testing';
import { audit, type Accepted } from '../support/audit.js';
import { readBooks, readIntents } from '../support/books.js';
import { call } from '../support/http.js';
import { anyUnsettled, pushOrders, stockUp, untilSettled } from '../support/load.js';
import { SHORT_LEASES } from '../support/ordeal.js';
import { anOrder, MIXED_STOCK, type PlannedOrder } from '../support/orders.js';
import { Shop } from '../support/shop.js';
import { stepStates } from '../support/views.js';

jest.setTimeout(240_000);

/** Each is killed when this step of a return is so far; payment says nothing before it is done. */
const KILLED_AT = {
  orchestrator: ['receive-goods', 'pending'],
  payment: ['refund', 'sent'],
  shipping: ['receive-goods', 'pending'],
  inventory: ['restock', 'sent'],
  order: ['approve-return', 'sent'],
} as const;
const STATES = ['sent', 'pending', 'done'];
const VICTIMS = ['orchestrator', 'payment', 'shipping', 'inventory', 'order'] as const;
/** Who works outside dies between the answer and its record: the next one must not do it again. */
const UNRECORDED = [
  ['payment', 'effect.payment.executed#3'],
  ['shipping', 'effect.return.executed#3'],
] as const;
const WAVES = VICTIMS.length + 1;

const ORDERS = 12;
/** The mails that sagas ask for; others say where the money is. */
const PROMISED: ReadonlySet<string> = new Set(['order-shipped', 'return-refunded']);
/** At the same time, of the same order. */
const RETURNS_A_WAVE = 2;
/** Neither thought better of nor lost. */
const WATCHED = 1;
const PRODUCT = 'teapot';
/** From there no parcel ever arrives. */
const LOST_POSTAL_CODE = '999-9999';

/** An answer to who sends something back; `code`: why not. */
interface Returned {
  readonly returnId: string;
  readonly code?: string;
}

/** Who dies with work in its hands holds it for a multiple of these times. */
const LEASES = {
  ...SHORT_LEASES,
  payment: { OUTBOUND_TIMEOUT_MS: '1000' },
  shipping: { OUTBOUND_TIMEOUT_MS: '1000' },
};

/** After the last wave nothing is left of an order. */
const orders = (): PlannedOrder[] =>
  Array.from({ length: ORDERS }, (_, index) => ({
    kind: 'fine',
    idempotencyKey: randomUUID(),
    request: anOrder({
      productId: PRODUCT,
      quantity: WAVES * RETURNS_A_WAVE,
      unitPrice: 100 + index,
      ...(index % 5 === 4 && { postalCode: LOST_POSTAL_CODE }),
    }),
  }));

describe('a service killed while goods are on their way back', () => {
  let world: TestWorld;
  let shop: Shop;
  let accepted: Accepted[];
  /** What the customers were told, by order. */
  const promised = new Map<string, string[]>();
  beforeAll(async () => {
    world = await TestWorld.start({ env: LEASES });
    shop = new Shop(world);
    await stockUp(shop);
    accepted = await pushOrders(shop, orders());
    await untilSettled(world, 150_000);
    // Slow enough to have work in their hands when they die.
    for (const name of ['sandbox-payment', 'sandbox-carrier'] as const) {
      const json = { mode: 'slow', delayMs: 300 };
      expect(await call(`${world.url(name)}/mood`, { method: 'PUT', json })).toMatchObject({
        status: 200,
      });
    }
  }, 240_000);
  afterAll(() => world?.stop(), 240_000);

  it('each in turn, beside a second replica, leaves none of them behind', async () => {
    await Promise.all(VICTIMS.map((name) => world.startApp(name, { replica: 'second' })));
    for (const name of VICTIMS) {
      const doors = [world.url('order'), world.app('order', 'second').url];
      const asked = sendBack(doors);
      const [step, state] = KILLED_AT[name];
      await untilStep(step, state);
      const victim = world.app(name);
      victim.kill('SIGKILL');
      await victim.exited;
      // Otherwise it was not killed in the middle of anything.
      if (name !== 'order' && name !== 'orchestrator')
        expect(await anyUnsettled(world)).not.toBe('');
      await world.startApp(name);
      await asked;
    }
    expect(await reckoning()).toEqual([]);
    await Promise.all(VICTIMS.map((name) => world.app(name, 'second').stop()));
  });

  it('before it has written down what was done outside does nothing again', async () => {
    await Promise.all(UNRECORDED.map(([name]) => world.app(name).stop()));
    const deaths = UNRECORDED.map(async ([name, point]) => {
      const victim = await world.startApp(name, { env: { CRASH_AT: point } });
      const what = `${name} to die at ${point}`;
      const { signal } = await waitFor(() => victim.ended, { what, timeoutMs: 60_000 });
      expect({ name, signal }).toEqual({ name, signal: 'SIGKILL' });
      await world.startApp(name);
    });
    await Promise.all([sendBack([world.url('order')]), ...deaths]);
    expect(await reckoning()).toEqual([]);
  });

  /** Two returns of each order; every third is thought better of at once. */
  async function sendBack(doors: readonly string[]): Promise<void> {
    await Promise.all(
      accepted.flatMap(({ orderId }, index) =>
        Array.from({ length: RETURNS_A_WAVE }, async (_, place) => {
          const returnId = await untilAccepted(doors, orderId);
          promised.set(orderId, [...(promised.get(orderId) ?? []), returnId]);
          if ((index + place) % 3 > 0) return;
          const url = `${world.url('order')}/orders/${orderId}/returns/${returnId}/cancel`;
          // Nobody may be there to hear it.
          await call(url, { method: 'POST' }).catch(() => undefined);
        }),
      ),
    );
  }

  /** Asks for one piece under one key, at one door after the other, until somebody answers. */
  async function untilAccepted(doors: readonly string[], orderId: string): Promise<string> {
    const headers = { 'idempotency-key': randomUUID() };
    const json = { items: [{ productId: PRODUCT, quantity: 1 }] };
    let tries = 0;
    const { status, body } = await waitFor(
      async () => {
        const url = `${doors[tries % doors.length]}/orders/${orderId}/returns`;
        tries += 1;
        const answer = await call<Returned>(url, { json, headers, timeoutMs: 5_000 });
        // The latter of what was given up after five seconds, and goes on.
        const isBusy = answer.status === 503 || answer.body.code === 'request-in-progress';
        if (isBusy) throw new Error('busy');
        return answer;
      },
      { what: `a return of ${orderId} to be answered`, timeoutMs: 120_000 },
    );
    expect({ status, body }).toMatchObject({ status: 202 });
    return body.returnId;
  }

  /** Waits until everything is settled and mailed, and returns what does not add up. */
  async function reckoning(): Promise<string[]> {
    await untilSettled(world, 120_000);
    const returns = (
      await Promise.all(accepted.map(({ orderId }) => shop.returns(orderId)))
    ).flat();
    const completed = returns.filter(({ status }) => status === 'completed').length;
    await waitFor(
      async () => {
        const { mails } = await readBooks(world);
        const told = mails.filter(({ notice }) => notice !== null && PROMISED.has(notice));
        return new Set(told.map(({ messageId }) => messageId)).size >= ORDERS + completed;
      },
      { what: `the mails of ${completed} returns`, timeoutMs: 60_000, intervalMs: 200 },
    );
    for (const [orderId, told] of promised) {
      const found = returns.filter((one) => one.orderId === orderId);
      expect(found.map(({ returnId }) => returnId).toSorted()).toEqual(told.toSorted());
    }
    for (const { orderId, captured, refunds } of await readIntents(world)) {
      const ids = refunds.map(({ returnId }) => returnId);
      expect({ orderId, ids }).toEqual({ orderId, ids: [...new Set(ids)] });
      expect(refunds.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(captured);
    }
    // The mail server may have a mail that its sender died before noting.
    return audit(world, { accepted, stocked: MIXED_STOCK, repeatedMails: 'allowed' });
  }

  /** Waits until this step of the newest return is so far, or further. */
  async function untilStep(step: string, state: string): Promise<void> {
    const { orderId } = accepted[WATCHED] as Accepted;
    const before = promised.get(orderId)?.length ?? 0;
    const isSoFar = async (): Promise<boolean> => {
      const returnId = promised.get(orderId)?.[before];
      const saga = returnId === undefined ? undefined : await shop.saga(returnId);
      const now = saga && stepStates(saga)[step];
      return STATES.indexOf(now ?? '') >= STATES.indexOf(state);
    };
    const what = `${step} to be ${state}`;
    await waitFor(isSoFar, { what, timeoutMs: 60_000, intervalMs: 10 });
  }
});
