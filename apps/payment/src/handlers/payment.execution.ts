/**
 * Drives the provider towards what a payment wants. It runs outside of any transaction, may be cut
 * off after every line and begun again by another process, and for the time of a lost lease two of
 * it may run; `domain/` and the provider's own rules make that harmless:
 *
 * - an intent takes no money before it is confirmed, and is confirmed only when its id is stored on
 *   a payment that still wants the charge. So whoever finds no id stored knows that nothing was
 *   taken, and whoever finds one can ask what became of it;
 * - the provider captures an intent once, and a canceled one never;
 * - a request that nobody waits for any more may still arrive, so that nothing counts as not taken
 *   before its intent is canceled; each card has an intent of its own, made when the one before is;
 * - what a customer pays by transfer or in a shop is asked for again and again until it is paid, or
 *   until its time is over and the intent canceled; who tells of it meanwhile only makes us ask earlier;
 * - a refund is made under a key that follows from the order or the return, one for goods only when
 *   the provider has none of that return, and what is left to refund is bounded by what was captured.
 */
import type { PaymentInstructions } from '#contracts';
import { NotNowError, traceEffect } from '#participant';
import { OutboundError, UnsealError, runtime, type Sealer } from '#platform';
import { nextStep } from '../domain/next-step.js';
import { isSlow, type Payment } from '../domain/payment.js';
import type { Outcome, Rejection } from '../domain/settle.js';
import {
  ProviderRejection,
  type CustomerInstructions,
  type IntentState,
  type PayWith,
  type Payer,
  type PaymentProvider,
} from '../provider/payment-provider.js';

export interface PaymentStore {
  find(orderId: string): Promise<Payment | undefined>;
  /** @returns false when the payment does not want this intent (any more): read it again */
  storeIntent(payment: Payment, intentId: string): Promise<boolean>;
  /** Stores how the customer can pay, once, and tells of it. */
  instruct(orderId: string, instructions: PaymentInstructions): Promise<void>;
}

/** Of payments that a customer makes in hours or days. */
export interface SlowPayments {
  /** From when the customer knows how to pay. */
  readonly payWithinMs: number;
  /** Between two looks at the provider's books, should nobody tell. */
  readonly pollMs: number;
}

/** The customer can pay and has not: no failure, and nothing to do before the next look. */
export class AwaitingCustomerError extends NotNowError {
  constructor(retryAfterMs: number) {
    super('the customer has not paid yet', retryAfterMs);
  }
}

/** The provider has it and has not decided: asked again later. */
export class UndecidedError extends Error {
  override readonly name = 'UndecidedError';

  constructor() {
    super('the payment provider has not decided yet');
  }
}

/** Rounds that begin anew because the payment changed under our hands; two have been thought of. */
const MAX_ROUNDS = 5;

export class PaymentExecution {
  constructor(
    private readonly provider: PaymentProvider,
    private readonly sealer: Pick<Sealer, 'open'>,
    private readonly store: PaymentStore,
    private readonly slow: SlowPayments,
  ) {}

