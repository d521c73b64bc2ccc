import { eventType, shipmentHandedOver } from '#contracts';
import { caused, type MessagingLog, type ReceivedEvent, type UnitOfWork } from '#messaging';
import { counter, runtime } from '#platform';
import { factEvent } from '../domain/facts.js';
import { issue, type Issued } from '../domain/goods-out.js';
import { lockShelf, saveShelf } from '../persistence/load-shelf.js';
import { postgresShelfRows, type ShelfRows } from '../persistence/shelf-rows.js';

const HANDED_OVER = eventType(shipmentHandedOver.name);

const ignored = counter({
  name: 'inventory_goods_out_ignored_total',
  help: 'Parcels that were handed over with goods of which no order had put any aside',
  labelNames: ['why'],
});

/**
 * Books out what has left: a parcel's fact names its order, and the order's reservation what was in
 * it. Facts come again and late; what became of the reservation says what is still to be done.
 *
 * The saga of the order hears nothing of it: it has taken the pieces since they were reserved.
 */
export class GoodsOut {
  constructor(
    private readonly log: MessagingLog,
    private readonly clock: () => Date = runtime.date,
    private readonly rows: ShelfRows = postgresShelfRows,
  ) {}

  /**
   * One statement a table, however many parcels there are.
   * @throws ZodError for a fact that breaks its contract; alone in its batch, it is a dead letter
   */
  async handle(unit: UnitOfWork, events: readonly ReceivedEvent[]): Promise<void> {
    const parcels = events
      .filter(({ type }) => type === HANDED_OVER)
      // The database gives ids back in lower case.
      .map((event) => ({
        event,
        orderId: shipmentHandedOver.data.parse(event.data).orderId.toLowerCase(),
      }));
    if (parcels.length === 0) return;
    const orderIds = [...new Set(parcels.map(({ orderId }) => orderId))];
    const request = { orderIds, productIds: [], moving: orderIds };
    const shelf = await lockShelf(unit.tx, request, this.rows);
    const time = this.clock().toISOString();
    for (const { event, orderId } of parcels) {
      const issued = issue(shelf.reservationOf(orderId));
      if (issued.kind === 'issued') {
        const facts = shelf.apply(issued.change);
        unit.publish(...facts.map((fact) => caused(event, factEvent(fact, time))));
      } else if (issued.kind !== 'repeated') {
        unit.afterCommit(() => this.ignore(orderId, issued.kind, event.id));
      }
    }
    await saveShelf(unit.tx, shelf, this.rows);
  }

  /** Nothing that could be tried again: somebody has to look where these goods came from. */
  private ignore(orderId: string, why: Issued['kind'], eventId: string): void {
    ignored.inc({ why });
    const fields = { orderId, why, eventId };
    this.log.error(fields, 'goods were handed over that the order had not put aside');
  }
}
