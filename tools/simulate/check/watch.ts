/** Looks on while a world runs: what is committed, what is published, and what has been met. */
import type { WireMessage } from '#messaging';
import type { HistoryEntry } from '#saga';
import type { Shop } from '../shop/shop.js';

/** Words of the saga's history, and the situation that they tell of. */
const NOTES: readonly (readonly [RegExp, string])[] = [
  [/late succeeded recorded/, 'late success after compensation began'],
  [/late refused recorded/, 'late refusal after compensation began'],
  [/cancel waits for the answer of the pivot/, 'cancel while the pivot is out'],
  [/cancel refused: the pivot is done/, 'cancel refused after the pivot'],
  [/cancel came before the start/, 'cancel before the start'],
  [/clock of .* starts anew/, 'clock started anew after a late publication'],
  [/start recorded/, 'start arrived twice'],
  [/attention: /, 'attention raised'],
];

const REPLIES: readonly (readonly [string, RegExp, string])[] = [
  ['com.example.saga.command-refused', /"code":"undone"/, 'tombstone hit'],
  ['com.example.saga.command-parked', /"code":"parked"/, 'command parked'],
  ['com.example.saga.command-parked', /unavailable/, 'outside unavailable reported'],
  ['com.example.saga.command-dead', /./, 'command given up'],
  ['com.example.saga.report-effects', /reservation-expired/, 'reservation expired'],
  ['com.example.payment.payment-declined', /"code":"undone"/, 'charge met its own undoing'],
  ['com.example.payment.payment-declined', /card_declined/, 'card declined'],
  ['com.example.inventory.stock-insufficient', /insufficient-stock/, 'stock insufficient'],
  ['com.example.inventory.reservation-expired', /./, 'securing came after the expiry'],
  ['com.example.shipping.shipment-refused', /./, 'pivot refused'],
];

export class Watched {
  /** Committed outbox rows by topic and event id, with the service that wrote them. */
  private readonly committed = new Map<string, string>();
  private readonly arrived = new Set<string>();

  constructor(private readonly shop: Shop) {
    for (const [service, { database, outboxTables }] of Object.entries(shop.services)) {
      database.onCommit = (writes) => {
        for (const [table, rows] of writes) {
          if (table === (outboxTables.rows as unknown)) {
            for (const { row } of rows.values()) {
              const { message } = row as { message: WireMessage };
              this.committed.set(keyOf(message), service);
            }
          } else if (table === (shop.sagas.history as unknown)) {
            for (const { row } of rows.values()) this.onHistory(row as HistoryEntry);
          }
        }
      };
    }
    shop.broker.onArrival = (message) => this.onArrival(message);
  }

  /** Committed rows that the broker has never got. */
  get unpublished(): string[] {
    return [...this.committed].flatMap(([key, service]) =>
      this.arrived.has(key) ? [] : [`${service}: ${key}`],
    );
  }

  private onArrival(message: WireMessage): void {
    const { world } = this.shop;
    const key = keyOf(message);
    world.note(`arrived ${key}`);
    if (!this.committed.has(key)) world.violated(`published without being committed: ${key}`);
    if (this.arrived.has(key)) {
      if (message.headers['ce_resend'] === undefined) world.met('message published twice');
    } else this.arrived.add(key);
    const type = message.headers['ce_type'];
    for (const [wanted, words, situation] of REPLIES) {
      if (type === wanted && words.test(message.value)) world.met(situation);
    }
  }

  private onHistory({ note }: HistoryEntry): void {
    if (note === undefined) return;
    // Tombstones are there so that it never comes to this; the engine would mend it once more.
    if (/(^|; )reopened: /.test(note))
      this.shop.world.violated(`moved again after its undo: ${note}`);
    for (const [words, situation] of NOTES) if (words.test(note)) this.shop.world.met(situation);
  }
}

const keyOf = ({ topic, headers }: WireMessage): string => `${topic} ${headers['ce_id']}`;
