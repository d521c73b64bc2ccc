import { ApiProperty } from '@nestjs/swagger';
import { MomentField, TextField } from '#platform';

export class OpenBatchDto {
  @MomentField({
    optional: true,
    description: 'Orders that fell due before it are in the batch. Default: now.',
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
