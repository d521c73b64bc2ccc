/** The rows of each table as they are told. */
import type { Figure, MerchantFigure, PaymentFigure } from '../domain/figures.js';
import { averageAmount, netOf, successRate } from '../domain/ratios.js';
import type { MetricsRow } from '../persistence/find-metrics.js';
import {
  channelMetrics,
  merchantMetrics,
  paymentMetrics,
  type MetricTable,
} from '../persistence/metric-tables.js';
import type { ChannelMetricDto, MerchantMetricDto, PaymentMetricDto } from './metrics.dto.js';

/** How the rows of one table are told. */
export interface View<One extends Figure, Item> {
  readonly table: MetricTable<One>;
  readonly name: string;
  readonly item: (row: MetricsRow<One>, of: string) => Item;
  /** Of CSV. */
  readonly columns: readonly (keyof Item & string)[];
}

const ratiosOf = (figures: Readonly<Record<PaymentFigure, number>>) => ({
  ...figures,
  successRate: successRate(figures),
  averageAmount: averageAmount(figures),
});
const periodOf = ({ from, to, currency }: MetricsRow<never>) => ({ from, to, currency });
const PERIOD = ['from', 'to', 'currency'] as const;

export const payments: View<PaymentFigure, PaymentMetricDto> = {
  table: paymentMetrics,
  name: 'payment-metrics',
  item: (row, merchantId) => ({ merchantId, ...periodOf(row), ...ratiosOf(row.figures) }),
  columns: ['merchantId', ...PERIOD, ...paymentMetrics.figures, 'successRate', 'averageAmount'],
};

export const channels: View<PaymentFigure, ChannelMetricDto> = {
  table: channelMetrics,
  name: 'channel-metrics',
  item: (row, channel) => ({ channel, ...periodOf(row), ...ratiosOf(row.figures) }),
  columns: ['channel', ...PERIOD, ...channelMetrics.figures, 'successRate', 'averageAmount'],
};

export const merchants: View<MerchantFigure, MerchantMetricDto> = {
  table: merchantMetrics,
  name: 'merchant-metrics',
  item: (row, merchantId) => {
    const { chargedBack, ...figures } = row.figures;
    const net = netOf(row.figures);
    return { merchantId, ...periodOf(row), ...figures, chargebacks: chargedBack, net };
  },
  columns: [
    ...(['merchantId', ...PERIOD, 'ordersCompleted', 'ordersCancelled', 'ordersReturned'] as const),
    ...(['revenue', 'refunds', 'chargebacks', 'fees', 'net'] as const),
  ],
};
