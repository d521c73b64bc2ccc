/** The port over Stripe's HTTP API: forms in, JSON out. */
import { OutboundError, type OutboundHttp } from '#platform';
import type { z } from 'zod';
import {
  PaymentProvider,
  ProviderRejection,
  type IntentState,
  type NewIntent,
  type PayWith,
  type Refund,
} from './payment-provider.js';
import {
  codeOf,
  errorAnswer,
  intentAnswer,
  refundAnswer,
  refundsAnswer,
  stateOf,
  type ProviderProblem,
} from './stripe-answers.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const INTENTS = '/v1/payment_intents';
const UNEXPECTED_STATE = 'payment_intent_unexpected_state';
/** Names the return in the metadata of a refund. */
const RETURN = 'return_id';
/** A refund's status when no money will move. */
const NO_REFUND = new Set(['failed', 'canceled']);

type Form = Readonly<Record<string, string>>;
type Result<Body> = { readonly body: Body } | { readonly problem: ProviderProblem };

export class StripeApiProvider extends PaymentProvider {
  constructor(private readonly http: Pick<OutboundHttp, 'request'>) {
    super();
  }

  async createIntent({ orderId, amount, currency }: NewIntent): Promise<string> {
    const form = {
      amount: String(amount),
      currency: currency.toLowerCase(),
      'payment_method_types[]': 'card',
      'metadata[order_id]': orderId,
    };
    return accepted(await this.post(intentAnswer, INTENTS, form, `pay-${orderId}`)).id;
  }

  async confirmIntent(intentId: string, payWith: PayWith): Promise<IntentState> {
    if (payWith.method !== 'credit_card') throw new ProviderRejection('method-not-supported');
    // No key: the intent itself is captured once at most, and a key would pin the first card.
    const path = `${pathOf(intentId)}/confirm`;
    const result = await this.post(intentAnswer, path, { payment_method: payWith.token });
    if ('body' in result) return stateOf(result.body);
    const { problem } = result;
    if (problem.type === 'card_error') return { kind: 'declined', code: codeOf(problem) };
    if (problem.param === 'payment_method') {
      return { kind: 'declined', code: 'invalid-payment-method' };
    }
    return this.stateAfter(problem, intentId);
  }

  async findIntent(intentId: string): Promise<IntentState> {
    return stateOf(accepted(await this.get(intentAnswer, pathOf(intentId))));
  }

  async cancelIntent(intentId: string): Promise<IntentState> {
    const result = await this.post(intentAnswer, `${pathOf(intentId)}/cancel`, {});
    return 'body' in result ? stateOf(result.body) : this.stateAfter(result.problem, intentId);
  }

  async refund({ orderId, intentId, part }: Refund): Promise<number> {
    // Keys are forgotten after a day, and a part could be given twice: the books know better.
    const earlier = part && (await this.refundOf(intentId, part.returnId));
    if (earlier) return earlier.amount;
    const form = {
      payment_intent: intentId,
      'metadata[order_id]': orderId,
      ...(part && { amount: String(part.amount), [`metadata[${RETURN}]`]: part.returnId }),
    };
    const key = `refund-${part?.returnId ?? orderId}`;
    const result = await this.post(refundAnswer, '/v1/refunds', form, key);
    if ('body' in result) return refundedBy(result.body);
    // The answer was lost and the key is forgotten since: the refund itself is not.
    if (!part && result.problem.code === 'charge_already_refunded') {
      return this.totalRefunded(intentId);
    }
    throw new ProviderRejection(codeOf(result.problem));
  }

  async totalRefunded(intentId: string): Promise<number> {
    const refunds = await this.refunds(intentId);
    return refunds.reduce((sum, { amount }) => sum + amount, 0);
  }

  private async refundOf(intentId: string, returnId: string) {
    const refunds = await this.refunds(intentId);
    return refunds.find(({ metadata }) => metadata?.[RETURN] === returnId);
  }

  /** Those that moved money, or will. */
  private async refunds(intentId: string): Promise<z.output<typeof refundAnswer>[]> {
    const path = `/v1/refunds?payment_intent=${encodeURIComponent(intentId)}&limit=100`;
    const { data } = accepted(await this.get(refundsAnswer, path));
    return data.filter(({ status }) => !NO_REFUND.has(status ?? ''));
  }

  private stateAfter(problem: ProviderProblem, intentId: string): Promise<IntentState> {
    if (problem.code === UNEXPECTED_STATE) return this.findIntent(intentId);
    throw new ProviderRejection(codeOf(problem));
  }

  private post<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    form: Form,
    key?: string,
  ): Promise<Result<z.output<Schema>>> {
    const headers = key === undefined ? FORM : { ...FORM, 'idempotency-key': key };
    return this.ask(schema, {
      method: 'POST',
      path,
      headers,
      body: new URLSearchParams(form).toString(),
    });
  }

  private get<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
  ): Promise<Result<z.output<Schema>>> {
    return this.ask(schema, { method: 'GET', path });
  }

  private async ask<Schema extends z.ZodType>(
    schema: Schema,
    request: Parameters<OutboundHttp['request']>[0],
  ): Promise<Result<z.output<Schema>>> {
    const { status, body } = await this.http.request(request);
    if (status >= 200 && status < 300) {
      const parsed = schema.safeParse(body);
      if (parsed.success) return { body: parsed.data };
      throw new OutboundError('payment provider', 'bad-answer', `HTTP ${status}`);
    }
    // Another request holds this key right now; it will have its answer by the next try.
    if (status === 409) throw new OutboundError('payment provider', 'server-error', 'HTTP 409');
    const parsed = errorAnswer.safeParse(body);
    return { problem: parsed.success ? parsed.data.error : { code: `http_${status}` } };
  }
}

const pathOf = (intentId: string): string => `${INTENTS}/${encodeURIComponent(intentId)}`;

function accepted<Body>(result: Result<Body>): Body {
  if ('body' in result) return result.body;
  throw new ProviderRejection(codeOf(result.problem));
}

function refundedBy({ status, amount }: z.output<typeof refundAnswer>): number {
  if (NO_REFUND.has(status ?? '')) throw new ProviderRejection('refund-failed');
  return amount;
}
