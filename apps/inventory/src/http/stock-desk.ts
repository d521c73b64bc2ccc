import { isTransient, type Outbox } from '#messaging';
import { adjust, type Adjustment, type Stock } from '../domain/stock.js';
import { factEvent } from '../domain/facts.js';
import { insertStock, lockStock, updateStock } from '../persistence/stock-rows.js';

const TRIES = 3;

/** Sets stock by hand. */
export class StockDesk {
  constructor(private readonly outbox: Pick<Outbox, 'transaction'>) {}

  async set(wish: Pick<Stock, 'productId' | 'onHand'>): Promise<Adjustment> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.trySet(wish);
      } catch (error) {
        if (attempt === TRIES || !isTransient(error)) throw error;
      }
    }
  }

  private trySet(wish: Pick<Stock, 'productId' | 'onHand'>): Promise<Adjustment> {
    return this.outbox.transaction(async (unit) => {
      const [current] = await lockStock(unit.tx, [wish.productId]);
      const adjustment = adjust(current, wish);
      if (adjustment.kind !== 'set') return adjustment;
      const { stock, difference } = adjustment;
      if (current) await updateStock(unit.tx, [stock]);
      else await insertStock(unit.tx, stock);
      const time = new Date().toISOString();
      unit.publish(factEvent({ kind: 'adjusted', quantity: difference, stock }, time));
      return adjustment;
    });
  }
}
