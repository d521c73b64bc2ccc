/** What merchants set out to draw in a seed's world. */
import { BALANCES } from './shop/settings.js';
import type { Random } from './world/random.js';

export interface WithdrawalPlan {
  /** Counts from 1; also its idempotency key. */
  readonly no: number;
  readonly atMs: number;
  readonly merchantId: string;
  /** Minor units. */
  readonly amount: number;
  /** How long the bank takes to decide; 0: at once. */
  readonly bankMs: number;
  /** Asked for this long after it was accepted. */
  readonly cancelAfterMs?: number;
  /** The merchant does not wait for the first answer before it sends the same request once more. */
  readonly isDoubled: boolean;
}

const MOST_WITHDRAWALS = 5;

export const withdrawalsOf = (random: Random, faultsEndMs: number): WithdrawalPlan[] =>
  Array.from({ length: random.whole(1, MOST_WITHDRAWALS) }, (_, index) =>
    withdrawalOf(random, index + 1, faultsEndMs),
  );

/** Few enough to be held at once, and some of them more than there is, or more than may be. */
function withdrawalOf(random: Random, no: number, faultsEndMs: number): WithdrawalPlan {
  const isCancelled = random.chance(0.3);
  return {
    no,
    atMs: random.whole(0, Math.floor(faultsEndMs * 0.6)),
    merchantId: random.pick([...BALANCES.keys()]),
    amount: random.whole(500, random.pick([20_000, 60_000])),
    bankMs: random.chance(0.5) ? 0 : random.whole(100, random.pick([1_000, 8_000])),
    ...(isCancelled && { cancelAfterMs: random.whole(0, random.chance(0.7) ? 300 : 3_000) }),
    isDoubled: random.chance(0.2),
  };
}
