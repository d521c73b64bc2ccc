/** What the services show of themselves while they run: every figure that is asked for, and traces. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { SERVICE_NAMES, TestWorld, waitFor, type ServiceName } from '#testing';
import { readExposition, sumOf, type Sample } from '../../tools/stack/page/prometheus-text.js';
import { call } from '../support/http.js';
import { anOrder } from '../support/orders.js';
import { OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.js';
import { allExpressions, takeApart } from '../support/promql.js';
import { Shop } from '../support/shop.js';
import { Topics } from '../support/topics.js';

jest.setTimeout(240_000);

/** What Prometheus itself adds. */
const OF_PROMETHEUS = { metrics: ['up'], labels: ['instance', 'job'] };

let receiver: OtlpReceiver;
let world: TestWorld;
let shop: Shop;
let topics: Topics;

beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  const traced = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    LOG_SAMPLE_EVERY: '1',
  };
  world = await TestWorld.start({
    apps: [...SERVICE_NAMES, 'sandbox-payment', 'sandbox-carrier', 'sandbox-mail'],
    env: Object.fromEntries(SERVICE_NAMES.map((name) => [name, traced])),
  });
  shop = new Shop(world);
  topics = new Topics(world);
});
afterAll(async () => {
  await topics?.stop();
  await world?.stop();
  await receiver?.stop();
});

const shownBy = async (name: ServiceName) => {
  const { status, body } = await call<string>(`${world.url(name)}/metrics`);
  expect(status).toBe(200);
  return readExposition(body);
};

const figure = async (
  name: ServiceName,
  metric: string,
  of: (labels: Sample['labels']) => boolean,
) => sumOf((await shownBy(name)).samples, metric, of) ?? 0;

describe('traces', () => {
  const traceId = randomBytes(16).toString('hex');
  const caller = randomBytes(8).toString('hex');
  let spans: readonly ReceivedSpan[];

  beforeAll(async () => {
    const productId = await shop.product(10);
    const headers = { traceparent: `00-${traceId}-${caller}-01` };
    const { body } = await shop.post(anOrder({ productId }), headers);
    await shop.untilOrder(body.orderId, 'shipped');
    await shop.untilMailed(body.orderId, ['order-confirmed']);
    spans = await waitFor(
      () => {
        const found = receiver.ofTrace(traceId);
        const isWhole = ['order', 'notification', 'orchestrator'].every((service) =>
          found.some((span) => span.service === service),
        );
        const isMailed =
          found.some(isConfirmation) &&
          found.some(({ name }) => name === 'handle com.example.notification.notify-customer');
        const orphans = found.filter(
          (span) => span.parentSpanId !== caller && !parentOf(found, span),
        );
        return isWhole && isMailed && orphans.length === 0 ? found : undefined;
      },
      { what: 'the spans of the whole order' },
    );
  });

  it('are one from the request to the mail, below the span of the caller', () => {
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === caller);
    expect(roots.map(({ name, service }) => [service, name])).toEqual([['order', 'POST /orders']]);
    const services = new Set(spans.map(({ service }) => service));
    for (const name of [
      'order',
      'orchestrator',
      'inventory',
      'payment',
      'shipping',
      'notification',
    ]) {
      expect(services).toContain(name);
    }
  });

  it('show each command and its reply, in their order', () => {
    const way = wayTo(spans, ({ name }) => name === 'handle com.example.payment.payment-captured');
    expect(way).toEqual([
      ['order', 'POST /orders'],
      ['order', 'send com.example.saga.start'],
      ['orchestrator', 'handle com.example.saga.start'],
      ['orchestrator', 'decide place-order start'],
      ['orchestrator', 'send com.example.inventory.reserve-stock'],
      ['inventory', 'handle com.example.inventory.reserve-stock'],
      ['inventory', 'send com.example.inventory.stock-reserved'],
      ['orchestrator', 'handle com.example.inventory.stock-reserved'],
      ['orchestrator', 'decide place-order reply'],
      ['orchestrator', 'send com.example.payment.charge-payment'],
      ['payment', 'handle com.example.payment.charge-payment'],
      ['payment', 'send com.example.payment.payment-captured'],
      ['orchestrator', 'handle com.example.payment.payment-captured'],
    ]);
  });

  it('show what was asked of others: the provider, the carrier, the mail server', () => {
    const callsOf = (service: string) =>
      spans.filter((span) => span.service === service && span.kind === 3);
    expect(callsOf('payment').length).toBeGreaterThan(0);
    expect(callsOf('shipping').length).toBeGreaterThan(0);
    for (const span of [...callsOf('payment'), ...callsOf('shipping')]) {
      expect(parentOf(spans, span)?.name).toMatch(/^effect (payment|shipping)$/);
    }
    // The saga's command and the fact of the order ask for the same mail: whichever comes first.
    const [asked, mailed] = wayTo(spans, isConfirmation).slice(-2);
    expect(asked?.[0]).toBe('notification');
    expect(asked?.[1]).toMatch(
      /^handle com\.example\.(order\.confirmed|notification\.notify-customer)$/,
    );
    expect(mailed).toEqual(['notification', 'deliver email']);
    const commanded = ({ name }: ReceivedSpan) =>
      name === 'handle com.example.notification.notify-customer';
    expect(wayTo(spans, commanded).slice(-2)).toEqual([
      ['orchestrator', 'send com.example.notification.notify-customer'],
      ['notification', 'handle com.example.notification.notify-customer'],
    ]);
  });

  it('begin nothing before its cause', () => {
    for (const span of spans) {
      const parent = parentOf(spans, span);
      expect(span.end).toBeGreaterThanOrEqual(span.start);
      if (parent) expect(span.start).toBeGreaterThanOrEqual(parent.start - 2_000_000n);
    }
  });

  it('are not taken where the caller wants none', async () => {
    const unwanted = randomBytes(16).toString('hex');
    const productId = await shop.product(10);
    const headers = { traceparent: `00-${unwanted}-${caller}-00` };
    const { body } = await shop.post(anOrder({ productId }), headers);
    await shop.untilOrder(body.orderId, 'shipped');
    const later = randomBytes(16).toString('hex');
    await shop.post(anOrder({ productId }), { traceparent: `00-${later}-${caller}-01` });
    await waitFor(() => receiver.ofTrace(later).length > 3, { what: 'spans of a later order' });
    expect(receiver.ofTrace(unwanted)).toEqual([]);
  });
});

