import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ChoiceField, IntegerQuery, TextField } from '#platform';
import { MERCHANT_FIGURES, PAYMENT_FIGURES } from '../domain/figures.js';
import { GROUPINGS, type Grouping } from '../persistence/find-metrics.js';

const FORMATS = ['json', 'csv'] as const;
const MOST_ROWS = 1_000;

const DayField = (description: string): PropertyDecorator =>
  TextField({
    optional: true,
    max: 10,
    pattern: /^\d{4}-\d\d-\d\d$/,
    shape: 'a day, as 2026-11-30',
    description,
    example: '2026-11-30',
  });

class MetricsQueryDto {
  @DayField('One day alone; else `from` and `to`.')
  date?: string;

  @DayField('The first day, together with `to`.')
  from?: string;

  @DayField('The last day, included.')
  to?: string;

  @TextField({
    optional: true,
    ...{ min: 3, max: 3, pattern: /^[A-Z]{3}$/, shape: 'three upper-case letters (ISO 4217)' },
    description: 'This one alone. Currencies are never added up.',
    example: 'JPY',
  })
  currency?: string;

  @ChoiceField({ of: GROUPINGS, optional: true, description: 'Default: day.' })
  group_by?: Grouping;

  @ChoiceField({ of: FORMATS, optional: true, description: 'Default: as `Accept` says, or JSON.' })
  format?: (typeof FORMATS)[number];

  @TextField({
    max: 64,
    pattern: /^[\w-]+$/,
    shape: 'the nextCursor of a page before',
    optional: true,
  })
  cursor?: string;

  @IntegerQuery({ min: 1, max: MOST_ROWS, optional: true, description: 'Default: 100.' })
  limit?: number;
}

export class MerchantMetricsQuery extends MetricsQueryDto {
  @TextField({ max: 64, description: 'As orders name it.', example: 'tea-shop' })
  merchant_id!: string;
}

export class ChannelMetricsQuery extends MetricsQueryDto {
  @TextField({ max: 32, description: 'As orders name it.', example: 'web' })
  channel!: string;
}

class PeriodDto {
  @ApiProperty({
    type: String,
    format: 'date',
    description: 'The first day, where the merchant is.',
  })
  from!: string;

  @ApiProperty({ type: String, format: 'date', description: 'The last day, included.' })
  to!: string;

  @ApiProperty({ type: String })
  currency!: string;
}

/** Whole numbers that a class has under each of these names. */
const Figures = (names: readonly string[]): ClassDecorator =>
  applyDecorators(
    ...names.map((name) => (target: { prototype: object }) => {
      ApiProperty({ type: 'integer' })(target.prototype, name);
    }),
  );

@Figures(PAYMENT_FIGURES)
class PaymentFiguresDto extends PeriodDto {
  total!: number;
  successful!: number;
  failed!: number;
  refunded!: number;
  chargebacks!: number;
  totalAmount!: number;
  successfulAmount!: number;
  failedAmount!: number;
  refundedAmount!: number;
  chargebackAmount!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'successful / (successful + failed)' })
  successRate!: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'successfulAmount / successful' })
  averageAmount!: number | null;
}

export class PaymentMetricDto extends PaymentFiguresDto {
  @ApiProperty({ type: String })
  merchantId!: string;
}

export class ChannelMetricDto extends PaymentFiguresDto {
  @ApiProperty({ type: String })
  channel!: string;
}

@Figures(MERCHANT_FIGURES.map((name) => (name === 'chargedBack' ? 'chargebacks' : name)))
export class MerchantMetricDto extends PeriodDto {
  @ApiProperty({ type: String })
  merchantId!: string;

  ordersCompleted!: number;
  ordersCancelled!: number;
  ordersReturned!: number;
  revenue!: number;
  refunds!: number;
  chargebacks!: number;
  fees!: number;

  @ApiProperty({ type: 'integer', description: 'revenue - refunds - chargebacks - fees' })
  net!: number;
}

class PageDto {
  @ApiProperty({ type: String, required: false, description: 'Absent on the last page.' })
  nextCursor?: string;
}

export class PaymentMetricsDto extends PageDto {
  @ApiProperty({ type: [PaymentMetricDto] })
  items!: PaymentMetricDto[];
}

export class ChannelMetricsDto extends PageDto {
  @ApiProperty({ type: [ChannelMetricDto] })
  items!: ChannelMetricDto[];
}

export class MerchantMetricsDto extends PageDto {
  @ApiProperty({ type: [MerchantMetricDto] })
  items!: MerchantMetricDto[];
}

export type AnyMetricsQuery = MetricsQueryDto;
