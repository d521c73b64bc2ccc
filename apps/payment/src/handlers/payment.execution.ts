/**
 * Drives the provider towards what a payment wants. It runs outside of any transaction, may be cut
 * off after every line and begun again by another process, and for the time of a lost lease two of
 * it may run; `domain/` and the provider's own rules make that harmless:
 *
 * - an intent takes no money before it is confirmed, and is confirmed only when its id is stored on
 *   a payment that still wants the charge. So whoever finds no id stored knows that nothing was
 *   taken, and whoever finds one can ask what became of it;
 * - the provider captures an intent once, and a canceled one never;
 * - a refund is made under a key that follows from the order or the return, one for goods only when
 *   the provider has none of that return, and what is left to refund is bounded by what was captured.
 */
import { OutboundError, UnsealError, type Sealer } from '#platform';
import { nextStep } from '../domain/next-step.js';
import type { Payment } from '../domain/payment.js';
import type { Outcome, Rejection } from '../domain/settle.js';
import {
  ProviderRejection,
  type IntentState,
  type PaymentProvider,
} from '../provider/payment-provider.js';

export interface PaymentStore {
  find(orderId: string): Promise<Payment | undefined>;
  /** @returns false when the payment does not want this intent (any more): read it again */
  storeIntent(orderId: string, intentId: string): Promise<boolean>;
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
  ) {}

  /** @throws OutboundError, UndecidedError: to be tried again */
  async execute(orderId: string, signal: AbortSignal): Promise<Outcome> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      signal.throwIfAborted();
      const payment = await this.store.find(orderId);
      const outcome = payment ? await this.drive(payment, signal) : { kind: 'unchanged' as const };
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
    const token = this.tokenOf(payment);
    const intentId = await this.provider.createIntent(payment);
    const stored = await this.store.storeIntent(payment.orderId, intentId);
    if (!stored) return undefined;
    signal.throwIfAborted();
    return this.confirm(intentId, token);
  }

  private async resume(payment: Payment, signal: AbortSignal): Promise<Outcome> {
    const intentId = idOf(payment);
    const state = await this.provider.findIntent(intentId);
    if (state.kind !== 'unconfirmed') return chargeOutcome(state);
    signal.throwIfAborted();
    return this.confirm(intentId, this.tokenOf(payment));
  }

  private async confirm(intentId: string, token: string): Promise<Outcome> {
    try {
      return chargeOutcome(await this.provider.confirmIntent(intentId, token));
    } catch (error) {
      if (!(error instanceof OutboundError) || !error.sent) throw error;
      // Nobody knows whether the money was taken, except the provider's books.
      const state = await this.provider.findIntent(intentId);
      if (state.kind === 'unconfirmed') throw error;
      return chargeOutcome(state);
    }
  }

  private async withdraw(payment: Payment, signal: AbortSignal): Promise<Outcome> {
    const intentId = idOf(payment);
    let state = await this.provider.findIntent(intentId);
    if (state.kind === 'unconfirmed' || state.kind === 'declined') {
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

  private tokenOf({ sealedToken }: Payment): string {
    if (sealedToken === null) throw new UnsealError();
    return this.sealer.open(sealedToken);
  }
}

function idOf({ intentId, orderId }: Payment): string {
  if (intentId === null) throw new Error(`payment ${orderId} has no intent`);
  return intentId;
}

function chargeOutcome(state: IntentState): Outcome {
  switch (state.kind) {
    case 'captured':
      return { kind: 'captured', captured: state.amount };
    case 'declined':
      return { kind: 'declined', code: state.code };
    case 'canceled':
      return { kind: 'declined', code: 'intent-canceled' };
    case 'unconfirmed':
    case 'processing':
      throw new UndecidedError();
  }
}