  /** @throws OutboundError, UndecidedError, AwaitingCustomerError: to be tried again */
  async execute(orderId: string, signal: AbortSignal): Promise<Outcome> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      signal.throwIfAborted();
      const payment = await this.store.find(orderId);
      if (!payment) return { kind: 'unchanged' };
      const { chargeTo, undoTo, goodsRefunds } = payment;
      const waiting = [...chargeTo, ...goodsRefunds.flatMap(({ to }) => to), ...undoTo];
      const traced = { worker: 'payment', subject: orderId, waiting };
      const outcome = await traceEffect(traced, () => this.drive(payment, signal));
      if (outcome) return outcome;
    }
    throw new Error('the payment changes all the time');
  }

  /** Undefined when the payment has changed meanwhile and must be looked at again. */
  private async drive(payment: Payment, signal: AbortSignal): Promise<Outcome | undefined> {
    try {
      switch (nextStep(payment)) {
        case 'rest':
          return { kind: 'unchanged' };
        case 'take-nothing':
          return { kind: 'captured', captured: 0 };
        case 'drop':
          return { kind: 'dropped' };
        case 'open':
          return await this.open(payment, signal);
        case 'resume':
          return await this.resume(payment, signal);
        case 'withdraw':
          return await this.withdraw(payment, signal);
        case 'give-back':
          return await this.giveBack(payment, payment.captured);
        case 'refund-goods':
          return await this.refundGoods(payment, signal);
      }
    } catch (error) {
      const what = payment.wanted === 'captured' ? 'charge' : 'undo';
      if (error instanceof ProviderRejection) return { kind: 'rejected', what, code: error.code };
      if (error instanceof UnsealError) return { kind: 'rejected', what, code: 'token-unreadable' };
      throw error;
    }
  }

  private async open(payment: Payment, signal: AbortSignal): Promise<Outcome | undefined> {
    const { orderId, amount, currency, method, attempt, intentId: earlier } = payment;
    const payWith = this.payWith(payment);
    const taken = earlier === null ? undefined : await this.close(earlier);
    if (taken) return taken;
    const payer = payerOf(payment);
    const intent = { orderId, amount, currency, method, attempt, payer };
    const intentId = await this.provider.createIntent(intent);
    const stored = await this.store.storeIntent(payment, intentId);
    if (!stored) return undefined;
    signal.throwIfAborted();
    return this.confirm(payment, intentId, payWith);
  }

  private async resume(payment: Payment, signal: AbortSignal): Promise<Outcome> {
    const intentId = idOf(payment);
    const state = await this.provider.findIntent(intentId);
    if (state.kind !== 'unconfirmed') return this.charged(payment, intentId, state);
    signal.throwIfAborted();
    return this.confirm(payment, intentId, this.payWith(payment));
  }

  private async confirm(payment: Payment, intentId: string, payWith: PayWith): Promise<Outcome> {
    let state: IntentState;
    try {
      state = await this.provider.confirmIntent(intentId, payWith);
    } catch (error) {
      if (!(error instanceof OutboundError) || !error.sent) throw error;
      // Nobody knows whether the money was taken, except the provider's books.
      state = await this.provider.findIntent(intentId);
      if (state.kind === 'unconfirmed') throw error;
    }
    return this.charged(payment, intentId, state);
  }

  /** What the provider's books say of an intent that was confirmed. */
  private async charged(payment: Payment, intentId: string, state: IntentState): Promise<Outcome> {
    switch (state.kind) {
      case 'captured':
        return { kind: 'captured', captured: state.amount };
      case 'declined':
        return (await this.close(intentId)) ?? declined(payment, state.code);
      case 'canceled':
        return isSlow(payment) ? EXPIRED : declined(payment, state.code ?? 'intent-canceled');
      case 'expired':
        return (await this.close(intentId)) ?? EXPIRED;
      case 'awaiting-customer':
        return this.awaitCustomer(payment, intentId, state.instructions);
      case 'unconfirmed':
      case 'processing':
        throw new UndecidedError();
    }
  }

  private async awaitCustomer(
    payment: Payment,
    intentId: string,
    instructions: CustomerInstructions,
  ): Promise<Outcome> {
    const now = runtime.date().getTime();
    const known = payment.instructions;
    const payBy =
      known?.payBy ?? instructions.payBy ?? new Date(now + this.slow.payWithinMs).toISOString();
    if (!known) await this.store.instruct(payment.orderId, { ...instructions, payBy });
    const leftMs = Date.parse(payBy) - now;
    if (leftMs <= 0) return (await this.close(intentId)) ?? EXPIRED;
    throw new AwaitingCustomerError(Math.min(leftMs, this.slow.pollMs));
  }

  /**
   * What is canceled cannot be paid any more, whatever is still on its way to the provider.
   * @returns what was taken with it before, if anything was
   */
  private async close(intentId: string): Promise<Outcome | undefined> {
    const state = await this.provider.cancelIntent(intentId);
    if (state.kind === 'captured') return { kind: 'captured', captured: state.amount };
    if (state.kind === 'canceled') return undefined;
    throw new UndecidedError();
  }

  private async withdraw(payment: Payment, signal: AbortSignal): Promise<Outcome> {
    const intentId = idOf(payment);
    let state = await this.provider.findIntent(intentId);
    if (CANCELABLE.has(state.kind)) {
      signal.throwIfAborted();
      state = await this.provider.cancelIntent(intentId);
    }
    if (state.kind === 'canceled') return { kind: 'dropped' };
    if (state.kind === 'captured') return this.giveBack(payment, state.amount);
    throw new UndecidedError();
  }

  private async giveBack(payment: Payment, captured: number): Promise<Outcome> {
    const intentId = idOf(payment);
    const rest = await this.provider.refund({ orderId: payment.orderId, intentId });
    const parts = payment.goodsRefunds.length > 0;
    const refunded = parts ? await this.provider.totalRefunded(intentId) : rest;
    return { kind: 'refunded', captured, refunded };
  }

  /** One that the provider rejects keeps no other from being made. */
  private async refundGoods(payment: Payment, signal: AbortSignal): Promise<Outcome> {
    const { orderId } = payment;
    const intentId = idOf(payment);
    const returnIds: string[] = [];
    const rejected: Rejection[] = [];
    for (const { returnId, amount } of payment.goodsRefunds.filter(({ done }) => !done)) {
      signal.throwIfAborted();
      try {
        await this.provider.refund({ orderId, intentId, part: { returnId, amount } });
        returnIds.push(returnId);
      } catch (error) {
        if (!(error instanceof ProviderRejection)) throw error;
        rejected.push({ returnId, code: error.code });
      }
    }
    return { kind: 'goods-refunded', returnIds, rejected };
  }

  private payWith(payment: Payment): PayWith {
    const { method, sealedToken } = payment;
    if (method !== 'credit_card') {
      return { method, payer: payerOf(payment), payWithinMs: this.slow.payWithinMs };
    }
    if (sealedToken === null) throw new UnsealError();
    return { method, token: this.sealer.open(sealedToken) };
  }
}

const payerOf = ({ customerId, email }: Payment): Payer => ({
  customerId,
  ...(email !== null && { email }),
});

const CANCELABLE: ReadonlySet<IntentState['kind']> = new Set([
  'unconfirmed',
  'declined',
  'awaiting-customer',
  'expired',
]);

const EXPIRED: Outcome = { kind: 'expired' };

const declined = ({ attempt }: Payment, code: string): Outcome => ({
  kind: 'declined',
  code,
  attempt,
});

function idOf({ intentId, orderId }: Payment): string {
  if (intentId === null) throw new Error(`payment ${orderId} has no intent`);
  return intentId;
}
