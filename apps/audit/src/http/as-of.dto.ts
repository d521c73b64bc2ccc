import { MomentField } from '#platform';
import { ApiProperty } from '@nestjs/swagger';
import type { HistoryEntry, OrderState } from '../domain/order-as-of.js';
import type { ChargebackAsOf, PaymentAsOf } from '../domain/payment-as-of.js';
import type { ShipmentAsOf } from '../domain/shipment-as-of.js';

const amount = { type: 'integer', description: 'In minor units.' } as const;
const moment = { type: String, format: 'date-time' } as const;

export class AsOfQuery {
  @MomentField({ optional: true, description: 'Default: now.' })
  at?: string;
}

class ReasonDto {
  @ApiProperty({ type: String })
  code!: string;

  @ApiProperty({ type: String })
  message!: string;
}

class SinceDto {
  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty(moment)
  time!: string;
}

class OrderStateDto extends SinceDto {
  @ApiProperty({ type: String })
  status!: string;

  @ApiProperty({ type: String })
  customerId!: string;

  @ApiProperty({ type: String })
  merchantId!: string;

  @ApiProperty({ type: String })
  channel!: string;

  @ApiProperty({ type: String })
  currency!: string;

  @ApiProperty(amount)
  totalAmount!: number;

  @ApiProperty({ type: [Object], required: false })
  items?: NonNullable<OrderState['items']>;

  @ApiProperty({ type: Object, required: false })
  shippingAddress?: NonNullable<OrderState['shippingAddress']>;

  @ApiProperty({ type: String, required: false })
  trackingNumber?: string;

  @ApiProperty({ type: ReasonDto, required: false })
  reason?: ReasonDto;
}

class ChargebackDto extends SinceDto implements ChargebackAsOf {
  @ApiProperty({ type: String })
  chargebackId!: string;

  @ApiProperty({ enum: ['opened', 'won', 'lost'] })
  status!: ChargebackAsOf['status'];

  @ApiProperty(amount)
  disputed!: number;
}

const PAYMENT_STATUSES = [
  ...['requested', 'instructed', 'completed', 'failed', 'partly-refunded', 'refunded'],
];

class PaymentStateDto extends SinceDto implements PaymentAsOf {
  @ApiProperty({ enum: PAYMENT_STATUSES })
  status!: PaymentAsOf['status'];

  @ApiProperty({ type: String })
  method!: string;

  @ApiProperty({ type: String })
  currency!: string;

  @ApiProperty(amount)
  amount!: number;

  @ApiProperty(amount)
  captured!: number;

  @ApiProperty(amount)
  refunded!: number;

  @ApiProperty({ ...amount, description: 'In dispute or lost, in minor units.' })
  chargedBack!: number;

  @ApiProperty(amount)
  fee!: number;

  @ApiProperty(amount)
  feeReturned!: number;

  @ApiProperty({ type: [ChargebackDto] })
  chargebacks!: readonly ChargebackDto[];

  @ApiProperty({ type: ReasonDto, required: false })
  reason?: ReasonDto;
}

class ShipmentStateDto extends SinceDto implements ShipmentAsOf {
  @ApiProperty({ enum: ['created', 'refused', 'cancelled', 'handed-over', 'delivered', 'lost'] })
  status!: ShipmentAsOf['status'];

  @ApiProperty({ type: String, required: false })
  shipmentId?: string;

  @ApiProperty({ type: String, required: false })
  trackingNumber?: string;

  @ApiProperty({ type: ReasonDto, required: false })
  reason?: ReasonDto;
}

class HistoryEntryDto implements HistoryEntry {
  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty(moment)
  time!: string;

  @ApiProperty({ type: String, example: 'payment.completed' })
  name!: string;

  @ApiProperty({ type: String, example: 'payment', description: 'Whose revision it is.' })
  about!: string;

  @ApiProperty({ type: 'integer', required: false })
  revision?: number;

  @ApiProperty({
    type: Boolean,
    description: 'False where its contract does not know it so: the state says nothing of it.',
  })
  understood!: boolean;
}

export class OrderAsOfDto {
  @ApiProperty({ type: String })
  orderId!: string;

  @ApiProperty(moment)
  at!: string;

  @ApiProperty({ type: OrderStateDto, required: false })
  order?: OrderStateDto;

  @ApiProperty({ type: PaymentStateDto, required: false })
  payment?: PaymentStateDto;

  @ApiProperty({ type: ShipmentStateDto, required: false })
  shipment?: ShipmentStateDto;

  @ApiProperty({ type: [HistoryEntryDto], description: 'All that had happened, oldest first.' })
  history!: readonly HistoryEntryDto[];
}
