/** Looks up in the databases what became of the orders of a run. */
import pg from 'pg';
import { benchOrder } from '../own/saga.js';
import { PARTICIPANTS } from '../own/participant.js';
import type { BenchSystem, Role } from '../own/system.js';
import { compare } from './judge.js';

const ORDERS = `select order_id as id from bench_order where starts_with(order_id, $1)`;

const STARTS = `
  select key as id from outbox where topic = 'saga.inbox' and starts_with(key, $1)`;

const COMPLETED = `
  select business_key as id from saga_instance
   where starts_with(business_key, $1) and definition = $2 and state = 'completed'`;

const EFFECTS = `
  select order_id as id, step from bench_effect where starts_with(order_id, $1)`;

const ENDED = `
  select count(*)::int as orders from saga_instance
   where starts_with(business_key, $1) and definition = $2
     and state in ('completed', 'compensated')`;

const COUNT = `select count(*)::int as orders from bench_order where starts_with(order_id, $1)`;

/** Of an order whose charge is not declined. */
const STEPS = ['reserve', 'charge', 'ship', 'notify'];

export interface OrderIds {
  readonly accepted: ReadonlySet<string>;
  /** They may have been accepted nevertheless. */
  readonly failed: ReadonlySet<string>;
}

/** The orders whose ids begin with `prefix-`. */
export class Books {
  private readonly start: string;

  constructor(
    private readonly system: BenchSystem,
    prefix: string,
  ) {
    this.start = `${prefix}-`;
  }

  /** How many orders lie there, whatever they were answered. */
  orders(): Promise<number> {
    return this.count('order', COUNT);
  }

  /** How many of them have a saga that is over. */
  ended(): Promise<number> {
    return this.count('orchestrator', ENDED, [benchOrder.name]);
  }

  /** What does not add up; `withSagas`: they all should be over. */
  async audit({ accepted, failed }: OrderIds, withSagas: boolean): Promise<string[]> {
    const orders = await this.ids('order', ORDERS);
    const there = new Set(orders);
    const starts = await this.ids('order', STARTS);
    return [
      ...compare({ what: 'row of its own', must: accepted, may: failed }, orders),
      ...compare({ what: 'start in the outbox', must: there }, starts),
      ...(withSagas ? await this.auditSagas(there) : []),
    ];
  }

  private async auditSagas(orders: ReadonlySet<string>): Promise<string[]> {
    const completed = await this.ids('orchestrator', COMPLETED, [benchOrder.name]);
    const problems = compare({ what: 'saga that completed', must: orders }, completed);
    const byStep = new Map<string, string[]>(STEPS.map((step) => [step, []]));
    for (const participant of PARTICIPANTS) {
      for (const { id, step } of await this.rows<Effect>(participant, EFFECTS)) {
        const ids = byStep.get(step);
        if (ids) ids.push(id);
        else byStep.set(step, [id]);
      }
    }
    for (const [step, ids] of byStep) {
      // A step that undoes another has no business here.
      const must = STEPS.includes(step) ? orders : new Set<string>();
      problems.push(...compare({ what: `effect of ${step}`, must }, ids));
    }
    return problems;
  }

  private async ids(role: Role, sql: string, more: readonly string[] = []): Promise<string[]> {
    return (await this.rows<Order>(role, sql, more)).map(({ id }) => id);
  }

  private async count(role: Role, sql: string, more: readonly string[] = []): Promise<number> {
    const [row] = await this.rows<{ readonly orders: number }>(role, sql, more);
    return row?.orders ?? 0;
  }

  private async rows<T extends object>(
    role: Role,
    sql: string,
    more: readonly string[] = [],
  ): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.system.databaseOf(role) });
    await client.connect();
    try {
      return (await client.query<T>(sql, [this.start, ...more])).rows;
    } finally {
      await client.end();
    }
  }
}

interface Order {
  readonly id: string;
}

interface Effect extends Order {
  readonly step: string;
}
