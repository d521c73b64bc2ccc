/** Promise attacked here: what is met on the way counts by its own sign, and not by a neighbour's. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { WireMessage } from '#messaging';
import { ORDERS } from './spec/small-plan.js';
import { SmallWorld } from './spec/small-world.js';

let world: SmallWorld;
let sent = 0;

beforeAll(async () => {
  world = await SmallWorld.played();
});

const messageOf = (type: string, data: object, headers: object = {}): WireMessage => {
  const id = `message-${(sent += 1)}`;
  return {
    ...{ topic: 'saga.inbox', partition: 0, key: 'k', value: JSON.stringify(data) },
    headers: { ce_id: id, ce_type: `com.example.${type}`, ...headers },
  };
};

const commit = (message: WireMessage, place = { epoch: '9', seq: sent }): void => {
  const { database, outboxTables } = world.shop.services.payment;
  const rows = new Map([['row', { row: { ...place, message } }]]);
  database.onCommit(new Map([[outboxTables.rows as never, rows]]));
};
const arrive = (message: WireMessage): void => world.shop.broker.onArrival(message, sent);

/** What is met, and which promises are broken, meanwhile. */
const seen = (what: () => void): { met: string[]; broken: string[] } => {
  const { situations, violations } = world.shop.world;
  situations.clear();
  what();
  return { met: [...situations.keys()], broken: violations.splice(0) };
};
const metBy = (type: string, data: object): string[] => {
  const message = messageOf(type, data);
  commit(message);
  return seen(() => arrive(message)).met;
};

const limit = 'withdrawal beyond a limit';

describe('an answer', () => {
  it.each<[type: string, data: object, met: string[]]>([
    ['saga.command-refused', { reason: { code: 'undone' } }, ['tombstone hit']],
    ['saga.command-refused', { reason: { code: 'expired' } }, []],
    ['saga.command-parked', { reason: { code: 'parked' } }, ['command parked']],
    [
      'saga.command-parked',
      { reason: { code: 'outside', message: 'the carrier is unavailable' } },
      ['outside unavailable reported'],
    ],
    ['saga.command-parked', { reason: { code: 'outside', message: 'undecided' } }, []],
    ['saga.command-dead', { reason: { code: 'attempts-exhausted' } }, ['command given up']],
    ['saga.report-effects', { reason: { code: 'reservation-expired' } }, ['reservation expired']],
    ['saga.report-effects', { effects: [] }, []],
    ['payment.payment-declined', { reason: { code: 'undone' } }, ['charge met its own undoing']],
    ['payment.payment-declined', { reason: { code: 'card_declined' } }, ['card declined']],
    ['payment.payment-declined', { reason: { code: 'closed' } }, []],
    [
      'inventory.stock-reserved',
      { lines: [{ warehouseId: 'main' }, { warehouseId: 'east' }] },
      ['reserved in two warehouses'],
    ],
    ['inventory.stock-reserved', { lines: [{ warehouseId: 'main' }] }, []],
    [
      'inventory.stock-insufficient',
      { reason: { code: 'insufficient-stock' } },
      ['stock insufficient'],
    ],
    ['inventory.stock-insufficient', { reason: { code: 'undone' } }, []],
    ['settlement.balance-insufficient', {}, ['withdrawal beyond the balance']],
    ['settlement.limit-exceeded', { limit: 'minimum' }, [limit]],
    ['settlement.limit-exceeded', { limit: 'maximum' }, [limit]],
    [
      'settlement.limit-exceeded',
      { limit: 'maximum-a-day' },
      ['withdrawal beyond what is left of the day'],
    ],
    ['inventory.reservation-expired', {}, ['securing came after the expiry']],
    ['shipping.shipment-refused', {}, ['label refused']],
    ['shipping.pickup-recalled', {}, ['parcel called back in time']],
    ['payment.payment-captured', { code: 'undone', note: 'card_declined unavailable' }, []],
  ])('%s %j', (type, data, met) => {
    expect(metBy(type, data)).toEqual(met);
  });
});

describe('a message', () => {
  it('that was committed arrives, and nothing is said of it', () => {
    const message = messageOf('payment.payment-captured', {});
    expect(seen(() => commit(message))).toEqual({ met: [], broken: [] });
    expect(world.watched.unpublished).toEqual([`payment: saga.inbox ${message.headers['ce_id']}`]);
    expect(seen(() => arrive(message))).toEqual({ met: [], broken: [] });
    expect(world.watched.unpublished).toEqual([]);
  });

  it('that arrives again was published twice, unless it was sent once more on purpose', () => {
    const message = messageOf('payment.payment-captured', {});
    commit(message);
    arrive(message);
    expect(seen(() => arrive(message)).met).toEqual(['message published twice']);
    const resend = { ...message, headers: { ...message.headers, ce_resend: '1' } };
    expect(seen(() => arrive(resend)).met).toEqual([]);
  });

  it('that nobody has committed breaks a promise', () => {
    const message = messageOf('payment.payment-captured', {});
    expect(seen(() => arrive(message)).broken).toEqual([
      `published without being committed: saga.inbox ${message.headers['ce_id']}`,
    ]);
  });

  it('keeps the offset of its first copy', () => {
    const message = messageOf('payment.payment-captured', {});
    commit(message);
    world.shop.broker.onArrival(message, 70);
    world.shop.broker.onArrival(message, 71);
    expect(world.watched.inbox.get(message.headers['ce_id'] ?? '')).toBe(70);
  });

  it('with a lower number than one that is committed was overtaken, in its epoch only', () => {
    const numbered = (epoch: string, seq: number): string[] =>
      seen(() => commit(messageOf('payment.payment-captured', {}), { epoch, seq })).met;
    expect(numbered('50', 5)).toEqual([]);
    expect(numbered('50', 6)).toEqual([]);
    expect(numbered('51', 1)).toEqual([]);
    expect(numbered('50', 4)).toEqual(['committed after a higher number']);
  });
});

describe('an entry of a history', () => {
  const write = (revision: number, note: string): { met: string[]; broken: string[] } => {
    const { history } = world.shop.sagas;
    const { id } = world.sagaOf(world.orderId(ORDERS.undeliverable));
    const entry = history.rows.get(`${id}/8`);
    const row = { ...entry, revision, messageId: 'new', note, detail: { jitter: 0 } };
    const rows = new Map([[`${id}/${revision}`, { row }]]);
    const { database } = world.shop.services.orchestrator;
    return seen(() => database.onCommit(new Map([[history as never, rows]])));
  };

  it('is looked at with what its saga had heard before', () => {
    const late = "late succeeded recorded for 'book-shipment'";
    expect(write(9, late).met).toEqual(['late success after compensation began']);
    // At that time it was going forward.
    expect(write(4, late).met).toEqual([]);
  });

  it('that moves something again after its undo breaks a promise', () => {
    const note = "it is held; reopened: 'charge-payment' has moved";
    expect(write(9, note).broken).toEqual([`moved again after its undo: ${note}`]);
    expect(write(9, "what was reopened: 'charge-payment'").broken).toEqual([]);
  });
});
