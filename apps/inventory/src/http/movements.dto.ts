import { ApiProperty } from '@nestjs/swagger';
import { ChoiceField, IdField, IntegerField, ListField, PageQuery, TextField } from '#platform';
import { ADJUSTMENT_REASONS, type AdjustmentReason } from '../domain/stock-wish.js';
import { MAX_ON_HAND } from '../domain/stock.js';
import type { Movement } from '../persistence/movement-rows.js';
import { ActorField, WarehouseField } from './fields.js';

const MAX_BATCH = 1_000;
const NOTE = { max: 500, optional: true };

export class ReceiptDto {
  @IntegerField({ min: 1, max: MAX_ON_HAND, description: 'Pieces that have arrived.', example: 24 })
  quantity!: number;

  @WarehouseField()
  warehouseId?: string;

  @TextField({ max: 100, description: 'Of the delivery note.', example: 'DN-2026-0815' })
  reference!: string;

  @TextField(NOTE)
  note?: string;

  @ActorField()
  by?: string;
}

export class BatchReceiptDto extends ReceiptDto {
  @IdField('85123A')
  productId!: string;
}

export class ReceiptBatchDto {
  @ListField(BatchReceiptDto, { min: 1, max: MAX_BATCH })
  receipts!: BatchReceiptDto[];
}

export class AdjustmentDto {
  @IntegerField({
    min: -MAX_ON_HAND,
    max: MAX_ON_HAND,
    description: 'Pieces more, or fewer; not 0.',
    example: -2,
  })
  difference!: number;

  @WarehouseField()
  warehouseId?: string;

  @ChoiceField({ of: ADJUSTMENT_REASONS })
  reason!: AdjustmentReason;

  @TextField(NOTE)
  note?: string;

  @ActorField()
  by?: string;
}

export class ListMovementsQuery extends PageQuery {
  @WarehouseField('Only those of this one.')
  warehouseId?: string;
}

const KINDS: readonly Movement['kind'][] = ['received', 'adjusted', 'counted'];

export class MovementDto {
  @ApiProperty({ type: String, example: '4711' })
  movementId!: string;

  @ApiProperty({ type: String, example: '85123A' })
  productId!: string;

  @ApiProperty({ type: String, example: 'main' })
  warehouseId!: string;

  @ApiProperty({ enum: KINDS })
  kind!: Movement['kind'];

  @ApiProperty({ type: 'integer', description: 'Pieces more, or fewer.' })
  difference!: number;

  @ApiProperty({ type: 'integer', description: 'In this warehouse, right after it.' })
  onHand!: number;

  @ApiProperty({ type: 'integer', description: 'Of product and warehouse, right after it.' })
  revision!: number;

  @ApiProperty({ type: String, required: false, description: 'Of the delivery note.' })
  reference?: string;

  @ApiProperty({ enum: ADJUSTMENT_REASONS, required: false })
  reason?: AdjustmentReason;

  @ApiProperty({ type: String, required: false })
  note?: string;

  @ApiProperty({ type: String, required: false, description: 'Absent where nobody said.' })
  by?: string;

  @ApiProperty({ type: String, format: 'date-time' })
  at!: string;
}

export class MovementPageDto {
  @ApiProperty({ type: [MovementDto], description: 'Newest first.' })
  items!: MovementDto[];

  @ApiProperty({ type: String, required: false, description: 'Absent on the last page.' })
  nextCursor?: string;
}

export class MovementListDto {
  @ApiProperty({ type: [MovementDto], description: 'One an item, in their order.' })
  items!: MovementDto[];
}
