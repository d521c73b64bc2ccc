import { doneBy, isTransient, type Outbox, type UnitOfWork } from '#messaging';
import { runtime, type Expected } from '#platform';
import { newKey } from '../domain/api-key.js';
import { factEvent } from '../domain/facts.js';
import {
  addKey,
  revise,
  reviseRead,
  type Merchant,
  type MerchantWish,
  type Moved,
  type Refused,
  type Revised,
} from '../domain/merchant.js';
import { lockMerchant, saveMerchant } from '../persistence/merchant-rows.js';

/** Each further try finds what made the one before fail, so few are ever needed. */
const TRIES = 5;

type Decided = Revised | Moved | Refused;

/** What becomes of a merchant, given what it is now. @param now epoch ms */
type Decide<One extends Decided> = (current: Merchant, now: number) => One;

/** Changes merchants: the row and what others hear of it, in one transaction. */
export class MerchantDesk {
  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    private readonly clock: () => Date = runtime.date,
  ) {}

  /** @param expected the revision that the caller has read, or that there is none, if that matters */
  put(wish: MerchantWish, expected?: Expected, actor?: string): Promise<Revised | Moved> {
    return this.transaction((unit) =>
      this.record(unit, wish.merchantId, actor, (current) =>
        expected === undefined ? revise(current, wish) : reviseRead(current, wish, expected),
      ),
    );
  }

  /** @returns undefined for a merchant whom nobody knows */
  change<One extends Decided>(
    merchantId: string,
    decide: Decide<One>,
    actor?: string,
  ): Promise<One | undefined> {
    return this.transaction((unit) =>
      this.record(unit, merchantId, actor, (current, now) => current && decide(current, now)),
    );
  }

  /** @returns the merchant and the key, which is told here and never again; or why there is none */
  async issueKey(
    merchantId: string,
    label: string,
    actor?: string,
  ): Promise<
    | { readonly decided: Revised | Refused; readonly keyId: string; readonly apiKey: string }
    | undefined
  > {
    const { kept, apiKey } = newKey(label, this.clock().toISOString());
    const decided = await this.change(merchantId, (current) => addKey(current, kept), actor);
    return decided && { decided, keyId: kept.keyId, apiKey };
  }

  private async transaction<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.outbox.transaction(work);
      } catch (error) {
        if (attempt === TRIES || !isTransient(error)) throw error;
      }
    }
  }

  private async record<One extends Decided | undefined>(
    unit: UnitOfWork,
    merchantId: string,
    actor: string | undefined,
    decide: (current: Merchant | undefined, now: number) => One,
  ): Promise<One> {
    const current = await lockMerchant(unit.tx, merchantId);
    const moment = this.clock();
    const decided = decide(current, moment.getTime());
    if (decided?.kind === 'created' || decided?.kind === 'updated') {
      await saveMerchant(unit.tx, decided.merchant);
      unit.publish(doneBy(actor, factEvent(decided.merchant, moment.toISOString())));
    }
    return decided;
  }
}
