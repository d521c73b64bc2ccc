/** Ratios of sums; null where there is nothing to divide by. They are never averaged. */
import type { MerchantFigure, PaymentFigure } from './figures.js';

type Sums<One extends string> = Readonly<Record<One, number>>;

const rounded = (value: number, digits: number): number => {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
};

/** Of all payments that came to an end. Between 0 and 1, to four digits, half up. */
export function successRate({ successful, failed }: Sums<PaymentFigure>): number | null {
  const ended = successful + failed;
  return ended === 0 ? null : rounded(successful / ended, 4);
}

/** Of those that succeeded, in minor units, to two digits of them, half up. */
export function averageAmount({
  successful,
  successfulAmount,
}: Sums<PaymentFigure>): number | null {
  return successful === 0 ? null : rounded(successfulAmount / successful, 2);
}

/** What is left for the merchant; it may be a debt. */
export const netOf = ({ revenue, refunds, chargedBack, fees }: Sums<MerchantFigure>): number =>
  revenue - refunds - chargedBack - fees;
