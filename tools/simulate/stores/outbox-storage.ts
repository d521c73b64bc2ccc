import type {
  AskedPosition,
  ClaimedEpoch,
  EpochState,
  OutboxStorage,
  StoredMessage,
  Tx,
  WatermarkUpdate,
} from '#messaging';
import { sessionOf, type SimConnection } from '../database/database.js';
import { uniqueViolation } from '../database/errors.js';
import { Table } from '../database/table.js';
import type { View } from '../database/view.js';

interface Writer {
  readonly owner: string;
  readonly closed: boolean;
}

interface Watermark {
  readonly publishedUpTo: number;
  readonly leaseUntilMs: number;
  readonly behindUntilMs: number;
  readonly stuckTopics: readonly string[];
  readonly othersUpTo: number;
  readonly othersBehindUntilMs: number;
  readonly drained: boolean;
  readonly drainedAtMs?: number;
}

const CLAIM_LIMIT = 20;
const FORGET_AFTER_MS = 7 * 24 * 60 * 60 * 1000;

/** The tables of one service's outbox, shared by its replicas. */
export class OutboxTables {
  readonly writers = new Table<Writer>('outbox_writer');
  readonly watermarks = new Table<Watermark>('outbox_watermark');
  /** By `<epoch>/<seq>`. */
  readonly rows = new Table<StoredMessage & { readonly epoch: string }>('outbox');
  /** An identity column: taken for good, whatever becomes of the transaction. */
  nextEpoch = 1;
}

