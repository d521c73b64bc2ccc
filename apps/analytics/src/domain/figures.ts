/** The figures, by their names, and what one order adds to them. */

/** Of payments, by merchant and by channel. Amounts are minor units. */
export const PAYMENT_FIGURES = [
  'total',
  'successful',
  'failed',
  'refunded',
  'chargebacks',
  'totalAmount',
  'successfulAmount',
  'failedAmount',
  'refundedAmount',
  'chargebackAmount',
] as const;
export type PaymentFigure = (typeof PAYMENT_FIGURES)[number];

/** Of merchants. `chargedBack`: what was disputed, less what was won. */
export const MERCHANT_FIGURES = [
  'ordersCompleted',
  'ordersCancelled',
  'ordersReturned',
  'revenue',
  'refunds',
  'chargedBack',
  'fees',
] as const;
export type MerchantFigure = (typeof MERCHANT_FIGURES)[number];

export type Figure = PaymentFigure | MerchantFigure;
/** Those that are not 0. */
export type Figures = Partial<Record<Figure, number>>;

/** Where something counts. */
export interface Place {
  /** `2026-11-30`, where the merchant is. */
  readonly day: string;
  readonly merchantId: string;
  readonly channel: string;
  readonly currency: string;
}

/** What counts in one place. */
export interface Contribution extends Place {
  readonly figures: Figures;
}

const keyOf = ({ day, merchantId, channel, currency }: Place): string =>
  JSON.stringify([day, merchantId, channel, currency]);

/** Sums of figures, place by place. */
export class Sums {
  private readonly places = new Map<string, Place & { readonly figures: Figures }>();

  add(place: Place, figure: Figure, amount: number): void {
    const key = keyOf(place);
    let found = this.places.get(key);
    if (!found) {
      const { day, merchantId, channel, currency } = place;
      found = { day, merchantId, channel, currency, figures: {} };
      this.places.set(key, found);
    }
    found.figures[figure] = (found.figures[figure] ?? 0) + amount;
  }

  /** @param factor -1 takes them back */
  addAll(contributions: readonly Contribution[], factor: 1 | -1 = 1): void {
    for (const contribution of contributions) {
      for (const [figure, amount] of Object.entries(contribution.figures)) {
        this.add(contribution, figure as Figure, factor * amount);
      }
    }
  }

  /** What is not 0, in an order of its own: the same sums are the same text. */
  contributions(): Contribution[] {
    return [...this.places.entries()]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, { figures, ...place }]) => {
        const others = Object.entries(figures)
          .filter(([, amount]) => amount !== 0)
          .toSorted(([a], [b]) => (a < b ? -1 : 1));
        return others.length === 0 ? [] : [{ ...place, figures: Object.fromEntries(others) }];
      });
  }
}
