/** How far the carrier's feed has been read; all replicas go on from here. */
import type { Tx } from '#messaging';

const FEED = 'carrier';

export interface TrackingCursor {
  /** The number of the last event that was applied; without a lock. */
  read(tx: Tx): Promise<number>;
  /** The same, locked until the transaction ends. */
  lock(tx: Tx): Promise<number>;
  move(tx: Tx, seq: number): Promise<void>;
}

// A number of the carrier's is exact in a double: it writes them in JSON.
const SEQ = 'select seq::float8 as seq from tracking_cursor where feed = $1';

const seqOf = (rows: readonly { readonly seq: number }[]): number => rows[0]?.seq ?? 0;

export const postgresTrackingCursor: TrackingCursor = {
  read: async (tx) => seqOf(await tx.query<{ seq: number }>(SEQ, [FEED])),
  lock: async (tx) => seqOf(await tx.query<{ seq: number }>(`${SEQ} for update`, [FEED])),
  move: async (tx, seq) => {
    await tx.query('update tracking_cursor set seq = $2, updated_at = now() where feed = $1', [
      FEED,
      seq,
    ]);
  },
};
