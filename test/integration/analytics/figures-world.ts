/** The analytics service on a database of its own, given facts as its topics would give them. */
import { Outbox, type ReceivedEvent } from '#messaging';
import { analyticsService } from '../../../apps/analytics/src/service.js';
import { contributionsOf } from '../../../apps/analytics/src/domain/contributions.js';
import {
  factsOf,
  type OrderFact,
  type ZoneFact,
} from '../../../apps/analytics/src/domain/facts.js';
import { Sums, type Contribution } from '../../../apps/analytics/src/domain/figures.js';
import { FactsController } from '../../../apps/analytics/src/handlers/facts.controller.js';
import {
  columnOf,
  metricTables,
  type MetricTable,
} from '../../../apps/analytics/src/persistence/metric-tables.js';
import { ServiceWorld } from '../service-world.js';

type Row = Record<string, string | number>;

export class FiguresWorld {
  private constructor(readonly service: ServiceWorld) {}

  /** @param settings beyond those that every service has */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<FiguresWorld> {
    // Nobody listens there: only rebuilds ask it.
    const env = { AUDIT_URL: 'http://127.0.0.1:9', ...settings };
    return new FiguresWorld(await ServiceWorld.start(analyticsService, env));
  }

  stop(): Promise<void> {
    return this.service.stop();
  }

  get database(): ServiceWorld['database'] {
    return this.service.database;
  }

  /** One batch, one transaction, as the transport makes it. */
  hear(...events: readonly ReceivedEvent[]): Promise<void> {
    const { app } = this.service;
    return app
      .get(Outbox)
      .transaction((unit) =>
        app.get(FactsController).onReplay({ topic: 'analytics.replay', events }, unit),
      );
  }

  async get(path: string, headers: Record<string, string> = {}) {
    return this.service.ask('GET', `/api/v1/analytics/${path}`, undefined, headers);
  }

  /** The answer as it came. */
  async csv(path: string, headers: Record<string, string> = {}) {
    const url = `/api/v1/analytics/${path}`;
    const { body, headers: answered } = await this.service.app.inject({ url, headers });
    return { text: body, headers: answered };
  }

  async items(path: string): Promise<Row[]> {
    return (await this.get(path)).body['items'] as Row[];
  }

  /** All rows of all tables of figures. */
  async tables(): Promise<Record<string, Row[]>> {
    const found: Record<string, Row[]> = {};
    for (const { name, dimension } of metricTables) {
      const rows = await this.database.query<Row>(
        `select * from ${name} order by ${columnOf(dimension)}, day, currency`,
      );
      found[name] = rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([key, value]) => [
            key,
            /^-?\d+$/.test(String(value)) ? Number(value) : value,
          ]),
        ),
      );
    }
    return found;
  }

  /** Empties everything but the settings of the database. */
  async forget(): Promise<void> {
    for (const table of [
      'fact',
      'merchant_zone',
      'tally',
      ...metricTables.map(({ name }) => name),
    ]) {
      await this.database.query(`delete from ${table}`);
    }
  }
}

/** What the tables must hold after these facts, by a fold over all of them at once. */
export function tablesOf(events: readonly ReceivedEvent[]): Record<string, Row[]> {
  const { orders, zones } = onceEach(factsOf(events));
  const zonesOf = (id: string) => zones.filter(({ merchantId }) => merchantId === id);
  const sums = new Sums();
  for (const facts of Map.groupBy(orders, ({ orderId }) => orderId).values()) {
    sums.addAll(contributionsOf(facts, zonesOf));
  }
  return Object.fromEntries(
    metricTables.map((table) => [table.name, rowsOf(table, sums.contributions())]),
  );
}

function rowsOf({ dimension, figures }: MetricTable, sums: readonly Contribution[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { day, currency, figures: amounts, ...place } of sums) {
    const key = JSON.stringify([place[dimension], day, currency]);
    const none = Object.fromEntries(figures.map((figure) => [columnOf(figure), 0]));
    const row = rows.get(key) ?? {
      [columnOf(dimension)]: place[dimension],
      day,
      currency,
      ...none,
    };
    rows.set(key, row);
    for (const figure of figures) {
      row[columnOf(figure)] = Number(row[columnOf(figure)]) + (amounts[figure] ?? 0);
    }
  }
  const isZero = (row: Row) => figures.every((figure) => row[columnOf(figure)] === 0);
  return [...rows.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, row]) => (isZero(row) ? [] : [row]));
}

function onceEach({ orders, zones }: { orders: readonly OrderFact[]; zones: readonly ZoneFact[] }) {
  const once = <Fact>(facts: readonly Fact[], keyOf: (fact: Fact) => string): Fact[] => [
    ...new Map(facts.map((fact) => [keyOf(fact), fact])).values(),
  ];
  return {
    orders: once(orders, ({ orderId, kind, revision }) => `${orderId} ${kind} ${revision}`),
    zones: once(zones, ({ merchantId, revision }) => `${merchantId} ${revision}`),
  };
}
