/** The admin API over HTTP: what it refuses, naming the field, and what it shows. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#messaging';
import { attributesOf, newInstance, type SagaInstance } from '#saga';
import { saveInstances } from '#saga-store';
import { orchestratorService } from '../../../apps/orchestrator/src/service.js';
import { placeOrder } from '../../../apps/orchestrator/src/sagas/place-order.saga.js';
import { ServiceWorld } from '../service-world.js';
import { keyOf } from './access-keys.js';

let world: ServiceWorld;
let key: string;
beforeAll(async () => {
  world = await ServiceWorld.start(orchestratorService);
  key = await keyOf(world.database, 'reader');
}, 240_000);
afterAll(() => world.stop());

const SAGAS = '/admin/sagas';
const get = (url: string) => world.ask('GET', url, undefined, { 'x-api-key': key });
const NOW = Date.now();

const stored = async (change: Partial<SagaInstance> = {}): Promise<SagaInstance> => {
  const { name, version } = placeOrder;
  const head = { id: newId(), definition: name, version, businessKey: newId(), now: NOW };
  const input = placeOrder.examples?.[0]?.input;
  const base: SagaInstance = { ...newInstance(head), state: 'running', revision: 1, input };
  const instance = { ...base, ...change };
  const attributes = attributesOf(placeOrder, input);
  await world.database.transaction((tx) =>
    saveInstances(tx, [{ instance, partition: 0, attributes }]),
  );
  return instance;
};

describe('a search that cannot be meant', () => {
  it.each([
    ['state=lost', 'state'],
    ['version=2', 'version'],
    ['version=two&definition=place-order', 'version'],
    ['step=Charge', 'step'],
    ['stepState=lost', 'stepState'],
    ['stepState=sent&state=completed', 'stepState'],
    ['step=charge-payment&state=compensated', 'step'],
    ['attention=yes', 'attention'],
    ['held=1', 'held'],
    ['createdFrom=yesterday', 'createdFrom'],
    ['createdTo=2026-02-30T00:00:00Z', 'createdTo'],
    ['createdFrom=2026-02-02T00:00:00Z&createdTo=2026-02-01T00:00:00Z', 'createdTo'],
    ['idleSince=2026-02-01', 'idleSince'],
    ['attribute=merchant', 'attribute'],
    ['attribute=merchant%3A', 'attribute'],
    ['attribute=a%3Ab&attribute=%3Ac', 'attribute'],
    ['error=%00', 'error'],
    ['currency=pounds', 'currency'],
    ['amountFrom=5', 'currency'],
    ['currency=GBP&amountFrom=x', 'amountFrom'],
    ['currency=GBP&amountFrom=5&amountTo=4', 'amountTo'],
    ['cursor=1', 'cursor'],
    ['limit=201', 'limit'],
    ['owner=me', 'owner'],
  ])('%s is refused, and the field named: %s', async (query, field) => {
    const paths = /^(cursor|limit)/.test(query) ? [SAGAS] : [SAGAS, `${SAGAS}/count`];
    for (const path of paths) {
      const { status, body } = await get(`${path}?${query}`);
      expect({ status, errors: body['errors'] }).toMatchObject({
        status: 400,
        errors: [{ field }],
      });
    }
  });
});

describe('a line of a search', () => {
  it('says where the saga is, what it is about, and what is amiss', async () => {
    const command = {
      ...{ commandId: 'c', issuedOn: '2026-11-20', attempts: 2, sentAt: NOW },
      error: { code: 'away', message: 'the provider is away' },
    };
    const { id, businessKey } = await stored({
      steps: { 'charge-payment': { state: 'sent', command } },
    });
    const { body } = await get(`${SAGAS}?orderId=${businessKey}`);
    expect(body).toEqual({
      items: [
        {
          ...{ sagaId: id, orderId: businessKey, definition: 'place-order', state: 'running' },
          ...{ version: placeOrder.version, revision: 1 },
          createdAt: new Date(NOW).toISOString(),
          updatedAt: new Date(NOW).toISOString(),
          at: [{ step: 'charge-payment', state: 'sent', since: new Date(NOW).toISOString() }],
          amount: { value: 1530, currency: 'GBP' },
          attributes: { customer: 'c-1', merchant: 'm-1', channel: 'web' },
          error: { code: 'away', message: 'the provider is away' },
        },
      ],
    });
    const both = `${SAGAS}/count?attribute=merchant:m-1&attribute=channel:web&error=away`;
    expect((await get(both)).body).toEqual({ count: 1, exact: true });
    expect((await get(`${SAGAS}?customer=c-1&amountTo=1530&currency=GBP`)).body).toEqual(body);
  });
});
