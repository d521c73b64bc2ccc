import type { Tx } from '#messaging';
import type { TrackingCursor } from '../../../apps/shipping/src/persistence/tracking-cursor.js';
import { sessionOf } from '../database/database.js';
import { Table } from '../database/table.js';

const FEED = 'carrier';

/** The shipping service's table `tracking_cursor`, shared by its replicas. */
export class SimTrackingCursor implements TrackingCursor {
  readonly cursors = new Table<number>('tracking_cursor');

  constructor() {
    this.cursors.rows.set(FEED, 0);
  }

  /** How far the feed has been read. */
  get seq(): number {
    return this.cursors.rows.get(FEED) ?? 0;
  }

  read(tx: Tx): Promise<number> {
    return sessionOf(tx).statement('read cursor', (view) => view.get(this.cursors, FEED) ?? 0);
  }

  lock(tx: Tx): Promise<number> {
    return sessionOf(tx).statement('lock cursor', (view) => view.lock(this.cursors, FEED) ?? 0);
  }

  move(tx: Tx, seq: number): Promise<void> {
    return sessionOf(tx).statement('move cursor', (view) => view.update(this.cursors, FEED, seq));
  }
}
