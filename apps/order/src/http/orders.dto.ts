import { ApiProperty } from '@nestjs/swagger';
import { orderStatus, type OrderStatus } from '#contracts';
import { ChoiceField, IntegerQuery, TextField } from '#platform';
import { OrderItemDto, ShippingAddressDto } from './place-order.dto.js';

export class ListOrdersQuery {
  @ChoiceField({ of: orderStatus.options, optional: true })
  status?: OrderStatus;

  @TextField({ max: 64, optional: true })
  customerId?: string;

  @TextField({
    max: 64,
    pattern: /^[\w-]+$/,
    shape: 'the nextCursor of a page before',
    optional: true,
  })
  cursor?: string;

  @IntegerQuery({ min: 1, max: 100, optional: true, description: 'Default: 20.' })
  limit?: number;
}

export class CancelOrderDto {
  @TextField({ max: 500, optional: true, example: 'ordered twice' })
  reason?: string;
}

/** What `POST /orders` and `POST /orders/{orderId}/cancel` answer. */
export class AcceptedOrderDto {
  @ApiProperty({ type: String, format: 'uuid' })
  orderId!: string;

  @ApiProperty({ enum: orderStatus.options })
  status!: OrderStatus;
}

export class ReasonDto {
  @ApiProperty({ type: String, example: 'insufficient-stock' })
  code!: string;

  @ApiProperty({ type: String })
  message!: string;
}

export class OrderSummaryDto extends AcceptedOrderDto {
  @ApiProperty({
    type: ReasonDto,
    required: false,
    description: 'Why it was cancelled, or what has become of its parcel.',
  })
  reason?: ReasonDto;

  @ApiProperty({ type: String })
  customerId!: string;

  @ApiProperty({ type: String })
  merchantId!: string;

  @ApiProperty({ type: String })
  channel!: string;

  @ApiProperty({ type: String })
  currency!: string;

  @ApiProperty({ type: 'integer', description: 'Integer minor units.' })
  totalAmount!: number;

  @ApiProperty({ type: String, required: false })
  trackingNumber?: string;

  @ApiProperty({ type: 'integer', description: 'Grows by one with each change.' })
  revision!: number;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt!: string;
}

export class PaymentViewDto {
  @ApiProperty({ type: String })
  method!: string;
}

export class OrderDto extends OrderSummaryDto {
  @ApiProperty({ type: [OrderItemDto] })
  items!: readonly OrderItemDto[];

  @ApiProperty({ type: ShippingAddressDto })
  shippingAddress!: ShippingAddressDto;

  @ApiProperty({ type: String })
  email!: string;

  @ApiProperty({ type: String, required: false })
  phone?: string;

  @ApiProperty({ type: String, required: false })
  locale?: string;

  @ApiProperty({ type: PaymentViewDto })
  payment!: PaymentViewDto;
}

export class OrderPageDto {
  @ApiProperty({ type: [OrderSummaryDto] })
  items!: OrderSummaryDto[];

  @ApiProperty({ type: String, required: false, description: 'Absent on the last page.' })
  nextCursor?: string;
}
