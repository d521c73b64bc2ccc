/** The tables of figures: what their rows are of, and which figures they hold. */
import {
  MERCHANT_FIGURES,
  PAYMENT_FIGURES,
  type Figure,
  type MerchantFigure,
  type PaymentFigure,
} from '../domain/figures.js';

export interface MetricTable<One extends Figure = Figure> {
  readonly name: string;
  /** Beside the day and the currency. */
  readonly dimension: 'merchantId' | 'channel';
  readonly figures: readonly One[];
}

export const paymentMetrics: MetricTable<PaymentFigure> = {
  name: 'payment_metric',
  dimension: 'merchantId',
  figures: PAYMENT_FIGURES,
};
export const channelMetrics: MetricTable<PaymentFigure> = {
  name: 'channel_metric',
  dimension: 'channel',
  figures: PAYMENT_FIGURES,
};
export const merchantMetrics: MetricTable<MerchantFigure> = {
  name: 'merchant_metric',
  dimension: 'merchantId',
  figures: MERCHANT_FIGURES,
};

/** In the order in which they are written, by everybody. */
export const metricTables: readonly MetricTable[] = [
  paymentMetrics,
  channelMetrics,
  merchantMetrics,
];

/** `totalAmount` is kept in `total_amount`. */
export const columnOf = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
