import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IntegerField, ListField, ObjectField, TextField } from '#platform';
import { STATUSES, type ShipmentStatus, type Wanted } from '../domain/shipment.js';
import { SERVICES, type Service } from '../provider/carrier.js';

const time = { format: 'date-time' };

export class ShipmentDto {
  @ApiProperty({ format: 'uuid' }) orderId!: string;
  @ApiProperty({ enum: STATUSES }) status!: ShipmentStatus;
  @ApiProperty({ enum: ['booked', 'handed-over', 'cancelled'], description: 'Where it shall go' })
  wanted!: Wanted;
  @ApiPropertyOptional({ description: "The carrier's number of the shipment" }) shipmentId?: string;
  @ApiPropertyOptional() trackingNumber?: string;
  @ApiPropertyOptional({
    description:
      'Why it is refused or failed; of a booked one, why it was not fetched or cancelled',
  })
  problemCode?: string;
  @ApiPropertyOptional(time) bookedAt?: string;
  @ApiPropertyOptional(time) handedOverAt?: string;
  @ApiPropertyOptional(time) deliveredAt?: string;
  @ApiProperty({ type: 'integer', description: 'Grows with each change' }) revision!: number;
}

export class WebhookAnswerDto {
  @ApiProperty({ enum: ['heard'] }) received!: 'heard';
}

export class ParcelAddressDto {
  @TextField({ max: 100, example: 'Tokyo' }) prefecture!: string;
  @TextField({ max: 100, example: 'Chiyoda' }) city!: string;
  @TextField({ max: 200, example: '1-1 Marunouchi' }) line1!: string;
  @TextField({ max: 16, example: '100-0005' }) postalCode!: string;
  @TextField({
    min: 2,
    max: 2,
    pattern: /^[A-Z]{2}$/,
    shape: 'two upper-case letters (ISO 3166-1)',
    optional: true,
    example: 'JP',
  })
  country?: string;
}

export class ParcelItemDto {
  @TextField({ max: 64, example: 'SKU-1' }) productId!: string;
  @IntegerField({ min: 1, max: 100_000_000, example: 2 }) quantity!: number;
}

export class RatesRequestDto {
  @ObjectField(ParcelAddressDto) shippingAddress!: ParcelAddressDto;
  @ListField(ParcelItemDto, { min: 1, max: 500 }) items!: ParcelItemDto[];
}

export class RateDto {
  @ApiProperty({ enum: SERVICES }) service!: Service;
  @ApiProperty({ type: 'integer', description: 'In minor units (cents, yen)' }) amount!: number;
  @ApiProperty({ example: 'JPY' }) currency!: string;
  @ApiProperty({ type: 'integer', description: 'How many days it takes' }) days!: number;
}

export class RatesDto {
  @ApiProperty({ type: [RateDto] }) rates!: readonly RateDto[];
}
