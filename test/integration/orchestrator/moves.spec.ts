/** A live saga is moved to another version, and nothing of it is lost on the way. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { newId } from '#messaging';
import { replay } from '#saga';
import { findInstance, readHistory } from '#saga-store';
import { waitFor } from '#testing';
import { firstVersion, secondVersion, UNKNOWN_EMAIL } from './moved-saga.js';
import { begin, MovesWorld, type Replica, type Saga } from './moves-world.js';

jest.setTimeout(240_000);

/** Its own for what is counted, for what is moved, and for what two replicas share. */
const NAMES = ['counted', 'parcel', 'shared'];
const ofOld = NAMES.map(firstVersion);
const ofBoth = [...ofOld, ...NAMES.map(secondVersion)];

const money = (taken: number, returned: number, revision: number) => [
  { id: 'payment', kind: 'money', unit: 'GBP', taken, returned, revision },
];
const captured = { result: { intentId: 'pi_1', amount: 500 }, effects: money(500, 0, 1) };
const reserved = { result: { expiresAt: 'later' } };
const refused = { outcome: 'refused', reason: { code: 'none-left', message: 'none is left' } };

/** The answers by which a saga of the first version gets to where it is. */
const AT = {
  paying: [],
  reserving: [['charge-payment', 'payment.payment-captured', captured]],
  shipping: [
    ['charge-payment', 'payment.payment-captured', captured],
    ['reserve-stock', 'inventory.stock-reserved', reserved],
  ],
  confirming: [
    ['charge-payment', 'payment.payment-captured', captured],
    ['reserve-stock', 'inventory.stock-reserved', reserved],
    [
      'ship-order',
      'shipping.shipment-created',
      { result: { shipmentId: 's', trackingNumber: 't' } },
    ],
  ],
  undoing: [
    ['charge-payment', 'payment.payment-declined', { ...refused, result: { declineCode: 'no' } }],
  ],
} as const satisfies Record<string, readonly (readonly [string, string, object])[]>;

/** What is out by then; of the last one it is an undo. */
const OUT: Readonly<Record<keyof typeof AT, string>> = {
  ...{ paying: 'charge-payment', reserving: 'reserve-stock', shipping: 'ship-order' },
  ...{ confirming: 'confirm-order', undoing: 'create-order' },
};

let world: MovesWorld;
/** Knows both versions. */
let newer: Replica;
const sagas = new Map<string, Saga[]>();

beforeAll(async () => {
  world = await MovesWorld.start();
  const old = await world.replica(ofOld);
  const at = async (definition: string, place: keyof typeof AT) => {
    const saga = await begin(old, definition);
    for (const [step, fact, answer] of AT[place]) await old.answer(saga, step, fact, answer);
    await old.until(saga.sagaId, place, (one) =>
      ['sent', 'undoing'].includes(stateOf(one, OUT[place]) ?? ''),
    );
    const key = `${definition} ${place}`;
    sagas.set(key, [...(sagas.get(key) ?? []), saga]);
  };
  const places = Object.keys(AT) as (keyof typeof AT)[];
  await Promise.all([
    ...places.flatMap((place) => [at('counted', place), at('parcel', place)]),
    ...Array.from({ length: 4 }, () => at('parcel', 'paying')),
    ...Array.from({ length: 24 }, () => at('shared', 'paying')),
  ]);
  await world.stopReplica(old);
  newer = await world.replica(ofBoth);
});

afterAll(() => world.stop());

/** One that no other test has had, as it is now. */
const next = (place: keyof typeof AT): Promise<Saga> => {
  const saga = sagas.get(`parcel ${place}`)?.pop();
  if (!saga) throw new Error(`there is no more saga that is ${place}`);
  return newer.saga(saga.sagaId);
};

const stateOf = ({ steps }: Saga, name: string) => steps.find((step) => step.name === name)?.state;

/** The saga but for what each message changes, even one that does nothing. */
const substance = (saga: Saga) => ({ ...saga, revision: 0, updatedAt: '' });

/** The commands that a participant finds in its topic, for one saga. */
const commandsOf = async ({ orderId }: Saga, participant: string) => {
  const all = await world.topics.readAll([`${participant}.commands`]);
  return all
    .filter(({ key }) => key === orderId)
    .map(({ headers, value }) => ({
      ...{ type: headers['ce_type'], id: headers['ce_id'], undoes: headers['ce_undoes'] },
      ...{ resend: headers['ce_resend'], data: JSON.parse(value ?? '') as unknown },
    }));
};

