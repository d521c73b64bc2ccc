/** What a saga costs, counted: messages, bytes, rows, statements and transactions, never time. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { allTopics } from '#contracts';
import { PARTICIPANTS } from '../../tools/bench/own/participant.js';
import type { Role } from '../../tools/bench/own/system.js';
import { BenchWorld } from '../support/bench-world.js';
import type { Calls } from '../support/statements.js';

jest.setTimeout(240_000);

/** Sagas at once, enough for messages in every partition. */
const TOGETHER = 200;
/** One more is alone. */
const SAGAS = TOGETHER + 1;

/** A start and four replies, and four commands. */
const MESSAGES_A_SAGA: Readonly<Record<string, number>> = {
  'saga.inbox': 5,
  'inventory.commands': 1,
  'payment.commands': 1,
  'shipping.commands': 1,
  'notification.commands': 1,
};

/** Keys, values and headers of the nine; it was 5,149. */
const BYTES_A_SAGA_MAX = 5_400;

/** Statements of a saga whose messages come one by one, BEGIN and COMMIT apart. */
const ALONE = {
  order: { 'insert orders': 1, 'insert outbox': 1 },
  // The first message begins the instance, the last one causes no command.
  orchestrator: {
    'lock instances': 5,
    'insert instances': 1,
    'update instances': 4,
    'append history': 5,
    'insert outbox': 4,
  },
  participant: {
    'load barrier': 1,
    'insert effects': 1,
    'insert barrier': 1,
    'insert outbox': 1,
  },
} satisfies Readonly<Record<string, Calls>>;

/**
 * Statements a saga, of many at once, BEGIN and COMMIT included. It was 0.15 and, of all four
 * participants, 0.12: every batch held a message of each saga. With a transaction a partition it
 * would be 1.7 and 0.72, with one a message 29 and 24.
 */
const OF_ORCHESTRATOR_MAX = 0.6;
const OF_PARTICIPANTS_MAX = 0.36;

