/** Looks on while a world runs: what is committed, what is published, and what has been met. */
import type { TopicName } from '#contracts';
import type { StoredMessage, WireMessage } from '#messaging';
import type { HistoryEntry } from '#saga';
import type { Shop } from '../shop/shop.js';
import { situationsOf } from './history-signs.js';

type Sign = readonly [words: RegExp, situation: string];

/** By the type of the event, what its data says. */
const REPLIES: Readonly<Record<string, readonly Sign[]>> = {
  'com.example.saga.command-refused': [[/"code":"undone"/, 'tombstone hit']],
  'com.example.saga.command-parked': [
    [/"code":"parked"/, 'command parked'],
    [/unavailable/, 'outside unavailable reported'],
  ],
  'com.example.saga.command-dead': [[/./, 'command given up']],
  'com.example.saga.report-effects': [[/reservation-expired/, 'reservation expired']],
  'com.example.payment.payment-declined': [
    [/"code":"undone"/, 'charge met its own undoing'],
    [/card_declined/, 'card declined'],
  ],
  'com.example.inventory.stock-reserved': [[/"main".*"east"/, 'reserved in two warehouses']],
  'com.example.inventory.stock-insufficient': [[/insufficient-stock/, 'stock insufficient']],
  'com.example.settlement.balance-insufficient': [[/./, 'withdrawal beyond the balance']],
  'com.example.settlement.limit-exceeded': [
    [/"m(in|ax)imum"/, 'withdrawal beyond a limit'],
    [/"maximum-a-day"/, 'withdrawal beyond what is left of the day'],
  ],
  'com.example.inventory.reservation-expired': [[/./, 'securing came after the expiry']],
  'com.example.shipping.shipment-refused': [[/./, 'label refused']],
  'com.example.shipping.pickup-recalled': [[/./, 'parcel called back in time']],
};

const INBOX: TopicName = 'saga.inbox';

export class Watched {
  /** Of what the sagas were told, by event id: its offset, which is that of the first copy. */
  readonly inbox = new Map<string, number>();
  /** Committed outbox rows by topic and event id: those that the broker has got are true. */
  private readonly committed = new Map<string, boolean>();
  /** Those that it has not got, with the service that wrote them, and when. */
  private readonly missing = new Map<string, { service: string; committedMs: number }>();
  /** The highest number that was committed, by service and epoch. */
  private readonly highest = new Map<string, number>();

  constructor(private readonly shop: Shop) {
    for (const [service, { database, outboxTables }] of Object.entries(shop.services)) {
      database.onCommit = (writes) => {
        for (const [table, rows] of writes) {
          if (table === (outboxTables.rows as unknown)) {
            for (const { row } of rows.values()) {
              const { epoch, seq, message } = row as StoredMessage & { epoch: string };
              this.onCommit(keyOf(message), service);
              this.onNumber(`${service} ${epoch}`, seq);
            }
          } else if (table === (shop.sagas.history as unknown)) {
            this.onHistory([...rows].map(([key, { row }]) => [key, row as HistoryEntry]));
          }
        }
      };
    }
    shop.broker.onArrival = (message, offset) => this.onArrival(message, offset);
  }

  /** Committed rows that the broker has never got. */
  get unpublished(): string[] {
    return this.unpublishedFor(0);
  }

  /** Those committed at least so long ago: what a saga that asks for a person sends may be under way. */
  unpublishedFor(ms: number): string[] {
    const latestMs = this.shop.world.scheduler.nowMs - ms;
    return [...this.missing].flatMap(([key, { service, committedMs }]) =>
      committedMs <= latestMs ? [`${service}: ${key}`] : [],
    );
  }

  private onCommit(key: string, service: string): void {
    if (this.committed.has(key)) return;
    this.committed.set(key, false);
    this.missing.set(key, { service, committedMs: this.shop.world.scheduler.nowMs });
  }

  /** Numbers are given one by one, and committed as transactions end. */
  private onNumber(epoch: string, seq: number): void {
    const highest = this.highest.get(epoch) ?? 0;
    if (seq < highest) this.shop.world.met('committed after a higher number');
    else this.highest.set(epoch, seq);
  }

  private onArrival(message: WireMessage, offset: number): void {
    const { world } = this.shop;
    const { topic, headers, value } = message;
    const id = String(headers['ce_id']);
    if (topic === INBOX && !this.inbox.has(id)) this.inbox.set(id, offset);
    const key = keyOf(message);
    world.note(`arrived ${key}`);
    const hasArrived = this.committed.get(key);
    if (hasArrived === undefined) world.violated(`published without being committed: ${key}`);
    if (hasArrived === true && headers['ce_resend'] === undefined) {
      world.met('message published twice');
    }
    if (hasArrived !== true) {
      this.committed.set(key, true);
      this.missing.delete(key);
    }
    for (const [words, situation] of REPLIES[headers['ce_type'] ?? ''] ?? []) {
      if (words.test(value)) world.met(situation);
    }
  }

  /** By their keys, `<saga id>/<revision>`; those of one saga in their order. */
  private onHistory(rows: readonly (readonly [string, HistoryEntry])[]): void {
    const { world, sagas } = this.shop;
    const bySaga = Map.groupBy(rows, ([key]) => key.slice(0, key.lastIndexOf('/')));
    for (const [id, own] of bySaga) {
      const added = own.map(([, entry]) => entry);
      for (const { note } of added) {
        // Tombstones are there so that it never comes to this; the engine would mend it once more.
        if (note !== undefined && /(^|; )reopened: /.test(note)) {
          world.violated(`moved again after its undo: ${note}`);
        }
      }
      const earlier: HistoryEntry[] = [];
      for (let revision = 1; revision < (added[0]?.revision ?? 0); revision += 1) {
        const entry = sagas.history.rows.get(`${id}/${revision}`);
        if (entry) earlier.push(entry);
      }
      for (const situation of situationsOf(earlier, added)) world.met(situation);
    }
  }
}

const keyOf = ({ topic, headers }: WireMessage): string => `${topic} ${headers['ce_id']}`;
