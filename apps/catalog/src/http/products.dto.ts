import { ApiProperty } from '@nestjs/swagger';
import { productStatus, type ProductStatus } from '#contracts';
import {
  ChoiceField,
  CurrencyField,
  IdField,
  IntegerField,
  ListField,
  PageQuery,
  TextField,
} from '#platform';

/** The ceiling of the contract's `minorUnits`. */
const MAX_PRICE = 1_000_000_000_000;
const MAX_BATCH = 1_000;
const EXAMPLE_ID = '85123A';

export class ProductParams {
  @IdField(EXAMPLE_ID)
  productId!: string;
}

export class PutProductDto {
  @TextField({ max: 200, example: 'WHITE HANGING HEART T-LIGHT HOLDER' })
  name!: string;

  @IntegerField({
    min: 0,
    max: MAX_PRICE,
    description: 'Price of one piece in integer minor units (cents, yen).',
    example: 255,
  })
  unitPrice!: number;

  @CurrencyField()
  currency!: string;

  @ChoiceField({
    of: productStatus.options,
    optional: true,
    description: 'Left out, it stays as it is; a new product is active.',
  })
  status?: ProductStatus;
}

export class BatchProductDto extends PutProductDto {
  @IdField(EXAMPLE_ID)
  productId!: string;
}

export class ProductBatchDto {
  @ListField(BatchProductDto, { min: 1, max: MAX_BATCH })
  products!: BatchProductDto[];
}

export class ListProductsQuery extends PageQuery {
  @ChoiceField({ of: productStatus.options, optional: true })
  status?: ProductStatus;
}

export class ProductDto {
  @ApiProperty({ type: String, example: EXAMPLE_ID })
  productId!: string;

  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ type: 'integer', description: 'Of one piece, integer minor units.' })
  unitPrice!: number;

  @ApiProperty({ type: String })
  currency!: string;

  @ApiProperty({ enum: productStatus.options })
  status!: ProductStatus;

  @ApiProperty({ type: 'integer', description: 'Grows by one with each change.' })
  revision!: number;
}

export class ProductPageDto {
  @ApiProperty({ type: [ProductDto] })
  items!: ProductDto[];

  @ApiProperty({ type: String, required: false, description: 'Absent on the last page.' })
  nextCursor?: string;
}

const OUTCOMES = ['created', 'updated', 'unchanged'] as const;

export class BatchOutcomeDto {
  @ApiProperty({ type: String, example: EXAMPLE_ID })
  productId!: string;

  @ApiProperty({ enum: OUTCOMES })
  outcome!: (typeof OUTCOMES)[number];

  @ApiProperty({ type: 'integer' })
  revision!: number;
}

export class BatchAnswerDto {
  @ApiProperty({ type: [BatchOutcomeDto], description: 'One an item, in their order.' })
  items!: BatchOutcomeDto[];
}