/** What comes of deciding the stored history again. */
const replayed = async ({ sagaId }: Saga) => {
  const instance = await findInstance(world.database, sagaId);
  if (!instance) throw new Error(`there is no ${sagaId}`);
  const versions = ofBoth.filter(({ name }) => name === instance.definition);
  const find = (version: number) => versions.find((one) => one.version === version);
  return replay(find, instance, await readHistory(world.database, instance));
};

describe('a preview', () => {
  it('says of all live sagas what a move would mean, and changes none', async () => {
    const counted = [...sagas]
      .filter(([key]) => key.startsWith('counted'))
      .flatMap(([, all]) => all);
    const look = () => Promise.all(counted.map(({ sagaId }) => newer.saga(sagaId)));
    const before = await look();
    const preview = await newer.get('definitions/counted/1/moves/2');
    expect(preview).toMatchObject({
      ...{ compatible: 2, needsMapping: 1, mustStay: 2, looked: 5, complete: true },
    });
    const { problems } = preview as { problems: { text: string; count: number }[] };
    expect(problems).toContainEqual({
      ...{ text: "'secure-stock' has not begun, and its place is past: is it skipped?", count: 1 },
    });
    expect(problems.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        'it is compensating',
        "'ship-order' waits for an answer to shipping.ship-order v1",
      ]),
    );
    expect(await look()).toEqual(before);
  });
});

