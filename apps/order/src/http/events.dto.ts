import { ApiProperty } from '@nestjs/swagger';
import { orderStatus, type OrderStatus } from '#contracts';
import { IntegerQuery, TextField } from '#platform';
import { orderEventTypes, type OrderEventType } from '../domain/order-event.js';
import { ReasonDto } from './orders.dto.js';

export const MOST_EVENTS = 200;

export class HistoryQuery {
  @TextField({ max: 9, pattern: /^\d+$/, shape: 'the nextCursor of a page before', optional: true })
  cursor?: string;

  @IntegerQuery({ min: 1, max: MOST_EVENTS, optional: true, description: 'Default: 200.' })
  limit?: number;
}

export class OrderEventDto {
  @ApiProperty({ type: 'integer', description: '1, 2, 3, … within the order.' })
  seq!: number;

  @ApiProperty({ enum: orderEventTypes })
  type!: OrderEventType;

  @ApiProperty({ enum: orderStatus.options, description: 'Of the order, after it.' })
  status!: OrderStatus;

  @ApiProperty({ type: 'integer', description: 'Of the order, after it.' })
  revision!: number;

  @ApiProperty({ type: ReasonDto, required: false })
  reason?: ReasonDto;

  @ApiProperty({ type: String, required: false })
  trackingNumber?: string;

  @ApiProperty({ type: String, format: 'uuid', required: false, description: 'What it is about.' })
  returnId?: string;

  @ApiProperty({ type: String, format: 'date-time' })
  at!: string;
}

export class HistoryDto {
  @ApiProperty({ type: [OrderEventDto], description: 'Oldest first.' })
  items!: OrderEventDto[];

  @ApiProperty({ type: String, required: false, description: 'Absent on the last page.' })
  nextCursor?: string;
}
