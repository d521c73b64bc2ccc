/** What the bank's API takes. */
import { pageQuery } from '#sandbox';
import { z } from 'zod';

const text = (max: number) => z.string().min(1).max(max);

export const payoutRequest = z.strictObject({
  /** The client's own number for it; one payout a reference, for good. */
  reference: text(200),
  /** Minor units. */
  amount: z.int().min(1).max(1_000_000_000_000),
  currency: z.string().regex(/^[A-Z]{3}$/),
  account: z.strictObject({
    holder: text(140),
    number: z.string().min(4).max(34),
    bank: text(34).optional(),
  }),
});

/** A reference, or a part of the books. */
export const payoutsQuery = pageQuery
  .omit({ cursor: true })
  .extend({ after: pageQuery.shape.cursor, reference: text(200).optional() });

export const idParameter = z.object({ id: z.string() });
export const idempotencyKey = z.string().min(1).max(255).optional();