describe('metrics', () => {
  beforeAll(async () => {
    const productId = await shop.product(10);
    const { orderId } = (await shop.post(anOrder({ productId, token: 'tok_declined' }))).body;
    await shop.untilOrder(orderId, 'cancelled');
  });

  it('are there, with their labels, for every alert and every panel', async () => {
    const types = new Map<string, string>();
    const labelsOf = new Map<string, Set<string>>();
    for (const name of SERVICE_NAMES) {
      const shown = await shownBy(name);
      for (const [metric, type] of shown.types) types.set(metric, type);
      for (const { name: metric, labels } of shown.samples) {
        const known = labelsOf.get(metric) ?? new Set(OF_PROMETHEUS.labels);
        for (const label of Object.keys(labels)) known.add(label);
        labelsOf.set(metric, known);
      }
    }
    const missing = allExpressions().flatMap(({ place, text }) => {
      const { metrics, labels } = takeApart(text);
      const own = metrics.filter((metric) => !OF_PROMETHEUS.metrics.includes(metric));
      const absent = own.filter((metric) => !types.has(metric) && !types.has(familyOf(metric)));
      const known = new Set(own.flatMap((metric) => [...(labelsOf.get(metric) ?? [])]));
      // What has no sample yet cannot show its labels.
      const isShown = own.length > 0 && own.every((metric) => labelsOf.has(metric));
      const unknown = isShown ? labels.filter((label) => !known.has(label)) : [];
      return [...absent, ...unknown].map((what) => `${place}: ${what}`);
    });
    expect(missing).toEqual([]);
  });

  it.each([
    [
      'order',
      ['messaging_outbox_backlog', 'messaging_outbox_oldest_seconds', 'messaging_consuming'],
    ],
    ['orchestrator', ['saga_live', 'saga_attention', 'messaging_consumer_lag']],
    ['inventory', ['participant_parked_commands', 'database_pool_connections']],
    ['payment', ['effect_due', 'effect_waiting', 'effect_given_up', 'effect_oldest_due_seconds']],
    ['shipping', ['effect_running', 'effect_given_up_total', 'outbound_breaker_state']],
    ['audit', ['messaging_dead_letters_total', 'database_pool_waiting', 'database_pool_size_max']],
    ['audit', ['audit_conflicts_total']],
    ['accounting', ['accounting_suspicious_facts_total', 'accounting_reconciliation_differences']],
  ] as const)('are told also while there is nothing to tell: %s', async (name, wanted) => {
    const { samples } = await shownBy(name);
    const told = new Set(samples.map((sample) => sample.name));
    expect(wanted.filter((metric) => !told.has(metric))).toEqual([]);
    expect(samples.find((sample) => sample.labels['service'] !== name)).toBeUndefined();
  });

  it('count the sagas by what became of them, and the outcomes of their steps', async () => {
    const { samples } = await shownBy('orchestrator');
    const ended = (state: string) =>
      sumOf(samples, 'saga_duration_seconds_count', (labels) => labels['state'] === state);
    expect(ended('completed')).toBeGreaterThanOrEqual(2);
    expect(ended('compensated')).toBe(1);
    const steps = (step: string, outcome: string) =>
      sumOf(
        samples,
        'saga_step_seconds_count',
        (labels) => labels['step'] === step && labels['outcome'] === outcome,
      );
    expect(steps('charge-payment', 'refused')).toBe(1);
    expect(steps('reserve-stock', 'undone')).toBe(1);
    expect(steps('reserve-stock', 'done')).toBeGreaterThanOrEqual(3);
    await waitFor(async () => (await figure('orchestrator', 'saga_live', () => true)) === 0, {
      what: 'no saga in flight',
    });
  });

  it('show a lag that grows while the consumer is stuck and handles nothing', async () => {
    const isInbox = ({ topic }: Sample['labels']) => topic === 'saga.inbox';
    const lag = () => figure('orchestrator', 'messaging_consumer_lag', isInbox);
    await waitFor(async () => (await lag()) === 0, { what: 'no lag' });
    const holder = new pg.Client({ connectionString: world.database('orchestrator').url });
    await holder.connect();
    await holder.query('begin');
    // Whoever wants to lock an instance waits for this one.
    await holder.query('lock table saga_instance in exclusive mode');
    await topics.send(
      Array.from({ length: 1_001 }, (_, index) => ({
        topic: 'saga.inbox',
        key: `key-${index}`,
        headers: {
          ce_specversion: '1.0',
          ce_id: `stuck-${index}`,
          ce_source: 'test',
          ce_type: 'com.example.saga.cancel',
        },
        value: JSON.stringify({
          definition: 'nothing',
          businessKey: `key-${index}`,
          reason: { code: 'x', message: 'y' },
        }),
      })),
    );
    await waitFor(async () => (await lag()) === 1_001, { what: 'a lag of 1,001' });
    await holder.end();
    await waitFor(async () => (await lag()) === 0, { what: 'a lag that is gone' });
    const kept = await figure('orchestrator', 'messaging_dead_letters_total', isInbox);
    expect(kept).toBe(1_001);
    await waitFor(
      async () => (await figure('orchestrator', 'messaging_dead_letters_kept', isInbox)) === 1_001,
      { what: '1,001 dead letters in the topic' },
    );
  });

  it('count an event that goes round in circles', async () => {
    const chain = '40 9*com.example.saga.tick|x';
    const headers = { ce_specversion: '1.0', ce_source: 'test', ce_subject: 'x', ce_chain: chain };
    await topics.send([
      {
        topic: 'saga.inbox',
        key: 'x',
        headers: { ...headers, ce_id: 'loop', ce_type: 'com.example.saga.tick' },
        value: '{"dueBeforeMs":0}',
      },
    ]);
    await waitFor(
      async () => (await figure('orchestrator', 'messaging_loops_total', () => true)) === 1,
      { what: 'a loop that was stopped' },
    );
  });
});

