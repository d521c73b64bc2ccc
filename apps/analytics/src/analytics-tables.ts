import type { CloudEvent, Tx } from '#messaging';
import type { Rebuildable } from '#reader';
import { factsOf, FACT_TYPES, type Facts } from './domain/facts.js';
import { countFacts } from './handlers/count-facts.js';
import { areFactsKnown } from './persistence/fact-rows.js';
import { columnOf, metricTables } from './persistence/metric-tables.js';
import { areZonesKnown } from './persistence/zone-rows.js';

/** All that analytics keeps follows from facts. */
export const analyticsTables: Rebuildable = {
  types: FACT_TYPES,
  tables: ['fact', 'merchant_zone', 'tally', ...metricTables.map(({ name }) => name)],
  facts: [
    { table: 'fact', key: ['order_id', 'kind', 'revision'] },
    { table: 'merchant_zone', key: ['merchant_id', 'revision'] },
  ],
  apply: countFacts,
  areKnown,
  figures: metricTables.map(({ name, dimension, figures }) => {
    const key = [columnOf(dimension), 'day', 'currency'].join(', ');
    return `select ${key}, ${figures.map(columnOf).join(', ')} from ${name} order by ${key}`;
  }),
};

const NONE: Facts = { orders: [], zones: [] };

async function areKnown(tx: Tx, events: readonly CloudEvent[]): Promise<boolean[]> {
  const facts = events.map((event) => {
    try {
      return factsOf([event]);
    } catch {
      return NONE;
    }
  });
  const orders = await areFactsKnown(
    tx,
    facts.flatMap((one) => one.orders),
  );
  const zones = await areZonesKnown(
    tx,
    facts.flatMap((one) => one.zones),
  );
  return facts.map((one) => {
    const ofOrder = one.orders.length === 0 || orders.shift();
    const ofZone = one.zones.length === 0 || zones.shift();
    return (ofOrder && ofZone) === true;
  });
}
