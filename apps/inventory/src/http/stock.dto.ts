import { ApiProperty } from '@nestjs/swagger';
import { IdField, IntegerField } from '#platform';
import { MAX_ON_HAND } from '../domain/stock.js';

export class ProductParams {
  @IdField('85123A')
  productId!: string;
}

export class SetStockDto {
  @IntegerField({ min: 0, max: MAX_ON_HAND, description: 'Pieces that are there.', example: 100 })
  onHand!: number;
}

export class StockDto {
  @ApiProperty({ example: '85123A' })
  productId!: string;

  @ApiProperty({ type: 'integer', description: 'Pieces that are there.' })
  onHand!: number;

  @ApiProperty({ type: 'integer', description: 'Of these, promised to orders.' })
  reserved!: number;

  @ApiProperty({ type: 'integer', description: 'onHand - reserved' })
  available!: number;
}