describe('what a saga costs', () => {
  let world: BenchWorld;
  let together: Readonly<Record<Role, Calls>>;
  let alone: Readonly<Record<Role, Calls>>;
  beforeAll(async () => {
    world = await BenchWorld.start(['orchestrator', 'inventory']);
    together = await world.counting(() => runTogether(world));
    alone = await world.counting(async () => {
      await world.place(['alone-000']);
      await world.untilCompleted(SAGAS);
    });
  }, 240_000);
  afterAll(() => world?.stop(), 240_000);

  it('is nine messages, in the outboxes as in Kafka', async () => {
    const all = Object.keys(allTopics());
    const wanted = all.map((topic) => [topic, SAGAS * (MESSAGES_A_SAGA[topic] ?? 0)] as const);
    expect(await world.topics.counts(all)).toEqual(Object.fromEntries(wanted));
    const sent = [...(await world.outboxes())].map(([topic, { messages }]) => [topic, messages]);
    expect(new Map(sent as [string, number][])).toEqual(
      new Map(wanted.filter(([, messages]) => messages > 0)),
    );
  });

  it('is only so many bytes', async () => {
    const sent = [...(await world.outboxes()).values()];
    const bytes = sent.reduce((sum, topic) => sum + topic.bytes, 0);
    expect(bytes / SAGAS).toBeLessThanOrEqual(BYTES_A_SAGA_MAX);
  });

  it('is a row of history a message, and a row of the barrier a command', async () => {
    expect(await world.rows('order', 'bench_order')).toBe(SAGAS);
    expect(await world.rows('orchestrator', 'saga_instance')).toBe(SAGAS);
    expect(await world.rows('orchestrator', 'saga_history')).toBe(5 * SAGAS);
    for (const participant of PARTICIPANTS) {
      expect(await world.rows(participant, 'barrier')).toBe(SAGAS);
      expect(await world.rows(participant, 'bench_effect')).toBe(SAGAS);
    }
  });

  it('ends once, as the orchestrator shows', async () => {
    const shown = await (await fetch(`${world.system.urlOf('orchestrator')}/metrics`)).text();
    const counts = shown
      .split('\n')
      .filter((line) => line.startsWith('saga_duration_seconds_count'));
    expect(counts).toHaveLength(1);
    expect(counts[0]).toMatch(new RegExp(`state="completed".* ${SAGAS}$`));
  });

  it('is, alone, a transaction a message and each of its statements once', () => {
    expect(ofBatches(alone.order)).toEqual(ALONE.order);
    expect(ofBatches(alone.orchestrator)).toEqual(ALONE.orchestrator);
    expectTransactions(alone.order, 1);
    expectTransactions(alone.orchestrator, 5);
    for (const participant of PARTICIPANTS) {
      expect(ofBatches(alone[participant])).toEqual(ALONE.participant);
      expectTransactions(alone[participant], 1);
    }
  });

  it('takes each statement once a batch, however many messages that holds', () => {
    const { orchestrator } = together;
    expectOnceABatch(orchestrator, ALONE.orchestrator, batchesOf.orchestrator(orchestrator));
    for (const participant of PARTICIPANTS) {
      const calls = together[participant];
      expectOnceABatch(calls, ALONE.participant, batchesOf.participant(calls));
    }
    // These had started before, so that nothing else is among what was counted.
    for (const participant of ['payment', 'shipping', 'notification'] as const) {
      const names = Object.keys(ofBatches(together[participant]));
      expect(new Set(names)).toEqual(new Set(Object.keys(ALONE.participant)));
    }
  });

  it('shares one transaction with all that waits, in whatever partition', () => {
    // Whoever reads them started when all of them were there. A second fetch may be needed.
    expect(together.orchestrator['insert instances']).toBeLessThanOrEqual(2);
    expect(together.inventory['load barrier']).toBeLessThanOrEqual(2);
  });

  it('is a fraction of a transaction when many run together', () => {
    const { orchestrator } = together;
    const ofOrchestrator =
      sum(orchestrator, ALONE.orchestrator) + 2 * batchesOf.orchestrator(orchestrator);
    expect(ofOrchestrator / TOGETHER).toBeLessThan(OF_ORCHESTRATOR_MAX);

    const ofParticipants = PARTICIPANTS.map((participant) => {
      const calls = together[participant];
      return sum(calls, ALONE.participant) + 2 * batchesOf.participant(calls);
    }).reduce((total, statements) => total + statements, 0);
    expect(ofParticipants / TOGETHER).toBeLessThan(OF_PARTICIPANTS_MAX);
  });
});

/** Each hop finds what the one before has left for it, instead of what happens to be there. */
async function runTogether(world: BenchWorld): Promise<void> {
  // As long as the other one's id, for the sake of the bytes.
  await world.place(Array.from({ length: TOGETHER }, (_, n) => `bench-${n + 100}`));
  await world.untilHolds('saga.inbox', TOGETHER);
  await world.system.startProcess('orchestrator');
  await world.untilHolds('inventory.commands', TOGETHER);
  await world.system.startProcess('inventory');
  await world.untilCompleted(TOGETHER);
}

/** Every batch begins with it. */
const batchesOf = {
  orchestrator: (calls: Calls): number => calls['lock instances'] ?? 0,
  participant: (calls: Calls): number => calls['load barrier'] ?? 0,
};

const APART = ['begin', 'commit', 'poll', 'upkeep'];

/** Without what runs by the clock, and what surrounds every transaction. */
const ofBatches = (calls: Calls): Calls =>
  Object.fromEntries(Object.entries(calls).filter(([name]) => !APART.includes(name)));

/** The calls of those that are named; a process that has just started made others besides. */
const sum = (calls: Calls, names: Calls): number =>
  Object.keys(names).reduce((total, name) => total + (calls[name] ?? 0), 0);

function expectTransactions({ begin = 0, poll = 0 }: Calls, count: number): void {
  // A poll may have begun and not asked yet.
  expect([count, count + 1]).toContain(begin - poll);
}

function expectOnceABatch(calls: Calls, names: Calls, batches: number): void {
  for (const name of Object.keys(names)) {
    expect(calls[name]).toBeGreaterThan(0);
    expect(calls[name]).toBeLessThanOrEqual(batches);
  }
}