export class SimOutboxStorage implements OutboxStorage {
  constructor(
    private readonly connection: SimConnection,
    private readonly tables: OutboxTables,
  ) {}

  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.connection.transaction(work);
  }

  openEpoch(owner: string, leaseMs: number): Promise<string> {
    const { tables } = this;
    return this.connection.statement('open epoch', (view) => {
      const epoch = String(tables.nextEpoch);
      tables.nextEpoch += 1;
      view.insertNew(tables.writers, epoch, { owner, closed: false });
      view.insertNew(tables.watermarks, epoch, {
        publishedUpTo: 0,
        leaseUntilMs: view.nowMs + leaseMs,
        behindUntilMs: 0,
        stuckTopics: [],
        othersUpTo: 0,
        othersBehindUntilMs: 0,
        drained: false,
      });
      return epoch;
    });
  }

  insert(tx: Tx, epoch: string, messages: readonly StoredMessage[]): Promise<boolean> {
    const { writers, rows } = this.tables;
    return sessionOf(tx).statement('insert outbox', (view) => {
      if (!view.lockWhere(writers, epoch, ({ closed }) => !closed, true)) return false;
      for (const { seq, message } of messages) {
        const key = `${epoch}/${seq}`;
        if (!view.insert(rows, key, { epoch, seq, message })) throw uniqueViolation(key);
      }
      return true;
    });
  }

  renew(updates: readonly WatermarkUpdate[], leaseMs: number): Promise<EpochState[]> {
    const { writers, watermarks } = this.tables;
    return this.connection.statement('renew leases', (view) =>
      updates.flatMap(({ epoch, publishedUpTo, behind, stuck }) => {
        const mark = view.lockWhere(watermarks, epoch, isLive);
        if (!mark) return [];
        view.update(watermarks, epoch, {
          ...mark,
          publishedUpTo: Math.max(mark.publishedUpTo, publishedUpTo),
          behindUntilMs: behind ? view.nowMs : mark.behindUntilMs,
          stuckTopics: stuck?.topics ?? [],
          othersUpTo: stuck?.othersUpTo ?? publishedUpTo,
          othersBehindUntilMs:
            (stuck?.othersBehind ?? behind) ? view.nowMs : mark.othersBehindUntilMs,
          leaseUntilMs: view.nowMs + leaseMs,
        });
        return [{ epoch, closed: view.get(writers, epoch)?.closed === true }];
      }),
    );
  }

  claimExpired(leaseMs: number): Promise<ClaimedEpoch[]> {
    const { watermarks } = this.tables;
    const isExpired = (view: View, { drained, leaseUntilMs }: Watermark): boolean =>
      !drained && leaseUntilMs < view.nowMs;
    return this.connection.statement('claim epochs', (view) => {
      const expired = view
        .all(watermarks)
        .filter(([, mark]) => isExpired(view, mark))
        .sort(([a], [b]) => Number(a) - Number(b));
      const claimed: ClaimedEpoch[] = [];
      for (const [epoch] of expired) {
        if (claimed.length === CLAIM_LIMIT) break;
        const mark = view.lockUnlessTaken(watermarks, epoch);
        if (!mark) continue;
        view.update(watermarks, epoch, { ...mark, leaseUntilMs: view.nowMs + leaseMs });
        claimed.push({ epoch, publishedUpTo: mark.publishedUpTo });
      }
      return claimed;
    });
  }

  async close(epoch: string, publishedUpTo: number): Promise<number> {
    const { writers } = this.tables;
    await this.connection.statement('close epoch', (view) => {
      const writer = view.lock(writers, epoch);
      if (writer) view.update(writers, epoch, { ...writer, closed: true });
    });
    return this.connection.statement('last outbox row', (view) =>
      this.rowsOf(view, epoch)
        .filter(({ seq }) => seq > publishedUpTo)
        .reduce((last, { seq }) => Math.max(last, seq), 0),
    );
  }

  read(epoch: string, from: number, to: number, limit: number): Promise<StoredMessage[]> {
    return this.connection.statement('read outbox', (view) =>
      this.rowsOf(view, epoch)
        .filter(({ seq }) => seq >= from && seq <= to)
        .sort((a, b) => a.seq - b.seq)
        .slice(0, limit),
    );
  }

  drain(epoch: string, publishedUpTo: number): Promise<void> {
    const { watermarks } = this.tables;
    return this.connection.statement('drain epoch', (view) => {
      const mark = view.lockWhere(watermarks, epoch, isLive);
      if (!mark) return;
      view.update(watermarks, epoch, {
        ...mark,
        drained: true,
        drainedAtMs: view.startedMs,
        publishedUpTo: Math.max(mark.publishedUpTo, publishedUpTo),
      });
    });
  }

  release(epoch: string): Promise<void> {
    const { watermarks } = this.tables;
    return this.connection.statement('release epoch', (view) => {
      const mark = view.lockWhere(watermarks, epoch, isLive);
      if (!mark) return;
      view.update(watermarks, epoch, { ...mark, leaseUntilMs: view.nowMs });
    });
  }

  publishedBy(tx: Tx, positions: readonly AskedPosition[]): Promise<number[]> {
    const { watermarks } = this.tables;
    return sessionOf(tx).statement('published by', (view) =>
      positions.map(({ epoch, seq, topics }) => {
        const mark = view.get(watermarks, epoch);
        if (!mark) return 0;
        const isFree = topics?.every((topic) => !mark.stuckTopics.includes(topic)) ?? false;
        if (isFree && mark.othersUpTo >= Number(seq)) return mark.othersBehindUntilMs;
        const isPublished = mark.drained || mark.publishedUpTo >= Number(seq);
        return isPublished ? mark.behindUntilMs : Infinity;
      }),
    );
  }

  forgetDrained(): Promise<void> {
    const { writers, watermarks } = this.tables;
    return this.connection.statement('forget drained epochs', (view) => {
      const before = view.startedMs - FORGET_AFTER_MS;
      const isOld = ({ drainedAtMs = Infinity }: Watermark): boolean => drainedAtMs < before;
      for (const [epoch, mark] of view.all(watermarks)) {
        if (!isOld(mark)) continue;
        view.delete(writers, epoch);
        view.delete(watermarks, epoch);
      }
    });
  }

  private rowsOf(view: View, epoch: string): StoredMessage[] {
    return view
      .all(this.tables.rows)
      .flatMap(([, row]) => (row.epoch === epoch ? [{ seq: row.seq, message: row.message }] : []));
  }
}

const isLive = ({ drained }: Watermark): boolean => !drained;
