/** The audit service on a database of its own, without any broker: facts are handed to its handler. */
import { auditService } from '../../../apps/audit/src/service.js';
import { FactsController } from '../../../apps/audit/src/handlers/facts.controller.js';
import { FactStore } from '../../../apps/audit/src/handlers/fact-store.js';
import { eventType } from '#contracts';
import { newId, Outbox, type ReceivedEvent } from '#messaging';
import { waitFor } from '#testing';
import { ServiceWorld } from '../service-world.js';

export interface Item {
  readonly id: string;
  readonly name: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly revision?: number;
  readonly time: string;
  readonly data: unknown;
  readonly [more: string]: unknown;
}

export interface Page {
  readonly items: Item[];
  readonly cursor: string;
  readonly more: boolean;
}

let offset = 0;

/** A fact as the transport hands it over. */
export function aFact(
  name: string,
  subject: string,
  data: unknown,
  more: Partial<ReceivedEvent> = {},
): ReceivedEvent {
  offset += 1;
  return {
    ...{ id: newId(), source: 'test', type: eventType(name), subject, key: subject },
    ...{ time: '2026-11-26T12:00:00.000Z', topic: 'order.events', data },
    ...{ partition: 0, offset: String(offset), headers: {}, extensions: {} },
    ...more,
  };
}

export class AuditWorld {
  private constructor(readonly service: ServiceWorld) {}

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<AuditWorld> {
    return new AuditWorld(await ServiceWorld.start(auditService, settings));
  }

  get database() {
    return this.service.database;
  }

  /** One batch, one transaction; and until readers may see it. */
  async keep(...events: ReceivedEvent[]): Promise<void> {
    await this.keepUnseen(...events);
    await this.untilSeen();
  }

  /** For who holds an older transaction open. */
  async keepUnseen(...events: ReceivedEvent[]): Promise<void> {
    const controller = this.service.app.get(FactsController);
    await this.service.app
      .get(Outbox)
      .transaction((unit) => controller.keep({ topic: events[0]?.topic ?? '', events }, unit));
  }

  /** Transactions of other tests on the same server are waited for, too. */
  async untilSeen(): Promise<void> {
    const seen = `
      select from (select xid from event order by xid desc, seq desc limit 1) as last
       where last.xid < pg_snapshot_xmin(pg_current_snapshot())`;
    await waitFor(async () => (await this.database.query(seen)).length > 0, {
      what: 'older transactions to end',
      timeoutMs: 120_000,
      intervalMs: 20,
    });
  }

  async page(query = ''): Promise<Page> {
    const { status, body } = await this.service.ask('GET', `/events${query}`);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body as unknown as Page;
  }

  /** All that a filter finds, read in pages of `limit`. */
  async readAll(filter: string, limit: number): Promise<Item[]> {
    const items: Item[] = [];
    let after = '';
    for (;;) {
      const page = await this.page(`?limit=${limit}${filter}${after}`);
      items.push(...page.items);
      if (!page.more) return items;
      after = `&after=${page.cursor}`;
    }
  }

  stop(): Promise<void> {
    return this.service.stop();
  }
}

/** Adds a fact in a transaction that is left open; resolves with what commits it. */
export async function holdBack(
  world: AuditWorld,
  fact: ReceivedEvent,
): Promise<() => Promise<void>> {
  let added = (): void => undefined;
  let commit = (): void => undefined;
  const isAdded = new Promise<void>((resolve) => (added = resolve));
  const mayCommit = new Promise<void>((resolve) => (commit = resolve));
  const store = world.service.app.get(FactStore);
  const held = world.database.transaction(async (tx) => {
    await tx.query('set local idle_in_transaction_session_timeout = 0');
    await store.add([fact], { tx, afterCommit: () => undefined });
    added();
    await mayCommit;
  });
  await Promise.race([isAdded, held]);
  return async () => {
    commit();
    await held;
  };
}