describe('a moved saga', () => {
  it('goes on under the new names to its end, by a message that moves it', async () => {
    const saga = await next('paying');
    await newer.move(saga, 2);
    const moved = await newer.until(saga.sagaId, 'the move', ({ version }) => version === 2);
    expect(moved.revision).toBe(saga.revision + 1);
    expect(moved.data).toEqual({ orderId: saga.orderId, email: UNKNOWN_EMAIL });
    expect(moved.steps.map(({ name }) => name)).not.toContain('charge-payment');
    expect(stateOf(moved, 'collect-payment')).toBe('sent');
    await newer.answer(saga, 'collect-payment', 'payment.payment-captured', captured);
    await newer.answer(saga, 'reserve-stock', 'inventory.stock-reserved', reserved);
    await newer.answer(saga, 'secure-stock', 'inventory.stock-secured');
    const booked = { result: { shipmentId: 's', trackingNumber: 't' } };
    await newer.answer(saga, 'ship-order', 'shipping.shipment-booked', booked);
    await newer.answer(saga, 'confirm-order', 'order.order-confirmed');
    const told = { result: { noticeId: 'n' } };
    await newer.answer(saga, 'notify-customer', 'notification.notice-recorded', told);
    const ended = await newer.until(saga.sagaId, 'the end', ({ state }) => state === 'completed');
    expect(ended.steps.map(({ state }) => state)).toEqual(Array(7).fill('done'));
    expect(ended.ledger).toMatchObject([{ id: 'payment', step: 'collect-payment', taken: 500 }]);
    expect(await commandsOf(saga, 'payment')).toMatchObject([
      { id: `${saga.sagaId}:charge-payment` },
    ]);
    expect(await commandsOf(saga, 'notification')).toMatchObject([
      { id: `${saga.sagaId}:notify-customer`, data: { email: UNKNOWN_EMAIL } },
    ]);
    expect(await replayed(saga)).toEqual({ verdict: 'same' });
  });

  it('is undone under the new names, by a person who moves it as it was looked at', async () => {
    const saga = await next('reserving');
    const wanted = { action: 'move', version: 2 };
    const late = await newer.intervene({ ...saga, revision: saga.revision - 1 }, wanted);
    expect(late).toMatchObject({ status: 409, body: { code: 'moved', revision: saga.revision } });
    expect(await newer.saga(saga.sagaId)).toEqual(saga);
    const { status, body: moved } = await newer.intervene(saga, wanted);
    expect(status).toBe(200);
    expect(moved).toMatchObject({ version: 2, revision: saga.revision + 1, state: 'running' });
    expect(moved.ledger).toMatchObject([{ step: 'collect-payment', taken: 500, returned: 0 }]);
    const shortages = { result: { shortages: [] } };
    await newer.answer(saga, 'reserve-stock', 'inventory.stock-insufficient', {
      ...{ ...refused, ...shortages },
    });
    await newer.answer(saga, 'collect-payment', 'payment.payment-refunded', {
      ...{ undo: true, result: { refunded: 500 }, effects: money(500, 500, 2) },
    });
    await newer.answer(saga, 'create-order', 'order.order-cancelled', { undo: true });
    const ended = await newer.until(saga.sagaId, 'the end', ({ state }) => state === 'compensated');
    expect(stateOf(ended, 'collect-payment')).toBe('undone');
    expect(ended.ledger).toMatchObject([{ step: 'collect-payment', taken: 500, returned: 500 }]);
    const [charge, refund, ...more] = await commandsOf(saga, 'payment');
    expect(more).toEqual([]);
    expect(charge).toMatchObject({ id: `${saga.sagaId}:charge-payment`, undoes: undefined });
    expect(refund).toMatchObject({
      type: expect.stringContaining('payment.refund-payment'),
      id: `${saga.sagaId}:collect-payment:undo`,
      undoes: `${saga.sagaId}:charge-payment`,
      data: { orderId: saga.orderId, reason: { code: 'none-left' } },
    });
    expect(await commandsOf(saga, 'inventory')).toHaveLength(1);
    expect(await replayed(saga)).toEqual({ verdict: 'same' });
  });

  it('asks again by the id under which it had asked before', async () => {
    const saga = await next('paying');
    const { body: moved } = await newer.intervene(saga, { action: 'move', version: 2 });
    const { body } = await newer.intervene(moved, { action: 'retry', step: 'collect-payment' });
    expect(body.steps.find(({ name }) => name === 'collect-payment')).toMatchObject({
      ...{ state: 'sent', attempts: 2, commandId: `${saga.sagaId}:charge-payment` },
    });
  });

  it('is moved by a copy of the message no further', async () => {
    const saga = await next('paying');
    const id = newId();
    await newer.move(saga, 2, { id });
    const moved = await newer.until(saga.sagaId, 'the move', ({ version }) => version === 2);
    await newer.move(saga, 2, { id });
    const twice = await newer.until(saga.sagaId, 'the copy', ({ revision }) => {
      return revision > moved.revision;
    });
    expect(substance(twice)).toEqual(substance(moved));
    const copy = (await newer.historyOf(saga.sagaId)).at(-1);
    expect(copy).toMatchObject({ kind: 'move', messageId: id, revision: twice.revision });
    expect(copy).not.toHaveProperty('sent');
    expect(copy).not.toHaveProperty('changes');
  });

  it('is moved from the version that the message names, and from no other', async () => {
    const saga = await next('paying');
    await newer.move(saga, 2, { from: 1 });
    const moved = await newer.until(saga.sagaId, 'the move', ({ version }) => version === 2);
    await newer.move(saga, 2, { from: 1 });
    const late = await newer.until(saga.sagaId, 'the late one', ({ revision }) => {
      return revision > moved.revision;
    });
    expect(substance(late)).toEqual(substance(moved));
    expect((await newer.historyOf(saga.sagaId)).at(-1)).toMatchObject({
      ...{ kind: 'move', note: 'move to v2 recorded: it is on v2, not on v1' },
      detail: { toVersion: 2, onlyFrom: 1 },
    });
    expect(await replayed(saga)).toEqual({ verdict: 'same' });
  });
});

describe('a saga that must stay', () => {
  it.each([
    ['undoing', 'it is undone by the version that did it', 'it is undone by the version'],
    ['shipping', "must-stay: 'ship-order' waits for an answer", 'move to v2 recorded: must-stay'],
    ['confirming', "needs-mapping: 'secure-stock' has not", 'move to v2 recorded: needs-mapping'],
  ] as const)('is refused with the reason, and is as it was: %s', async (place, why, note) => {
    const saga = await next(place);
    const { status, body } = await newer.intervene<{ detail: string; code: string }>(saga, {
      ...{ action: 'move', version: 2 },
    });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'refused', detail: expect.stringContaining(why) });
    expect(await newer.saga(saga.sagaId)).toEqual(saga);
    await newer.move(saga, 2);
    const asked = await newer.until(saga.sagaId, 'the move', ({ revision }) => {
      return revision > saga.revision;
    });
    expect(asked.version).toBe(1);
    expect(substance(asked)).toEqual(substance(saga));
    const entry = (await newer.historyOf(saga.sagaId)).at(-1);
    expect(entry).toMatchObject({ kind: 'move', note: expect.stringContaining(note) });
    expect(entry?.detail).not.toHaveProperty('fromVersion');
    expect(entry).not.toHaveProperty('sent');
  });
});

