import { ApiProperty } from '@nestjs/swagger';
import { TextField } from '#platform';

export class OpenBatchDto {
  @TextField({
    optional: true,
    max: 40,
    pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/,
    shape: 'a moment with its offset (RFC 3339), as 2026-01-31T00:00:00+09:00',
    description: 'Orders that fell due before it are in the batch. Default: now.',
    example: '2026-12-01T00:00:00Z',
  })
  cutoff?: string;
}

export class BatchParams {
  @TextField({ max: 100, example: 'at-2026-12-01T00:00:00.000Z' })
  batchId!: string;
}

export class BatchDto {
  @ApiProperty({ type: String, example: 'at-2026-12-01T00:00:00.000Z' })
  batchId!: string;

  @ApiProperty({ enum: ['running', 'done'] })
  state!: 'running' | 'done';

  @ApiProperty({ type: String, format: 'date-time' })
  cutoff!: string;

  @ApiProperty({ type: 'integer', description: 'The holding period that it goes by.' })
  holdingMs!: number;

  @ApiProperty({ type: String, format: 'date-time' })
  openedAt!: string;

  @ApiProperty({ type: String, format: 'date-time', required: false })
  finishedAt?: string;
}

export class BatchTotalDto {
  @ApiProperty({ type: String, example: 'GBP' })
  currency!: string;

  @ApiProperty({ type: 'integer', description: 'One a merchant.' })
  settlements!: number;

  @ApiProperty({ type: 'integer' })
  orders!: number;

  @ApiProperty({ type: 'integer' })
  gross!: number;

  @ApiProperty({ type: 'integer' })
  fees!: number;

  @ApiProperty({ type: 'integer' })
  refunds!: number;

  @ApiProperty({ type: 'integer' })
  chargebacks!: number;

  @ApiProperty({ type: 'integer', description: 'What it has added to balances.' })
  net!: number;
}

export class BatchWithTotalsDto extends BatchDto {
  @ApiProperty({ type: [BatchTotalDto], description: 'So far, while it is running.' })
  totals!: BatchTotalDto[];
}

export class BatchPageDto {
  @ApiProperty({ type: [BatchDto] })
  items!: BatchDto[];

  @ApiProperty({ type: String, required: false, description: 'Absent on the last page.' })
  nextCursor?: string;
}
