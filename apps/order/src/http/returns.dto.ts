import { ApiProperty } from '@nestjs/swagger';
import { returnStatus, type ReturnStatus } from '#contracts';
import { returnOrigins, type ReturnOrigin } from '../domain/order-return.js';
import { IntegerField, ListField, TextField } from '#platform';
import { ReasonDto } from './orders.dto.js';
import { OrderItemDto } from './place-order.dto.js';

export class ReturnItemDto {
  @TextField({ max: 64, example: 'SKU-1' })
  productId!: string;

  @IntegerField({ min: 1, max: 1_000_000, example: 1 })
  quantity!: number;
}

export class RequestReturnDto {
  @ListField(ReturnItemDto, { min: 1, max: 500 })
  items!: ReturnItemDto[];

  @TextField({ max: 500, optional: true, example: 'does not fit' })
  reason?: string;
}

export class CancelReturnDto {
  @TextField({ max: 500, optional: true, example: 'it fits after all' })
  reason?: string;
}

/** What `POST /orders/{orderId}/returns` and `POST …/returns/{returnId}/cancel` answer. */
export class RequestedReturnDto {
  @ApiProperty({ type: String, format: 'uuid' })
  returnId!: string;

  @ApiProperty({ type: String, format: 'uuid' })
  orderId!: string;

  @ApiProperty({ enum: returnStatus.options })
  status!: ReturnStatus;
}

export class ReturnDto extends RequestedReturnDto {
  @ApiProperty({
    enum: returnOrigins,
    description: '`parcel-lost`: the carrier lost it on its way out; only the money comes back.',
  })
  origin!: ReturnOrigin;

  @ApiProperty({ type: ReasonDto, required: false, description: 'Why it was rejected.' })
  reason?: ReasonDto;

  @ApiProperty({ type: String, required: false, description: "The customer's own words." })
  note?: string;

  @ApiProperty({ type: [OrderItemDto], description: 'At the prices that were paid.' })
  items!: readonly OrderItemDto[];

  @ApiProperty({ type: 'integer', description: 'Integer minor units: the sum of the items.' })
  refundAmount!: number;

  @ApiProperty({ type: String })
  currency!: string;

  @ApiProperty({ type: 'integer', description: 'Grows by one with each change.' })
  revision!: number;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt!: string;
}

export class ReturnListDto {
  @ApiProperty({ type: [ReturnDto], description: 'All returns of the order, oldest first.' })
  items!: ReturnDto[];
}
