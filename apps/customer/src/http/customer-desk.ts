import { doneBy, isTransient, type Outbox, type UnitOfWork } from '#messaging';
import { runtime, type Expected } from '#platform';
import {
  block,
  revise,
  reviseRead,
  unblock,
  type Customer,
  type CustomerWish,
  type Moved,
  type Revised,
} from '../domain/customer.js';
import { factEvent } from '../domain/facts.js';
import { lockCustomers, saveCustomers } from '../persistence/customer-rows.js';

/** Each further try finds what made the one before fail, so few are ever needed. */
const TRIES = 5;

type Customers = ReadonlyMap<string, Customer>;
type Decide<One> = (customers: Customers) => One[];

/** Changes customers: the row and what others hear of it, in one transaction. */
export class CustomerDesk {
  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    private readonly clock: () => Date = runtime.date,
  ) {}

  /** @param expected the revision that the caller has read, or that there is none, if that matters */
  async put(wish: CustomerWish, expected?: Expected, actor?: string): Promise<Revised | Moved> {
    const [only] = await this.change<Revised | Moved>([wish.customerId], actor, (customers) => {
      const current = customers.get(wish.customerId);
      return [expected === undefined ? revise(current, wish) : reviseRead(current, wish, expected)];
    });
    return only as Revised | Moved;
  }

  /** Of customers who differ in their ids. @returns what became of each, in their order */
  putAll(wishes: readonly CustomerWish[], actor?: string): Promise<Revised[]> {
    const ids = wishes.map(({ customerId }) => customerId);
    return this.change(ids, actor, (customers) =>
      wishes.map((wish) => revise(customers.get(wish.customerId), wish)),
    );
  }

  /** @returns undefined for a customer whom nobody knows */
  block(customerId: string, reason: string, actor?: string): Promise<Customer | undefined> {
    return this.changeKnown(customerId, actor, (current) => block(current, reason));
  }

  /** @returns undefined for a customer whom nobody knows */
  unblock(customerId: string, actor?: string): Promise<Customer | undefined> {
    return this.changeKnown(customerId, actor, unblock);
  }

  private async changeKnown(
    customerId: string,
    actor: string | undefined,
    decide: (current: Customer) => Revised,
  ): Promise<Customer | undefined> {
    const [revised] = await this.change([customerId], actor, (customers) => {
      const current = customers.get(customerId);
      return current ? [decide(current)] : [];
    });
    return revised?.customer;
  }

  private async change<One extends Revised | Moved>(
    customerIds: readonly string[],
    actor: string | undefined,
    decide: Decide<One>,
  ): Promise<One[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.outbox.transaction((unit) =>
          this.record(unit, customerIds, actor, decide),
        );
      } catch (error) {
        if (attempt === TRIES || !isTransient(error)) throw error;
      }
    }
  }

  private async record<One extends Revised | Moved>(
    unit: UnitOfWork,
    customerIds: readonly string[],
    actor: string | undefined,
    decide: Decide<One>,
  ): Promise<One[]> {
    const decided = decide(await lockCustomers(unit.tx, customerIds));
    const changed = decided.flatMap((one) =>
      one.kind === 'created' || one.kind === 'updated' ? [one.customer] : [],
    );
    if (changed.length === 0) return decided;
    await saveCustomers(unit.tx, changed);
    const time = this.clock().toISOString();
    unit.publish(...changed.map((customer) => doneBy(actor, factEvent(customer, time))));
    return decided;
  }
}
