/**
 * Promise attacked here, on real tables: whatever the order of facts, however often they are told and
 * however they are split between batches and replicas, the ledger is the same, to the line, and its
 * sums are those of its lines.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rebuildableLedger } from '../../apps/accounting/src/handlers/ledger-rebuild.js';
import { ledgerFacts } from '../../apps/accounting/src/spec/histories.js';
import type { CloudEvent } from '#messaging';
import { runSql } from '#testing';
import { verifyLedger } from '../../tools/ledger/verify.js';
import { AccountingWorld } from './accounting-world.js';
import type { Replica } from './participant-harness.js';

let world: AccountingWorld;
let replicas: Replica[];
beforeAll(async () => {
  world = await AccountingWorld.start();
  replicas = await Promise.all([world.replica(), world.replica()]);
}, 240_000);
afterAll(() => world.stop());

/** As only an owner can do it. */
const empty = () =>
  runSql(world.databaseUrl, [
    ...['entry', 'entry_line'].map((table) => `alter table ${table} disable trigger user`),
    'truncate entry, entry_line, balance, day_total',
    ...['entry', 'entry_line'].map((table) => `alter table ${table} enable trigger user`),
  ]);
const ledger = () =>
  Promise.all(rebuildableLedger.figures.map((select) => world.database.query(select)));

const shuffled = (events: readonly CloudEvent[], dice: readonly number[]): CloudEvent[] =>
  events
    .map((event, index) => ({ event, die: dice[index % dice.length] ?? 0 }))
    .sort((a, b) => a.die - b.die)
    .map(({ event }) => event);

const dice = fc.array(fc.nat(1_000_000), { minLength: 100, maxLength: 100 });

it('is the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      ledgerFacts({ mereTotals: false }),
      dice,
      dice,
      fc.integer({ min: 1, max: 9 }),
      async (facts, first, second, size) => {
        const events = facts.map(({ event }) => event);
        await empty();
        await world.deliver(events);
        const inTurn = await ledger();
        await empty();
        // each of two replicas is told all of it, in its own order, at the same time
        await Promise.all(
          [first, second].map(async (order, index) => {
            const mine = shuffled(events, order);
            for (let at = 0; at < mine.length; at += size) {
              await world.deliver(mine.slice(at, at + size), { by: replicas[index]?.outbox });
            }
          }),
        );
        expect(await ledger()).toEqual(inTurn);
        expect((await verifyLedger(world.databaseUrl)).broken).toBeUndefined();
      },
    ),
    { numRuns: 25 },
  );
});
