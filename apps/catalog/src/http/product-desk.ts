import { doneBy, isTransient, type Outbox, type UnitOfWork } from '#messaging';
import { runtime, type Expected } from '#platform';
import { factEvent } from '../domain/facts.js';
import {
  revise,
  reviseRead,
  type Moved,
  type Product,
  type ProductWish,
  type Revised,
} from '../domain/product.js';
import { lockProducts, saveProducts } from '../persistence/product-rows.js';

/** Each further try finds what made the one before fail, so few are ever needed. */
const TRIES = 5;

type Products = ReadonlyMap<string, Product>;
type Decide<One> = (products: Products) => One[];

/** Changes products: the row and what others hear of it, in one transaction. */
export class ProductDesk {
  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    private readonly clock: () => Date = runtime.date,
  ) {}

  /** @param expected the revision that the caller has read, or that there is none, if that matters */
  async put(wish: ProductWish, expected?: Expected, actor?: string): Promise<Revised | Moved> {
    const [only] = await this.change<Revised | Moved>([wish.productId], actor, (products) => {
      const current = products.get(wish.productId);
      return [expected === undefined ? revise(current, wish) : reviseRead(current, wish, expected)];
    });
    return only as Revised | Moved;
  }

  /** Of products that differ in their ids. @returns what became of each, in their order */
  putAll(wishes: readonly ProductWish[], actor?: string): Promise<Revised[]> {
    const ids = wishes.map(({ productId }) => productId);
    return this.change(ids, actor, (products) =>
      wishes.map((wish) => revise(products.get(wish.productId), wish)),
    );
  }

  /** @returns undefined for a product that nobody knows */
  async withdraw(productId: string, actor?: string): Promise<Product | undefined> {
    const [revised] = await this.change([productId], actor, (products) => {
      const current = products.get(productId);
      return current ? [revise(current, { ...current, status: 'withdrawn' })] : [];
    });
    return revised?.product;
  }

  private async change<One extends Revised | Moved>(
    productIds: readonly string[],
    actor: string | undefined,
    decide: Decide<One>,
  ): Promise<One[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.outbox.transaction((unit) =>
          this.record(unit, productIds, actor, decide),
        );
      } catch (error) {
        if (attempt === TRIES || !isTransient(error)) throw error;
      }
    }
  }

  private async record<One extends Revised | Moved>(
    unit: UnitOfWork,
    productIds: readonly string[],
    actor: string | undefined,
    decide: Decide<One>,
  ): Promise<One[]> {
    const decided = decide(await lockProducts(unit.tx, productIds));
    const changed = decided.flatMap((one) =>
      one.kind === 'created' || one.kind === 'updated' ? [one.product] : [],
    );
    if (changed.length === 0) return decided;
    await saveProducts(unit.tx, changed);
    const time = this.clock().toISOString();
    unit.publish(...changed.map((product) => doneBy(actor, factEvent(product, time))));
    return decided;
  }
}
