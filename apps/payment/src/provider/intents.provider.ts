/** The port over an API of payment intents, as Stripe has it, whoever carries the calls there. */
import { OutboundError } from '#platform';
import type { Stripe } from 'stripe';
import type { z } from 'zod';
import {
  TARGET,
  bookedIntent,
  codeOf,
  customerAnswer,
  declinedBy,
  intentAnswer,
  intentsAnswer,
  refundAnswer,
  refundsAnswer,
  stateOf,
  type ProviderProblem,
} from './intents-answers.js';
import { bookedDispute, disputesAnswer } from './disputes-answers.js';
import {
  RETURN,
  confirmParameters,
  customerParameters,
  disputesOpenedQuery,
  disputesQuery,
  intentParameters,
  intentsQuery,
  refundParameters,
  refundsQuery,
} from './intents-parameters.js';
import {
  PaymentProvider,
  ProviderRejection,
  type BookedDispute,
  type DisputePage,
  type IntentPage,
  type IntentState,
  type NewIntent,
  type PayWith,
  type Refund,
  type TimeRange,
} from './payment-provider.js';

/** An answer as it came, or what the provider has against the request. */
export type Result = { readonly body: unknown } | { readonly problem: ProviderProblem };

/** All throw `OutboundError` when there was no answer. */
export interface IntentsApi {
  createCustomer(parameters: Stripe.CustomerCreateParams, key: string): Promise<Result>;
  createIntent(parameters: Stripe.PaymentIntentCreateParams, key: string): Promise<Result>;
  confirmIntent(id: string, parameters: Stripe.PaymentIntentConfirmParams): Promise<Result>;
  findIntent(id: string): Promise<Result>;
  cancelIntent(id: string): Promise<Result>;
  listIntents(query: Stripe.PaymentIntentListParams): Promise<Result>;
  createRefund(parameters: Stripe.RefundCreateParams, key: string): Promise<Result>;
  listRefunds(query: Stripe.RefundListParams): Promise<Result>;
  listDisputes(query: Stripe.DisputeListParams): Promise<Result>;
}

const UNEXPECTED_STATE = 'payment_intent_unexpected_state';
/** A refund's status when no money will move. */
const NO_REFUND = new Set(['failed', 'canceled']);

export class IntentsProvider extends PaymentProvider {
  constructor(private readonly api: IntentsApi) {
    super();
  }

  async createIntent(intent: NewIntent): Promise<string> {
    const transfer = intent.method === 'bank_transfer';
    const customer = transfer ? await this.createCustomer(intent) : undefined;
    const parameters = intentParameters(intent, customer);
    const result = await this.api.createIntent(parameters, intentKey(intent));
    return accepted(intentAnswer, result).id;
  }

  async confirmIntent(intentId: string, payWith: PayWith): Promise<IntentState> {
    // No key: the intent itself is captured once at most, and a key would pin what went wrong.
    const result = await this.api.confirmIntent(intentId, confirmParameters(payWith));
    if ('body' in result) return stateOf(read(intentAnswer, result.body));
    const { problem } = result;
    if (problem.type === 'card_error') return declinedBy(problem);
    if (problem.param === 'payment_method') {
      return { kind: 'declined', code: 'invalid-payment-method' };
    }
    return this.stateAfter(problem, intentId);
  }

  async findIntent(intentId: string): Promise<IntentState> {
    return stateOf(accepted(intentAnswer, await this.api.findIntent(intentId)));
  }

  async cancelIntent(intentId: string): Promise<IntentState> {
    const result = await this.api.cancelIntent(intentId);
    if ('problem' in result) return this.stateAfter(result.problem, intentId);
    return stateOf(read(intentAnswer, result.body));
  }

  async refund(refund: Refund): Promise<number> {
    const { orderId, intentId, part } = refund;
    // Keys are forgotten after a day, and a part could be given twice: the books know better.
    const earlier = part && (await this.refundOf(intentId, part.returnId));
    if (earlier) return earlier.amount;
    const key = `refund-${part?.returnId ?? orderId}`;
    const result = await this.api.createRefund(refundParameters(refund), key);
    if ('body' in result) return refundedBy(read(refundAnswer, result.body));
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

  async listIntents(range: TimeRange, cursor?: string): Promise<IntentPage> {
    const result = await this.api.listIntents(intentsQuery(range, cursor));
    const { data, has_more } = accepted(intentsAnswer, result);
    const next = has_more ? data.at(-1)?.id : undefined;
    return { intents: data.map(bookedIntent), ...(next !== undefined && { next }) };
  }

  async disputesOf(intentId: string): Promise<readonly BookedDispute[]> {
    const found: BookedDispute[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.disputePage(disputesQuery(intentId, cursor));
      found.push(...page.disputes);
      cursor = page.next;
    } while (cursor !== undefined);
    return found.reverse();
  }

  listDisputes(range: TimeRange, cursor?: string): Promise<DisputePage> {
    return this.disputePage(disputesOpenedQuery(range, cursor));
  }

  private async disputePage(query: Stripe.DisputeListParams): Promise<DisputePage> {
    const { data, has_more } = accepted(disputesAnswer, await this.api.listDisputes(query));
    const next = has_more ? data.at(-1)?.id : undefined;
    return { disputes: data.flatMap(bookedDispute), ...(next !== undefined && { next }) };
  }

  private async createCustomer({ orderId, payer }: NewIntent): Promise<string> {
    const parameters = customerParameters(orderId, payer);
    const result = await this.api.createCustomer(parameters, `customer-${orderId}`);
    return accepted(customerAnswer, result).id;
  }

  private async refundOf(intentId: string, returnId: string) {
    const refunds = await this.refunds(intentId);
    return refunds.find(({ metadata }) => metadata?.[RETURN] === returnId);
  }

  /** Those that moved money, or will. */
  private async refunds(intentId: string): Promise<z.output<typeof refundAnswer>[]> {
    const { data } = accepted(refundsAnswer, await this.api.listRefunds(refundsQuery(intentId)));
    return data.filter(({ status }) => !NO_REFUND.has(status ?? ''));
  }

  private stateAfter(problem: ProviderProblem, intentId: string): Promise<IntentState> {
    if (problem.code === UNEXPECTED_STATE) return this.findIntent(intentId);
    throw new ProviderRejection(codeOf(problem));
  }
}

const intentKey = ({ orderId, attempt }: NewIntent): string =>
  attempt === 1 ? `pay-${orderId}` : `pay-${orderId}-${attempt}`;

function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new OutboundError(TARGET, 'bad-answer', 'JSON of another shape');
}

function accepted<Schema extends z.ZodType>(schema: Schema, result: Result): z.output<Schema> {
  if ('body' in result) return read(schema, result.body);
  throw new ProviderRejection(codeOf(result.problem));
}

function refundedBy({ status, amount }: z.output<typeof refundAnswer>): number {
  if (NO_REFUND.has(status ?? '')) throw new ProviderRejection('refund-failed');
  return amount;
}
