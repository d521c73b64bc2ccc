import { ApiProperty } from '@nestjs/swagger';
import { PageQuery, TextField } from '#platform';

export class SettlementParams {
  @TextField({ max: 200, example: 'st_0f5c2b7a91d3e8460f5c2b7a91d3e846' })
  settlementId!: string;
}

export class ListSettlementsQuery extends PageQuery {
  @TextField({ max: 64, optional: true, example: 'tea-shop' })
  merchantId?: string;

  @TextField({
    optional: true,
    min: 3,
    max: 3,
    pattern: /^[A-Z]{3}$/,
    shape: 'three upper-case letters (ISO 4217)',
    example: 'GBP',
  })
  currency?: string;
}

export class AmountsDto {
  @ApiProperty({ type: 'integer', description: 'Captured, in minor units.' })
  gross!: number;

  @ApiProperty({ type: 'integer', description: 'Taken less given back.' })
  fees!: number;

  @ApiProperty({ type: 'integer' })
  refunds!: number;

  @ApiProperty({ type: 'integer', description: 'Opened less won.' })
  chargebacks!: number;

  @ApiProperty({ type: 'integer', description: 'gross - fees - refunds - chargebacks' })
  net!: number;
}

export class SettlementDto extends AmountsDto {
  @ApiProperty({ type: String })
  settlementId!: string;

  @ApiProperty({ type: String })
  batchId!: string;

  @ApiProperty({ type: String })
  merchantId!: string;

  @ApiProperty({ type: String })
  currency!: string;

  @ApiProperty({
    type: 'integer',
    description: 'Those that were settled before and have changed, too.',
  })
  orders!: number;

  @ApiProperty({ type: String, format: 'date-time', description: 'What fell due before is in it.' })
  cutoff!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  settledAt!: string;
}

export class SettlementPageDto {
  @ApiProperty({ type: [SettlementDto] })
  items!: SettlementDto[];

  @ApiProperty({ type: String, required: false, description: 'Absent on the last page.' })
  nextCursor?: string;
}

export class SettlementLineDto extends AmountsDto {
  @ApiProperty({ type: String, format: 'uuid' })
  orderId!: string;

  @ApiProperty({ type: String, format: 'date-time', required: false })
  deliveredAt?: string;
}

export class SettlementLinePageDto {
  @ApiProperty({
    type: [SettlementLineDto],
    description: 'What has changed on each order since it was settled before.',
  })
  items!: SettlementLineDto[];

  @ApiProperty({ type: String, required: false, description: 'Absent on the last page.' })
  nextCursor?: string;
}
