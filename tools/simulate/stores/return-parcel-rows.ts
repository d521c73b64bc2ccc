import { RetryableError, type Tx } from '#messaging';
import type {
  AwaitedParcel,
  ReturnParcelRows,
  StoredReturnParcel,
} from '../../../apps/shipping/src/persistence/return-parcel-rows.js';
import { sessionOf } from '../database/database.js';
import { checkViolation } from '../database/errors.js';
import { Table } from '../database/table.js';

interface Row {
  readonly parcel: StoredReturnParcel;
  readonly awaitedSinceMs: number;
}

/** The shipping service's table of return parcels, shared by its replicas. */
export class SimReturnParcelRows implements ReturnParcelRows {
  readonly parcels = new Table<Row>('return_parcel');

  findReturnParcels(tx: Tx, returnIds: readonly string[]): Promise<Map<string, AwaitedParcel>> {
    return sessionOf(tx).statement('find return parcels', (view) => {
      const found = returnIds.flatMap((id) => view.get(this.parcels, id) ?? []);
      return new Map(
        found.map(({ parcel, awaitedSinceMs }) => [
          parcel.returnId,
          { ...parcel, awaitedMs: view.startedMs - awaitedSinceMs },
        ]),
      );
    });
  }

  lockReturnParcels(
    tx: Tx,
    returnIds: readonly string[],
  ): Promise<Map<string, StoredReturnParcel>> {
    return sessionOf(tx).statement('lock return parcels', (view) => {
      const locked = returnIds.toSorted().flatMap((id) => view.lock(this.parcels, id) ?? []);
      return new Map(locked.map(({ parcel }) => [parcel.returnId, parcel]));
    });
  }

  async insertReturnParcels(tx: Tx, parcels: readonly StoredReturnParcel[]): Promise<void> {
    if (parcels.length === 0) return;
    const sorted = parcels.toSorted((a, b) => (a.returnId < b.returnId ? -1 : 1));
    const added = await sessionOf(tx).statement(
      'insert return parcels',
      (view) =>
        sorted.filter((parcel) =>
          view.insert(this.parcels, parcel.returnId, {
            // columns that the statement leaves to their defaults
            parcel: { ...parcel, trackingNumber: null, problemCode: null },
            awaitedSinceMs: view.startedMs,
          }),
        ).length,
    );
    if (added !== parcels.length) throw new RetryableError('a return was awaited meanwhile');
  }

  async updateReturnParcels(tx: Tx, parcels: readonly StoredReturnParcel[]): Promise<void> {
    if (parcels.length === 0) return;
    await sessionOf(tx).statement('update return parcels', (view) => {
      for (const after of parcels) {
        const { returnId, status, trackingNumber, problemCode, revision, receiveTo } = after;
        const row = view.lock(this.parcels, returnId);
        if (!row) continue;
        if (status === 'received' && trackingNumber === null) {
          throw checkViolation('return_parcel_numbered');
        }
        const parcel = { ...row.parcel, status, trackingNumber, problemCode, revision, receiveTo };
        view.update(this.parcels, returnId, { ...row, parcel });
      }
    });
  }
}
