/** The bank's books of what it was asked to pay. */
import { OutboundError, type OutboundHttp } from '#platform';
import { z } from 'zod';

const TARGET = 'bank';

const payout = z.object({
  payoutId: z.string(),
  /** The withdrawal's id. */
  reference: z.string().transform((id) => id.toLowerCase()),
  amount: z.int(),
  currency: z.string(),
  status: z.string(),
  /** When it was paid or refused; absent while it is neither. */
  decidedAt: z.string().optional(),
});
const page = z.object({ items: z.array(payout), nextCursor: z.string().optional() });

export type Payout = z.output<typeof payout>;

export interface PayoutPage {
  /** In the order in which they were asked for. */
  readonly items: readonly Payout[];
  readonly nextCursor?: string | undefined;
}

/** Both throw OutboundError: to be tried again. */
export interface BankBooks {
  list(after: string | null, limit: number): Promise<PayoutPage>;
  find(reference: string): Promise<Payout | undefined>;
}

export function bankBooks(http: Pick<OutboundHttp, 'request'>): BankBooks {
  const get = async (query: Record<string, string>): Promise<PayoutPage> => {
    const path = `/v1/payouts?${new URLSearchParams(query).toString()}`;
    const { status, body } = await http.request({ method: 'GET', path });
    const parsed = page.safeParse(body);
    if (status === 200 && parsed.success) return parsed.data;
    throw new OutboundError(TARGET, 'bad-answer', `HTTP ${status}`);
  };
  return {
    list: (after, limit) => get({ limit: String(limit), ...(after !== null && { after }) }),
    async find(reference) {
      const { items } = await get({ reference });
      return items.find((item) => item.reference === reference);
    },
  };
}
