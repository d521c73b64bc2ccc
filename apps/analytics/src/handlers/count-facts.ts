/**
 * Counts facts, each once. Of every order that a batch concerns it is worked out anew what it adds to the
 * figures, out of all facts that are known by then; the difference to what was counted before is added.
 */
import { allStatements, type CloudEvent, type Tx } from '#messaging';
import { contributionsOf } from '../domain/contributions.js';
import { factsOf, type Told, type ZoneFact } from '../domain/facts.js';
import { Sums, type Contribution } from '../domain/figures.js';
import { changedFrom } from '../domain/zones.js';
import {
  countedMerchants,
  factsOfOrders,
  insertFacts,
  stepsOfMerchant,
} from '../persistence/fact-rows.js';
import { addToMetrics } from '../persistence/metric-rows.js';
import { addTallies, lockTallies, storeTallies } from '../persistence/tally-rows.js';
import { findZones, insertZones, lockZones, zonesOfOrders } from '../persistence/zone-rows.js';

/** @throws for a fact that breaks its contract; alone in its batch, it becomes a dead letter */
export async function countFacts(tx: Tx, events: readonly CloudEvent[]): Promise<void> {
  const { orders, zones } = factsOf(events);
  if (orders.length + zones.length === 0) return;
  const locked = lockZones(tx, zones.length > 0 ? 'alone' : 'shared');
  const moved = zones.length > 0 ? await learnZones(tx, locked, zones) : [];
  if (orders.length > 0) {
    const orderIds = [...new Set(orders.map(({ orderId }) => orderId))].toSorted();
    const added = [addTallies(tx, orderIds), insertFacts(tx, orders)];
    await recount(tx, orderIds, [locked, ...added]);
  }
  for (const [merchantId, from] of moved) await recountMerchant(tx, merchantId, from);
}

/**
 * @param orderIds sorted, each once
 * @param before statements that are under way, and of which this sees the effects
 */
async function recount(
  tx: Tx,
  orderIds: readonly string[],
  before: readonly Promise<unknown>[] = [],
): Promise<void> {
  const tallies = lockTallies(tx, orderIds);
  const facts = factsOfOrders(tx, orderIds);
  const zones = zonesOfOrders(tx, orderIds);
  await allStatements([...before, tallies, facts, zones]);
  const [counted, known, zonesOf] = await Promise.all([tallies, facts, zones]);
  const sums = new Sums();
  const changed: { orderId: string; counted: readonly Contribution[] }[] = [];
  for (const orderId of orderIds) {
    const old = counted.get(orderId) ?? [];
    const now = contributionsOf(
      known.get(orderId) ?? [],
      (merchant) => zonesOf.get(merchant) ?? [],
    );
    if (JSON.stringify(now) === JSON.stringify(old)) continue;
    sums.addAll(old, -1);
    sums.addAll(now);
    changed.push({ orderId, counted: now });
  }
  if (changed.length === 0) return;
  await allStatements([storeTallies(tx, changed), addToMetrics(tx, sums.contributions())]);
}

/** @returns merchants some of whose days are others now, and from when on */
async function learnZones(
  tx: Tx,
  locked: Promise<unknown>,
  zones: readonly Told<ZoneFact>[],
): Promise<readonly (readonly [merchantId: string, from: number])[]> {
  const merchantIds = [...new Set(zones.map(({ merchantId }) => merchantId))].toSorted();
  const zonesBefore = findZones(tx, merchantIds);
  const inserted = insertZones(tx, zones);
  const zonesNow = findZones(tx, merchantIds);
  await allStatements([locked, zonesBefore, inserted, zonesNow]);
  const [before, now] = await Promise.all([zonesBefore, zonesNow]);
  const changed = merchantIds.flatMap((id) => {
    const from = changedFrom(before.get(id) ?? [], now.get(id) ?? []);
    return from === undefined ? [] : [[id, from] as const];
  });
  const counted = await countedMerchants(
    tx,
    changed.map(([id]) => id),
  );
  return changed.filter(([id]) => counted.has(id));
}

const PAGE = 1_000;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

async function recountMerchant(tx: Tx, merchantId: string, from: number): Promise<void> {
  const start = Number.isFinite(from) ? new Date(from).toISOString() : '-infinity';
  let after = { at: start, orderId: BEFORE_ALL };
  for (;;) {
    const steps = await stepsOfMerchant(tx, merchantId, after, PAGE);
    const last = steps.at(-1);
    if (!last) return;
    await recount(tx, [...new Set(steps.map(({ orderId }) => orderId))].toSorted());
    after = last;
  }
}
