import { ApiProperty } from '@nestjs/swagger';
import { orderStatus, type OrderStatus } from '#contracts';
import { IntegerQuery, TextField } from '#platform';
import { MAX_AMOUNT } from '../domain/order.js';
import { TRACKING_INDEXED } from '../persistence/search-orders.js';
import { OrderItemDto, ShippingAddressDto } from './place-order.dto.js';

const STATUS = `(${orderStatus.options.join('|')})`;
const TimeQuery = (description: string): PropertyDecorator =>
  TextField({
    max: 40,
    pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/,
    shape: 'a time of RFC 3339, as 2026-11-26T09:00:00Z (a + is written %2B in an address)',
    optional: true,
    description,
    example: '2026-11-26T09:00:00Z',
  });

/** All that is given holds at once. */
export class ListOrdersQuery {
  @TextField({
    max: 100,
    pattern: new RegExp(`^${STATUS}(,${STATUS})*$`),
    shape: `one of these, or several with commas between them: ${orderStatus.options.join(', ')}`,
    optional: true,
    example: 'confirmed,shipped',
  })
  status?: string;

  @TextField({ max: 64, optional: true })
  customerId?: string;

  @TextField({ max: 64, optional: true })
  merchantId?: string;

  @TextField({
    max: 64,
    optional: true,
    description:
      'Needs `customerId`, `email` or `trackingNumber` beside it, or at most 31 days between ' +
      '`createdFrom` and `createdTo` (or now).',
  })
  productId?: string;

  @TextField({
    min: 3,
    max: 254,
    pattern: /^[^@\s]+@[^@\s]+$/,
    shape: 'an e-mail address',
    optional: true,
    description: 'The whole address, in upper or lower case.',
  })
  email?: string;

  @TextField({ max: TRACKING_INDEXED, optional: true })
  trackingNumber?: string;

  @TimeQuery('Orders that were created then or later.')
  createdFrom?: string;

  @TimeQuery('Orders that were created before.')
  createdTo?: string;

  @IntegerQuery({
    min: 0,
    max: MAX_AMOUNT,
    optional: true,
    description: 'Integer minor units, of whatever currency; as `productId` not alone.',
  })
  totalFrom?: number;

  @IntegerQuery({ min: 0, max: MAX_AMOUNT, optional: true, description: 'As `totalFrom`.' })
  totalTo?: number;

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
