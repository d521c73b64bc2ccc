import { ApiProperty } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';
import { IdField, IntegerField } from '#platform';
import { MAX_ON_HAND } from '../domain/stock.js';
import { ActorField, WarehouseField } from './fields.js';

export class ProductParams {
  @IdField('85123A')
  productId!: string;
}

export class SetStockDto {
  @IntegerField({ min: 0, max: MAX_ON_HAND, description: 'Pieces that are there.', example: 100 })
  onHand!: number;

  @WarehouseField()
  warehouseId?: string;

  @ActorField()
  by?: string;
}

export class SetThresholdDto {
  @IntegerField({
    min: 1,
    max: MAX_ON_HAND,
    description:
      'With fewer available in all warehouses together, the product is low; null: never.',
    example: 10,
  })
  @ApiProperty({ nullable: true })
  @ValidateIf((_, value: unknown) => value !== null)
  threshold!: number | null;
}

export class WarehouseStockDto {
  @ApiProperty({ type: String, example: 'main' })
  warehouseId!: string;

  @ApiProperty({ type: 'integer', description: 'Pieces that are there.' })
  onHand!: number;

  @ApiProperty({ type: 'integer', description: 'Of these, promised to orders.' })
  reserved!: number;

  @ApiProperty({ type: 'integer', description: 'onHand - reserved; none where it is not active' })
  available!: number;

  @ApiProperty({ type: Boolean, description: 'Whether the warehouse gives anything new.' })
  active!: boolean;
}

export class StockDto {
  @ApiProperty({ example: '85123A' })
  productId!: string;

  @ApiProperty({ type: 'integer', description: 'Pieces that are there, in all warehouses.' })
  onHand!: number;

  @ApiProperty({ type: 'integer', description: 'Of these, promised to orders.' })
  reserved!: number;

  @ApiProperty({ type: 'integer', description: 'onHand - reserved, of all active warehouses' })
  available!: number;

  @ApiProperty({ type: [WarehouseStockDto], description: 'In the order in which they are asked.' })
  warehouses!: WarehouseStockDto[];

  @ApiProperty({ type: 'integer', required: false, description: 'Absent where none was set.' })
  lowThreshold?: number;
}
