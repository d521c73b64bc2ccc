/** A command that a timer sends belongs to the trace of its saga, which only the database remembers. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventType } from '#contracts';
import { createService, Database, newId, Outbox } from '#messaging';
import { createLogger, installTracing, readTraceparent, type Tracing } from '#platform';
import { waitFor } from '#testing';
import { orchestratorService } from '../../../apps/orchestrator/src/service.js';
import { openGround } from './ground.js';

const cleanUp: (() => unknown)[] = [];
let app: NestFastifyApplication;
/** Names of the spans by their ids, and the parents of each. */
const names = new Map<string, string>();
const parents = new Map<string, string>();

const tracing: Tracing = {
  enter: () => {
    throw new Error('nothing comes in over HTTP here');
  },
  below(traceparent, { name }) {
    const parent = readTraceparent(traceparent);
    if (parent?.sampled !== true) return undefined;
    const spanId = randomBytes(8).toString('hex');
    names.set(spanId, name);
    parents.set(spanId, parent.spanId);
    return {
      traceparent: `00-${parent.traceId}-${spanId}-01`,
      set: () => undefined,
      fail: () => undefined,
      end: () => undefined,
    };
  },
  stop: () => Promise.resolve(),
};

beforeAll(async () => {
  installTracing(tracing);
  cleanUp.unshift(() => installTracing(undefined));
  const ground = await openGround();
  cleanUp.unshift(() => ground.closing.all());
  const env = {
    ...ground.env,
    STEP_TIMEOUT_MS: '300',
    STEP_ATTEMPTS: '3',
    TIMER_POLL_MS: '50',
  };
  app = await createService(
    orchestratorService,
    env,
    createLogger({ service: 't', level: 'silent' }),
  );
  cleanUp.unshift(() => app.close());
}, 240_000);
afterAll(async () => {
  for (const end of cleanUp) await end();
}, 240_000);

const input = (orderId: string) => ({
  ...{ orderId, customerId: 'c-1', merchantId: 'm-1', channel: 'web', currency: 'GBP' },
  items: [{ productId: '85123A', quantity: 6, unitPrice: 255 }],
  totalAmount: 1530,
  shippingAddress: { prefecture: 'Kent', city: 'Dover', line1: 'Quay 1', postalCode: 'CT16' },
  email: 'a@example.com',
  payment: { method: 'credit_card', sealedToken: 'v1.x.y' },
});

const start = async (traceparent: string | undefined): Promise<string> => {
  const key = randomUUID();
  await app.get(Outbox).transaction((unit) => {
    unit.publish({
      ...{ id: newId(), source: 'test', subject: key, topic: 'saga.inbox', key },
      type: eventType('saga.start'),
      time: new Date().toISOString(),
      ...(traceparent !== undefined && { traceparent }),
      data: { definition: 'place-order', businessKey: key, input: input(key) },
    });
    return Promise.resolve();
  });
  return key;
};

/** Trace contexts of a step's command, sent for the first time and once more. */
const commandsOf = (key: string) =>
  waitFor(
    async () => {
      const rows = await app.get(Database).query<{ traceparent: string | null; resend: string }>(
        `select headers ->> 'traceparent' as traceparent, headers ->> 'ce_resend' as resend
             from outbox where key = $1 and topic = 'inventory.commands' order by epoch, seq`,
        [key],
      );
      return rows.length >= 2 ? rows : undefined;
    },
    { what: 'a command that is sent once more' },
  );

const wayOf = (traceparent: string | null | undefined): string[] => {
  const way: string[] = [];
  let id = readTraceparent(traceparent ?? undefined)?.spanId;
  while (id !== undefined && names.has(id)) {
    way.unshift(names.get(id) ?? '');
    id = parents.get(id);
  }
  return way;
};

describe('a command that is sent once more', () => {
  it('is below the decision that the silence was for, in the trace of its saga', async () => {
    const traceId = randomBytes(16).toString('hex');
    const [first, again] = await commandsOf(await start(`00-${traceId}-${'1'.repeat(16)}-01`));
    expect([first?.resend, again?.resend]).toEqual(['0', '1']);
    expect(readTraceparent(again?.traceparent ?? undefined)).toMatchObject({ traceId });
    expect(wayOf(first?.traceparent)).toEqual([
      'send com.example.saga.start',
      'handle com.example.saga.start',
      'decide place-order start',
      'send com.example.inventory.reserve-stock',
    ]);
    const way = wayOf(again?.traceparent);
    // A timer that fires before the command is known to be published is set once more.
    expect(way.filter((name, at) => name !== way[at - 1])).toEqual([
      'send com.example.saga.start',
      'handle com.example.saga.start',
      'decide place-order start',
      'decide place-order timer',
      'send com.example.inventory.reserve-stock',
    ]);
  });

  it('has no trace where its saga has none', async () => {
    const commands = await commandsOf(await start(undefined));
    expect(commands.map(({ traceparent }) => traceparent)).toEqual(commands.map(() => null));
  });
});
