import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

const STATUSES = ['requested', 'created', 'refused', 'failed'] as const;

export class ShipmentDto {
  @ApiProperty({ format: 'uuid' }) orderId!: string;
  @ApiProperty({ enum: STATUSES }) status!: (typeof STATUSES)[number];
  @ApiPropertyOptional({ description: "The carrier's number of the shipment" }) shipmentId?: string;
  @ApiPropertyOptional() trackingNumber?: string;
  @ApiPropertyOptional({ description: 'Why it is refused or failed' }) problemCode?: string;
  @ApiProperty({ type: 'integer', description: 'Grows with each change' }) revision!: number;
}