describe('what was moved', () => {
  it('is read back by a process that begins later, with who moved it and from where', async () => {
    const saga = await next('paying');
    const wanted = { action: 'move', version: 2, reason: 'the old one is to go' };
    const { body: moved } = await newer.intervene(saga, wanted);
    const history = await newer.historyOf(saga.sagaId);
    await world.stopReplica(newer);
    newer = await world.replica(ofBoth);
    expect(await newer.saga(saga.sagaId)).toEqual(moved);
    expect(await newer.historyOf(saga.sagaId)).toEqual(history);
    expect(history.at(-1)).toMatchObject({
      ...{ kind: 'move', actor: 'kim', revision: moved.revision, note: 'moved from v1 to v2' },
      reason: { code: 'by-hand', message: 'the old one is to go' },
      detail: { fromVersion: 1, toVersion: 2, inputBefore: { orderId: saga.orderId } },
    });
    const acts = await newer.get<{ items: unknown[] }>(`sagas/${saga.sagaId}/interventions`);
    expect(acts.items).toMatchObject([
      {
        ...{ actor: 'kim', what: 'saga.move', reason: 'the old one is to go' },
        ...{ revisionBefore: saga.revision, revisionAfter: moved.revision },
        detail: { version: 2 },
      },
    ]);
    const asOf = (revision: number) =>
      newer.get<Saga>(`sagas/${saga.sagaId}/as-of?revision=${revision}`);
    expect(substance(await asOf(saga.revision))).toMatchObject({
      ...{ version: 1, data: { orderId: saga.orderId } },
    });
    expect(substance(await asOf(moved.revision))).toEqual(substance(moved));
  });
});

describe('a replica that does not know the newer version', () => {
  it('leaves what it gets of moved sagas to one that does', async () => {
    const all = sagas.get('shared paying') ?? [];
    for (const { sagaId } of all) {
      const { status } = await newer.intervene(await newer.saga(sagaId), {
        ...{ action: 'move', version: 2 },
      });
      expect(status).toBe(200);
    }
    const old = await world.replica(ofOld);
    await Promise.all(
      all.map(async ({ sagaId, orderId }) => {
        const data = { commandId: `${sagaId}:charge-payment`, outcome: 'succeeded', ...captured };
        await newer.send('payment.payment-captured', orderId, data, { correlationid: sagaId });
      }),
    );
    const isGiven = () =>
      old.warnings.some((line) => line.includes("saga 'shared' v2 is not known to this replica"));
    await waitFor(isGiven, { what: 'an answer that the older one cannot decide' });
    const now = () => Promise.all(all.map(({ sagaId }) => newer.saga(sagaId)));
    const atRest = await waitFor(
      async () => {
        const looked = await now();
        const isDone = looked.some((saga) => stateOf(saga, 'collect-payment') === 'done');
        return isDone ? looked : undefined;
      },
      { what: 'the answers that the newer one was given' },
    );
    const waiting = atRest.filter((saga) => stateOf(saga, 'collect-payment') === 'sent');
    expect(waiting.length).toBeGreaterThan(0);
    expect(waiting.every(({ version, state }) => version === 2 && state === 'running')).toBe(true);
    const [one] = waiting;
    if (!one) throw new Error('none waits');
    const byOld = await old.intervene<{ detail: string }>(one, { action: 'compensate' });
    expect(byOld).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining("knows no 'shared' v2: ask a newer one") },
    });
    await world.stopReplica(old);
    const done = await waitFor(
      async () => {
        const looked = await now();
        const isDone = looked.every((saga) => stateOf(saga, 'reserve-stock') === 'sent');
        return isDone ? looked : undefined;
      },
      { what: 'all answers, with the older one gone', timeoutMs: 60_000 },
    );
    expect(done.every(({ version, state }) => version === 2 && state === 'running')).toBe(true);
    expect(await world.topics.readAll(['saga.inbox.dlq'])).toEqual([]);
  });
});
