/** Promises attacked here: what the carrier is asked, in which order, and what its answers mean. */
import { describe, expect, it } from '@jest/globals';
import { OutboundError } from '#platform';
import { asked, booked, numbers } from '../fixtures/shipments.js';
import { settle, type Outcome } from '../domain/settle.js';
import type { Shipment } from '../domain/shipment.js';
import { HttpCarrier } from '../provider/http-carrier.js';
import { ShippingExecution, type ServiceChoice } from './shipping.execution.js';

type Step = { readonly status: number; readonly body?: unknown } | Error;
interface Options {
  readonly attempt?: number;
  readonly service?: ServiceChoice;
  readonly meanwhile?: (shipment: Shipment) => Shipment;
}

/** Runs once against a carrier that answers as told. */
async function run(shipment: Shipment | undefined, steps: Step[], options: Options = {}) {
  const requests: string[] = [];
  const bodies: unknown[] = [];
  const written: Outcome[] = [];
  const carrier = new HttpCarrier({
    request: ({ method, path, body }) => {
      requests.push(`${method} ${path.replace(/^\/v1/, '').replace(/\?.*/, '?')}`);
      bodies.push(body === undefined ? undefined : JSON.parse(body));
      const step = steps.shift() ?? new Error('asked too often');
      if (step instanceof Error) return Promise.reject(step);
      return Promise.resolve({ status: step.status, body: step.body });
    },
  });
  let current = shipment;
  const store = {
    find: () => Promise.resolve(current),
    settle: (_orderId: string, outcome: Outcome) => {
      written.push(outcome);
      if (current) current = settle(current, outcome, '2026-11-26T12:00:00.000Z');
      if (current && options.meanwhile) current = options.meanwhile(current);
      return Promise.resolve();
    },
  };
  const execution = new ShippingExecution(carrier, store, options.service ?? 'standard');
  const lease = { attempt: options.attempt ?? 1, signal: new AbortController().signal };
  const outcome = await execution.execute('order', lease).catch((error: unknown) => error);
  return { outcome, requests, bodies, written };
}

const created = { kind: 'created', ...numbers };
const good: Step = { status: 201, body: numbers };
const at = '2026-11-26T12:00:00.000Z';
const handedOver: Step = { status: 200, body: { status: 'handed_over', handedOverAt: at } };
const cancelled: Step = { status: 200, body: { status: 'cancelled' } };
const found = (...items: object[]): Step => ({ status: 200, body: { items } });
const toHandOver = booked({ wanted: 'handed-over' });
const toCancel = booked({ wanted: 'cancelled' });

describe('booking a shipment', () => {
  it('is one call when nothing goes wrong', async () => {
    const { outcome, requests, bodies } = await run(asked(), [good]);
    expect(outcome).toEqual(created);
    expect(requests).toEqual(['POST /shipments']);
    expect(bodies).toMatchObject([{ reference: asked().orderId, service: 'standard' }]);
  });

  it('looks for the parcel before it books again', async () => {
    const { outcome, requests } = await run(asked(), [found(numbers)], { attempt: 2 });
    expect(outcome).toEqual(created);
    expect(requests).toEqual(['GET /shipments?']);
    expect((await run(asked(), [found(), good], { attempt: 2 })).outcome).toEqual(created);
  });

  it('takes the parcel that exists when the carrier has forgotten the key', async () => {
    const body = { code: 'reference_taken', shipment: numbers };
    expect((await run(asked(), [{ status: 409, body }])).outcome).toEqual(created);
  });

  it.each([
    ['refuses what is undeliverable', 422, { code: 'undeliverable' }, 'refused', 'undeliverable'],
    ['fails what the carrier does not understand', 400, { code: 'odd' }, 'failed', 'odd'],
    ['fails on an answer without a code', 404, undefined, 'failed', 'http_404'],
  ])('%s', async (_, status, body, kind, code) => {
    expect((await run(asked(), [{ status, body }])).outcome).toEqual({ kind, code });
  });

  it.each<[string, Step]>([
    ['an answer nobody understands', { status: 201, body: { odd: 1 } }],
    ['names that fit into no table', { status: 201, body: { ...numbers, shipmentId: 'a\u0000' } }],
    ['a conflict without a parcel', { status: 409, body: { code: 'busy' } }],
    ['a lost answer', new OutboundError('carrier', 'timeout', '')],
  ])('tries again after %s', async (_, step) => {
    expect((await run(asked(), [step])).outcome).toBeInstanceOf(OutboundError);
  });

  it('takes the cheapest service when it shall, and asks for no rates when it shall not', async () => {
    const rate = (service: string, amount: number) => ({
      service,
      amount,
      currency: 'GBP',
      days: 1,
    });
    const rates = { status: 200, body: [rate('standard', 500), rate('express', 390)] };
    const options = { service: 'cheapest' } as const;
    const { requests, bodies } = await run(asked(), [rates, good], options);
    expect(requests).toEqual(['POST /rates', 'POST /shipments']);
    expect(bodies[1]).toMatchObject({ service: 'express' });
    const nowhere = { status: 422, body: { code: 'undeliverable' } };
    expect((await run(asked(), [nowhere], options)).outcome).toMatchObject({ kind: 'refused' });
    expect((await run(asked(), [good], { service: 'express' })).bodies).toMatchObject([
      { service: 'express' },
    ]);
  });
});

