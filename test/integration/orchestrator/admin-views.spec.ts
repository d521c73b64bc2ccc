/** What the admin API tells of one saga's past, of definitions, timers and figures. */
import { get as request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#messaging';
import {
  decide,
  defaultTiming,
  newInstance,
  type HistoryEntry,
  type SagaInstance,
  type SagaMessage,
} from '#saga';
import { appendHistory, saveInstances } from '#saga-store';
import { waitFor } from '#testing';
import { ChangedSagas } from '../../../apps/orchestrator/src/engine/changed-sagas.js';
import { LiveStreams } from '../../../apps/orchestrator/src/figures/live-streams.js';
import { orchestratorService } from '../../../apps/orchestrator/src/service.js';
import { placeOrder } from '../../../apps/orchestrator/src/sagas/place-order.saga.js';
import { ServiceWorld } from '../service-world.js';
import { keyOf } from './access-keys.js';

let world: ServiceWorld;
let key: string;
beforeAll(async () => {
  // timers that are due are not to be handled here
  world = await ServiceWorld.start(orchestratorService, { TIMER_POLL_MS: '3600000' });
  key = await keyOf(world.database, 'reader');
}, 240_000);
afterAll(() => world.stop());

const get = (url: string) => world.ask('GET', url, undefined, { 'x-api-key': key });
const START = Date.now() - 60_000;

/** A saga that was decided message by message, a second apart, and stored. */
class Told {
  instance: SagaInstance;
  readonly seen: SagaInstance[] = [];
  readonly history: HistoryEntry[] = [];
  private now = START;

  constructor(readonly definition = placeOrder) {
    const { name, version, examples } = definition;
    const head = { id: newId(), definition: name, version, businessKey: newId(), now: START };
    this.instance = newInstance(head);
    this.apply({ kind: 'start', messageId: 's', input: examples?.[0]?.input });
  }

  apply(message: SagaMessage): this {
    const context = { now: this.now, jitter: 0.5, timing: defaultTiming };
    const { instance, history } = decide(this.definition, this.instance, message, context);
    this.instance = instance;
    this.seen.push(instance);
    this.history.push(history);
    this.now += 1_000;
    return this;
  }

  reply(step: string, outcome: 'succeeded' | 'refused' | 'dead' = 'succeeded', name = 'done') {
    const commandId = this.instance.steps[step]?.command?.commandId ?? '';
    return this.apply({
      ...{ kind: 'reply', messageId: `${step} ${outcome}`, name, outcome, commandId },
      ...(outcome !== 'succeeded' && { reason: { code: 'no', message: 'no' } }),
    });
  }

  async store(history: readonly HistoryEntry[] = this.history): Promise<this> {
    const { instance } = this;
    await world.database.transaction(async (tx) => {
      await saveInstances(tx, [{ instance, partition: 0 }]);
      await appendHistory(
        tx,
        history.map((entry) => ({ instance, entry })),
      );
    });
    return this;
  }

  get url(): string {
    return `/admin/sagas/${this.instance.id}`;
  }
}

describe('a saga as it was', () => {
  it('is told after each message, and at each moment', async () => {
    const told = await new Told().reply('reserve-stock').reply('charge-payment').store();
    const now = (await get(told.url)).body;
    expect((await get(`${told.url}/as-of?revision=3`)).body).toEqual(now);
    const { body } = await get(`${told.url}/as-of?revision=2`);
    expect(body).toMatchObject({ revision: 2, state: 'running' });
    expect(body['at']).toMatchObject([{ step: 'charge-payment', state: 'sent' }]);
    const at = new Date(START + 1_500).toISOString();
    expect((await get(`${told.url}/as-of?at=${at}`)).body).toEqual(body);
  });

  it('is not told where it never was', async () => {
    const told = await new Told().store();
    expect(await get(`${told.url}/as-of?revision=2`)).toMatchObject({ status: 404 });
    const early = new Date(START - 1).toISOString();
    const { status, body } = await get(`${told.url}/as-of?at=${early}`);
    expect({ status, detail: body['detail'] }).toEqual({
      status: 404,
      detail: expect.stringContaining('began later'),
    });
    expect(await get(`/admin/sagas/${newId()}/as-of?revision=1`)).toMatchObject({ status: 404 });
  });

  it('is not told where its history does not say, or the code decides otherwise by now', async () => {
    const told = new Told().reply('reserve-stock');
    const gap = await get(`${(await told.store(told.history.slice(1))).url}/as-of?revision=1`);
    expect(gap).toMatchObject({ status: 409, body: { code: 'history-incomplete' } });
    expect(gap.body['detail']).toContain('gap at revision 1');
    const none = await get(`${(await new Told().store([])).url}/as-of?at=2999-01-01T00:00:00Z`);
    expect(none).toMatchObject({ status: 409, body: { code: 'history-incomplete' } });
    const gone = await get(
      `${(await new Told({ ...placeOrder, version: 99 }).store()).url}/as-of?revision=1`,
    );
    expect(gone).toMatchObject({ status: 409, body: { code: 'history-incomplete' } });
    const other = new Told();
    const changed = other.history.map((entry) => ({ ...entry, sent: ['another'] }));
    const differs = await get(`${(await other.store(changed)).url}/as-of?revision=1`);
    expect(differs).toMatchObject({ status: 409, body: { code: 'decided-otherwise' } });
  });

  it.each([
    ['', 'revision'],
    ['revision=0', 'revision'],
    ['revision=1&at=2026-01-01T00:00:00Z', 'revision'],
    ['at=noon', 'at'],
    ['at=2026-02-30T00:00:00Z', 'at'],
  ])('%s is refused, and the field named', async (query, field) => {
    const { status, body } = await get(`${(await new Told().store()).url}/as-of?${query}`);
    expect({ status, errors: body['errors'] }).toMatchObject({ status: 400, errors: [{ field }] });
  });
});

describe('the graph of a saga', () => {
  it('shows the way it went, with attempts and times', async () => {
    const told = new Told().reply('reserve-stock');
    told.apply({ kind: 'cancel', messageId: 'c', reason: { code: 'customer', message: '' } });
    const { body } = await get(`${(await told.store()).url}/graph`);
    const graph = body as {
      mermaid: string;
      nodes: Record<string, unknown>[];
      edges: { from: string; to: string; taken: boolean }[];
    };
    expect(graph.mermaid).toContain('linkStyle');
    expect(graph.nodes.map(({ step }) => step)).toEqual(
      placeOrder.groups.flat().map(({ name }) => name),
    );
    expect(graph.nodes[2]).toEqual({
      ...{ step: 'charge-payment', kind: 'compensable', group: 2, state: 'undoing', attempts: 1 },
      startedAt: new Date(START + 1_000).toISOString(),
      command: 'payment.charge-payment',
      compensation: {
        ...{ command: 'payment.refund-payment', state: 'sent', attempts: 1 },
        startedAt: new Date(START + 2_000).toISOString(),
      },
    });
    const taken = graph.edges.filter((edge) => edge.taken).map(({ from, to }) => `${from} ${to}`);
    expect(taken).toContain('reserve-stock charge-payment');
    expect(taken).not.toContain('charge-payment secure-stock');
  });

  it('is not there for a version that nobody here knows', async () => {
    const told = await new Told({ ...placeOrder, version: 99 }).store();
    expect(await get(`${told.url}/graph`)).toMatchObject({
      ...{ status: 409, body: { code: 'unknown-version' } },
    });
  });
});

describe('definitions', () => {
  type Listed = { items: { name: string; versions: Record<string, unknown>[] }[] };

  it('are listed with what lives of each version, also of one that is not known here', async () => {
    const { body } = await get('/admin/definitions');
    const order = (body as unknown as Listed).items.find(({ name }) => name === 'place-order');
    expect(order?.versions.map(({ version, known }) => [version, known])).toEqual([
      ...[
        [99, false],
        [3, true],
        [2, true],
        [1, true],
      ],
    ]);
    expect(order?.versions[1]).toMatchObject({ live: { running: expect.any(Number) } });
  });

  it('are shown step by step, with their diagram', async () => {
    const { body } = await get('/admin/definitions/place-order/3');
    expect(body['mermaid']).toContain('flowchart TD');
    expect((body['steps'] as unknown[])[2]).toMatchObject({
      ...{ step: 'charge-payment', kind: 'compensable', group: 2, conditional: false },
      command: { name: 'payment.charge-payment', version: 1, participant: 'payment' },
      replies: expect.arrayContaining([
        { reply: 'payment.payment-declined', kind: 'refusal', reaction: 'mend' },
      ]),
      compensation: { name: 'payment.refund-payment' },
    });
    for (const none of ['place-order/17', 'no-such/1', 'place-order/one']) {
      expect(await get(`/admin/definitions/${none}`)).toMatchObject({ status: 404 });
    }
  });

  it('say what moving their live sagas would mean', async () => {
    const second = await get('/admin/definitions/place-order/2');
    expect(second.status).toBe(200);
    const { body } = await get('/admin/definitions/place-order/3/moves/3');
    expect(body).toMatchObject({ needsMapping: 0, complete: true });
    const { compatible, mustStay, looked } = body as Record<string, number>;
    // those that are being undone end on their version
    expect(mustStay).toBeGreaterThan(0);
    expect(compatible).toBeGreaterThan(0);
    expect(looked).toBe((compatible ?? 0) + (mustStay ?? 0));
    expect(body['problems']).toContainEqual({ text: 'it is compensating', count: mustStay });
    expect(await get('/admin/definitions/place-order/3/moves/17')).toMatchObject({ status: 404 });
  });
});

describe('timers', () => {
  it('are told by when they are due, page by page, up to a moment', async () => {
    const minute = 60_000;
    const wakes = [90_000, 5, 90_000, 30_000, 10 * minute, 89_999].map((ms) => START + ms);
    const all = wakes.map((wakeAt) => {
      const told = new Told();
      told.instance = { ...told.instance, definition: 'timed', wakeAt };
      return told;
    });
    for (const [index, told] of all.entries()) {
      await world.database.transaction((tx) =>
        saveInstances(tx, [{ instance: told.instance, partition: index % 3 }]),
      );
    }
    const until = new Date(START + 2 * minute).toISOString();
    const found: Record<string, unknown>[] = [];
    for (let cursor = ''; ;) {
      const { body } = await get(`/admin/timers?limit=2&until=${until}${cursor}`);
      const { items, nextCursor } = body as {
        items: Record<string, unknown>[];
        nextCursor?: string;
      };
      expect(items.length).toBeLessThanOrEqual(2);
      found.push(...items);
      if (nextCursor === undefined) break;
      cursor = `&cursor=${nextCursor}`;
    }
    const timed = found.filter(({ definition }) => definition === 'timed');
    expect(timed.map(({ wakeAt }) => Date.parse(String(wakeAt)) - START)).toEqual([
      ...[5, 30_000, 89_999, 90_000, 90_000],
    ]);
    expect(new Set(found.map(({ sagaId }) => sagaId)).size).toBe(found.length);
    const wakesFound = found.map(({ wakeAt }) => String(wakeAt));
    expect(wakesFound).toEqual(wakesFound.toSorted());
    expect(timed[0]?.['at']).toMatchObject([{ step: 'reserve-stock', state: 'sent' }]);
  });

  it.each([
    ['until=tomorrow', 'until'],
    ['cursor=MTIz', 'cursor'],
    ['cursor=%21', 'cursor'],
    ['limit=0', 'limit'],
  ])('%s is refused, and the field named', async (query, field) => {
    const { status, body } = await get(`/admin/timers?${query}`);
    expect({ status, errors: body['errors'] }).toMatchObject({ status: 400, errors: [{ field }] });
  });
});

describe('figures', () => {
  it('say what is out, where, at risk, and how long steps take', async () => {
    const live = new Told().reply('reserve-stock');
    const { commandId = '' } = live.instance.steps['charge-payment']?.command ?? {};
    live.apply({
      ...{ kind: 'report', messageId: 'r', commandId },
      effects: [{ id: 'p', kind: 'money', unit: 'XTS', taken: 700, returned: 0, revision: 1 }],
    });
    await live.store();
    const odd = new Told();
    odd.instance = {
      ...odd.instance,
      attention: { step: 'x', code: 'y', message: 'z' },
      ledger: {
        p: { id: 'p', kind: 'money', unit: 'XTS', taken: 50, returned: 20, revision: 1, step: 'x' },
      },
    };
    await odd.store([]);
    const over = new Told().reply('reserve-stock', 'refused', 'inventory.stock-insufficient');
    over.instance = { ...over.instance, state: 'compensated', wakeAt: null };
    await over.store();
    const { body, status } = await get('/admin/figures');
    expect(status).toBe(200);
    expect(body['risk']).toContainEqual({ kind: 'money', unit: 'XTS', inFlight: 730, atRisk: 30 });
    expect(body['attention']).toEqual([{ definition: 'place-order', count: 1 }]);
    expect(body['at']).toContainEqual(
      expect.objectContaining({ definition: 'place-order', step: 'charge-payment', state: 'sent' }),
    );
    expect(body['steps']).toContainEqual({
      ...{ definition: 'place-order', step: 'reserve-stock', outcome: 'refused' },
      ...{ p50Ms: 1_000, p99Ms: 1_000, count: 1 },
    });
    // nobody could ask the broker
    expect(body).toMatchObject({ lag: null, surveyComplete: true, deadLetters: { open: 0 } });
    expect(body['oldestLiveS']).toBeGreaterThan(59);
  });
});

describe('the stream of events', () => {
  it('tells figures each second and what has changed, and ends when the process stops', async () => {
    await world.app.listen(0, '127.0.0.1');
    const { port } = world.app.getHttpServer().address() as { port: number };
    const url = `http://127.0.0.1:${port}/admin/events`;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(url, { headers: { 'x-api-key': key }, agent: false }, resolve).on('error', reject);
    });
    expect(response.headers['content-type']).toBe('text/event-stream');
    let text = '';
    let isOver = false;
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    response.on('close', () => (isOver = true));
    const seen = (pattern: RegExp, what: string) => waitFor(() => pattern.test(text), { what });
    await seen(/event: figures\ndata: \{"live".*event: figures/s, 'figures, twice');
    const { instance } = new Told();
    const changes = world.app.get(ChangedSagas);
    changes.tell([{ instance }]);
    changes.tell([{ instance: { ...instance, revision: 9 } }]);
    await seen(/event: sagas/, 'the change');
    const [, data] = /event: sagas\ndata: (.*)\n/.exec(text) ?? [];
    expect(JSON.parse(data ?? '')).toEqual({
      items: [{ sagaId: instance.id, revision: 9 }],
      more: false,
    });
    text = '';
    changes.tell(Array.from({ length: 600 }, () => ({ instance: { ...instance, id: newId() } })));
    await seen(/"more":true/, 'that there are more');
    world.app.get(LiveStreams).beforeApplicationShutdown();
    await waitFor(() => isOver, { what: 'the end of the stream' });
  });
});
