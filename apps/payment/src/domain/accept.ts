/** What a command changes about a payment, before anything has been asked of the provider. */
import {
  chargeVerdict,
  isGivenBack,
  undoVerdict,
  type Charge,
  type GoodsRefund,
  type Payment,
} from './payment.js';

export type Acceptance<Address> =
  /** The payment as it is now; it must be stored, and worked on when `work` says so. */
  | { readonly kind: 'later'; readonly payment: Payment<Address>; readonly work: boolean }
  /** All that can be said is known: the verdict of `payment` is the answer, and nothing changes. */
  | { readonly kind: 'known'; readonly payment: Payment<Address> }
  /** Nothing was ever charged, so there is nothing to take back. */
  | { readonly kind: 'nothing-to-undo' }
  /** The order has a payment that differs from what is asked for. */
  | { readonly kind: 'conflict'; readonly payment: Payment<Address> };

export function acceptCharge<Address>(
  payment: Payment<Address> | undefined,
  charge: Charge,
  to: Address,
): Acceptance<Address> {
  if (payment === undefined) return { kind: 'later', payment: opened(charge, to), work: true };
  if (payment.amount !== charge.amount || payment.currency !== charge.currency) {
    return { kind: 'conflict', payment };
  }
  if (payment.wanted === 'undone') {
    // While the undoing is under way the charge waits for its end, which is its answer too.
    return undoVerdict(payment) ? { kind: 'known', payment } : waiting(payment, to);
  }
  // A person sent it again, or the customer gave another card.
  if (payment.status === 'failed' || payment.status === 'declined') {
    return {
      kind: 'later',
      work: true,
      payment: changed(payment, {
        status: 'accepted',
        attempt: payment.attempt + 1,
        problemCode: null,
        sealedToken: charge.sealedToken,
        email: charge.email,
        chargeTo: [...payment.chargeTo, to],
      }),
    };
  }
  return chargeVerdict(payment) ? { kind: 'known', payment } : waiting(payment, to);
}

export function acceptUndo<Address>(
  payment: Payment<Address> | undefined,
  to: Address,
): Acceptance<Address> {
  if (payment === undefined) return { kind: 'nothing-to-undo' };
  if (undoVerdict(payment)) return { kind: 'known', payment };
  return {
    kind: 'later',
    work: true,
    payment: changed(payment, { wanted: 'undone', undoTo: [...payment.undoTo, to] }),
  };
}

/** What a command asks for that gives back the price of goods. */
export type GoodsWish = Pick<GoodsRefund, 'returnId' | 'amount'> &
  Pick<Payment, 'orderId' | 'currency'>;

/**
 * @throws Error for what no saga sends: more than is left of what was captured, or another amount for
 *   the same return. The command is then parked and a person looks at it.
 */
export function acceptGoodsRefund<Address>(
  payment: Payment<Address> | undefined,
  { orderId, returnId, amount, currency }: GoodsWish,
  to: Address,
): Acceptance<Address> {
  const impossible = (why: string) =>
    new Error(
      `cannot refund ${amount} ${currency} for the return ${returnId} of ${orderId}: ${why}`,
    );
  const known = payment?.goodsRefunds.find((refund) => refund.returnId === returnId);
  if (payment && known) {
    if (known.amount !== amount) throw impossible(`it was ${known.amount} before`);
    if (isGivenBack(payment, known)) return { kind: 'known', payment };
    const waitingToo = { ...known, to: [...known.to, to] };
    const goodsRefunds = payment.goodsRefunds.map((one) => (one === known ? waitingToo : one));
    return { kind: 'later', work: true, payment: changed(payment, { goodsRefunds }) };
  }
  if (payment?.status !== 'captured' || payment.wanted !== 'captured') {
    throw impossible(`the payment is ${payment?.status ?? 'not known'}`);
  }
  if (payment.currency !== currency) throw impossible(`it was paid in ${payment.currency}`);
  const left = payment.captured - sumOf(payment.goodsRefunds);
  if (amount > left) throw impossible(`${left} are left`);
  const goodsRefunds = [...payment.goodsRefunds, { returnId, amount, done: false, to: [to] }];
  return { kind: 'later', work: true, payment: changed(payment, { goodsRefunds }) };
}

export const sumOf = (refunds: readonly GoodsRefund[]): number =>
  refunds.reduce((sum, { amount }) => sum + amount, 0);

const waiting = <Address>(payment: Payment<Address>, to: Address): Acceptance<Address> => ({
  kind: 'later',
  work: false,
  payment: changed(payment, { chargeTo: [...payment.chargeTo, to] }),
});

const opened = <Address>(charge: Charge, to: Address): Payment<Address> => ({
  ...charge,
  wanted: 'captured',
  status: 'accepted',
  intentId: null,
  captured: 0,
  refunded: 0,
  problemCode: null,
  attempt: 1,
  instructions: null,
  revision: 1,
  chargeTo: [to],
  undoTo: [],
  goodsRefunds: [],
  capturedAt: null,
  fee: 0,
  feeRateId: null,
  feeReturned: 0,
  chargebacks: [],
});

/** One change of the payment, and so one revision more. */
export const changed = <Address>(
  payment: Payment<Address>,
  change: Partial<Payment<Address>>,
): Payment<Address> => ({ ...payment, ...change, revision: payment.revision + 1 });
