/** A few orders and withdrawals, each with an end of its own, and nothing that goes wrong. */
import { planOf, type OrderPlan, type Plan, type ReturnPlan } from '../../plan.js';
import type { WithdrawalPlan } from '../../withdrawal-plan.js';

const PARCEL = { vanMs: 50, transitMs: 100, isLost: false, isToldTwice: false };

const order = (no: number, fields: Partial<OrderPlan>): OrderPlan => ({
  no,
  atMs: 100 * no,
  lines: [{ product: no % 4 || 4, quantity: 2 }],
  ...{ card: 'ok', anotherCardMs: 0, moreCards: [], address: 'known', mailbox: 'known' },
  ...{ isDoubled: false, returns: [], parcel: PARCEL, isReturnLost: false, returnTransitMs: 100 },
  ...fields,
});

const back: ReturnPlan = { no: 1, afterMs: 100, share: 'all', isDoubled: false };

const withdrawal = (no: number, merchantId: string): WithdrawalPlan => ({
  ...{ no, merchantId, atMs: 100 * no, amount: 10_000, bankMs: 0, isDoubled: false },
});

/** By what becomes of it. */
export const ORDERS = {
  delivered: 1,
  lost: 2,
  sentBack: 3,
  /** The goods that come back get lost. */
  sentBackInVain: 4,
  /** Nobody fetches its parcel at this address: it is undone, with its money and its goods. */
  undeliverable: 5,
} as const;
export const WITHDRAWALS = { paid: 1, refused: 2 } as const;

const seed = planOf(1);
export const smallPlan: Plan = {
  ...seed,
  orders: [
    order(ORDERS.delivered, {}),
    order(ORDERS.lost, { parcel: { ...PARCEL, isLost: true } }),
    order(ORDERS.sentBack, { returns: [back] }),
    order(ORDERS.sentBackInVain, { returns: [back], isReturnLost: true }),
    order(ORDERS.undeliverable, { address: 'unreachable' }),
  ],
  withdrawals: [
    withdrawal(WITHDRAWALS.paid, 'merchant-1'),
    withdrawal(WITHDRAWALS.refused, 'merchant-2'),
  ],
  ...{ rates: {}, incidents: [], reserve: [], conditions: [] },
  shape: { ...seed.shape, stockOfEach: 40, reservationMs: 60_000, faultsEndMs: 3_000 },
};
