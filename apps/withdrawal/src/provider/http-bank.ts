import { OutboundError, type OutboundHttp } from '#platform';
import { z } from 'zod';
import type { BankAnswer } from '../domain/withdrawal.js';
import { BankProblemError, type Bank, type PayoutOrder } from './bank.js';

const TARGET = 'bank';
/** The bank's business no, and what it says of a reference that it has a payout of. */
const REFUSED = 422;
const CONFLICT = 409;

/** What goes into tables and messages; nothing else is taken from outside. */
const name = z.string().regex(/^[\x21-\x7e]{1,200}$/);
const code = z.string().regex(/^[\x21-\x7e]{1,64}$/);

const payout = z.object({
  payoutId: name,
  reference: z.string(),
  amount: z.int(),
  currency: z.string(),
  status: z.string(),
  // why it is refused; a no whose reason nobody can keep is a no all the same
  code: code.optional().catch(undefined),
});
const found = z.object({ items: z.array(payout) });
const problem = z.object({ code: code.optional().catch(undefined), payout: payout.optional() });

/** The bank's JSON API. The withdrawal's id is the reference of its payout, and the key of the order. */
export class HttpBank implements Bank {
  constructor(private readonly http: Pick<OutboundHttp, 'request'>) {}

  async pay(order: PayoutOrder): Promise<BankAnswer> {
    const { withdrawalId, amount, currency, account } = order;
    const { holder, number, bank } = account;
    const { status, body } = await this.http.request({
      method: 'POST',
      path: '/v1/payouts',
      headers: { 'content-type': 'application/json', 'idempotency-key': withdrawalId },
      body: JSON.stringify({
        ...{ reference: withdrawalId, amount, currency },
        account: { holder, number, ...(bank !== undefined && { bank }) },
      }),
    });
    if (status >= 200 && status < 300) return answerOf(order, known(payout, body, status));
    const said = problem.safeParse(body).data;
    // Refused; or ordered by an earlier try whose key the bank has forgotten since.
    if ((status === REFUSED || status === CONFLICT) && said?.payout) {
      return answerOf(order, said.payout);
    }
    throw new BankProblemError(said?.code ?? `http_${status}`);
  }

  async find(order: PayoutOrder): Promise<BankAnswer | undefined> {
    const query = new URLSearchParams({ reference: order.withdrawalId }).toString();
    const path = `/v1/payouts?${query}`;
    const { status, body } = await this.http.request({ method: 'GET', path });
    if (status >= 300) {
      throw new BankProblemError(problem.safeParse(body).data?.code ?? `http_${status}`);
    }
    const [first] = known(found, body, status).items;
    return first && answerOf(order, first);
  }
}

/** An answer that nobody understands says nothing about what was done. */
function known<Schema extends z.ZodType>(schema: Schema, body: unknown, status: number) {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new OutboundError(TARGET, 'bad-answer', `HTTP ${status}`);
}

/** A payout of something else proves nothing of ours. Whatever else it is called, it is not decided. */
function answerOf(
  { withdrawalId, amount, currency }: PayoutOrder,
  it: z.output<typeof payout>,
): BankAnswer {
  if (it.reference !== withdrawalId || it.amount !== amount || it.currency !== currency) {
    throw new BankProblemError('another_payout');
  }
  const { payoutId, status } = it;
  if (status === 'refused') return { kind: 'refused', payoutId, code: it.code ?? 'unknown' };
  return { kind: status === 'paid' ? 'paid' : 'pending', payoutId };
}