describe('handing a parcel over', () => {
  it('follows the booking at once where both are wanted, and the booking is told before', async () => {
    const { outcome, requests, written } = await run(asked('ship'), [good, handedOver]);
    expect(requests).toEqual(['POST /shipments', 'POST /shipments/s-1/pickup']);
    expect(written).toEqual([created]);
    expect(outcome).toEqual({ kind: 'handed-over', at });
  });

  it('is not asked for when it was recalled while the parcel was booked', async () => {
    const meanwhile = (shipment: Shipment) => ({ ...shipment, wanted: 'cancelled' as const });
    const { requests } = await run(asked('ship'), [good, cancelled], { meanwhile });
    expect(requests).toEqual(['POST /shipments', 'POST /shipments/s-1/cancel']);
  });

  it.each<[string, Step, object]>([
    ['was collected', handedOver, { kind: 'handed-over', at }],
    [
      'has arrived already',
      { status: 200, body: { status: 'delivered' } },
      { kind: 'handed-over' },
    ],
    [
      'will be collected',
      { status: 200, body: { status: 'planned' } },
      { kind: 'awaiting-pickup' },
    ],
    ['is refused', { status: 422, body: { code: 'no_pickup' } }, { kind: 'pickup-refused' }],
    ['was cancelled', { status: 409, body: { code: 'cancelled' } }, { kind: 'cancelled' }],
    ['is unknown', { status: 404, body: { code: 'not_found' } }, { kind: 'pickup-failed' }],
  ])('understands that the parcel %s', async (_, step, outcome) => {
    expect((await run(toHandOver, [step])).outcome).toMatchObject(outcome);
  });

  it('is tried again after a lost answer', async () => {
    const lost = new OutboundError('carrier', 'timeout', '');
    expect((await run(toHandOver, [lost])).outcome).toBe(lost);
  });
});

describe('cancelling a parcel', () => {
  it.each<[string, Step, object]>([
    ['is cancelled', cancelled, { kind: 'cancelled' }],
    [
      'is on its way',
      { status: 409, body: { code: 'handed_over', handedOverAt: at } },
      { kind: 'handed-over', at },
    ],
    ['is unknown', { status: 404, body: { code: 'not_found' } }, { kind: 'cancel-failed' }],
  ])('understands that the parcel %s', async (_, step, outcome) => {
    const { outcome: said, requests } = await run(toCancel, [step]);
    expect(said).toMatchObject(outcome);
    expect(requests).toEqual(['POST /shipments/s-1/cancel']);
  });

  it('is tried again while the carrier does not say that it is', async () => {
    const { outcome } = await run(toCancel, [{ status: 200, body: { status: 'created' } }]);
    expect(outcome).toBeInstanceOf(OutboundError);
  });

  it('of one that may be booked finds it first, and books it where there is none', async () => {
    const requested = { ...asked(), wanted: 'cancelled' as const };
    const one = await run(requested, [found(numbers), cancelled]);
    expect(one.requests).toEqual(['GET /shipments?', 'POST /shipments/s-1/cancel']);
    const none = await run(requested, [found(), good, cancelled]);
    expect(none.requests).toEqual([
      ...['GET /shipments?', 'POST /shipments', 'POST /shipments/s-1/cancel'],
    ]);
    expect(none.outcome).toEqual({ kind: 'cancelled' });
  });
});

describe('a parcel that is where it is wanted', () => {
  it.each([undefined, booked(), booked({ status: 'delivered' }), booked({ status: 'refused' })])(
    'is left alone',
    async (shipment) => {
      const { outcome, requests } = await run(shipment, []);
      expect(outcome).toEqual({ kind: 'unchanged' });
      expect(requests).toEqual([]);
    },
  );
});