describe('the log', () => {
  it('shows events that were handled: which, from where, by which way, and how many one stands for', async () => {
    const lines = await world.app('payment').lastLines(2_000);
    const line = lines
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .find(
        ({ msg, eventType }) =>
          msg === 'event handled' && eventType === 'com.example.payment.charge-payment',
      );
    expect(line).toMatchObject({
      service: 'payment',
      level: 'info',
      sampled: 1,
      eventSource: 'orchestrator',
      topic: 'payment.commands',
      chain: expect.stringContaining('com.example.saga.start'),
      eventId: expect.stringContaining(':charge-payment'),
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });
});

const familyOf = (metric: string): string => metric.replace(/_(bucket|sum|count)$/, '');

const parentOf = (spans: readonly ReceivedSpan[], { parentSpanId }: ReceivedSpan) =>
  spans.find(({ spanId }) => spanId === parentSpanId);

const isConfirmation = ({ name, attributes }: ReceivedSpan): boolean =>
  name === 'deliver email' && attributes['notice.template'] === 'order-confirmed';

/** From the request down to the first such span: service and name of each. */
function wayTo(
  spans: readonly ReceivedSpan[],
  isEnd: (span: ReceivedSpan) => boolean,
): [string, string][] {
  const way: [string, string][] = [];
  let span = spans.find(isEnd);
  while (span) {
    way.unshift([span.service, span.name]);
    span = parentOf(spans, span);
  }
  return way;
}
