/** The payment service's books, as it shows them to others. */
import { OutboundError, type OutboundHttp } from '#platform';
import { z } from 'zod';
import type { OrderFigures } from '../domain/reconcile.js';

const TARGET = 'payment';

const booked = z.object({
  orderId: z.string().transform((id) => id.toLowerCase()),
  merchantId: z.string(),
  currency: z.string(),
  captured: z.int(),
  refunded: z.int(),
  chargedBack: z.int(),
  fee: z.int(),
  feeReturned: z.int(),
  revision: z.int(),
});
const page = z.object({ items: z.array(booked), nextCursor: z.string().optional() });
const one = z.object({ captured: z.int() });
const value = z.union([z.int(), z.string()]).optional();
const comparison = z.object({
  comparedAt: z.string(),
  differences: z.array(
    z.object({
      kind: z.string(),
      orderId: z.string().optional(),
      intentId: z.string().optional(),
      ours: value,
      theirs: value,
    }),
  ),
});
export type ProviderComparison = z.output<typeof comparison>;

export interface BooksPage {
  readonly items: readonly OrderFigures[];
  /** Where the next page begins; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

/** Every method throws OutboundError: to be tried again. */
export interface PaymentBooks {
  /** Orders captured on a day, UTC. @param after a `nextCursor` */
  capturedOn(day: string, after: string | null, limit: number): Promise<BooksPage>;
  /** What was captured of an order on whatever day; undefined for one that is not known. */
  captured(orderId: string): Promise<number | undefined>;
  /** What payment found when it compared the day with the provider; asks for it where it has not. */
  withProvider(day: string): Promise<ProviderComparison | undefined>;
}

export function paymentBooks(http: Pick<OutboundHttp, 'request'>): PaymentBooks {
  const get = async <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
  ): Promise<z.output<Schema> | undefined> => {
    const { status, body } = await http.request({ method: 'GET', path });
    if (status === 404) return undefined;
    const parsed = schema.safeParse(body);
    if (status === 200 && parsed.success) return parsed.data;
    throw new OutboundError(TARGET, 'bad-answer', `HTTP ${status} to ${path.split('?')[0]}`);
  };
  return {
    async capturedOn(day, after, limit) {
      const query = new URLSearchParams({ capturedOn: day, limit: String(limit) });
      if (after !== null) query.set('after', after);
      const found = await get(`/books?${query.toString()}`, page);
      if (found) return found;
      throw new OutboundError(TARGET, 'bad-answer', 'HTTP 404 to /books');
    },
    async captured(orderId) {
      return (await get(`/payments/${encodeURIComponent(orderId)}`, one))?.captured;
    },
    async withProvider(day) {
      const found = await get(`/reconciliations/${day}`, comparison);
      if (!found) await http.request({ method: 'POST', path: `/reconciliations/${day}` });
      return found;
    },
  };
}
