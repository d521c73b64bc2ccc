import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IntegerQuery, TextField } from '#platform';

export class ListBooksQuery {
  @TextField({
    max: 128,
    pattern: /^[\w-]+$/,
    shape: 'the nextCursor of a page before',
    optional: true,
  })
  after?: string;

  @IntegerQuery({ min: 1, max: 1_000, optional: true, description: 'Default: 100.' })
  limit?: number;

  @TextField({
    max: 10,
    optional: true,
    description: 'UTC: only what was taken on this day.',
    example: '2026-11-26',
  })
  capturedOn?: string;
}

export class BookDto {
  @ApiProperty({ format: 'uuid' }) orderId!: string;
  @ApiProperty() merchantId!: string;
  @ApiProperty({ example: 'JPY' }) currency!: string;
  @ApiProperty({ type: 'integer', description: 'Minor units of the currency, as all amounts' })
  captured!: number;
  @ApiProperty({ type: 'integer', description: 'All that was given back so far' })
  refunded!: number;
  @ApiProperty({ type: 'integer', description: "What customers' banks took back, and hold" })
  chargedBack!: number;
  @ApiProperty({ type: 'integer', description: 'What the merchant pays' }) fee!: number;
  @ApiProperty({ type: 'integer', description: 'The fee, once the order was undone; else 0' })
  feeReturned!: number;
  @ApiProperty({ type: 'integer', description: 'Grows with each change' }) revision!: number;
}

export class BookPageDto {
  @ApiProperty({ type: [BookDto] }) items!: BookDto[];
  @ApiPropertyOptional({ description: 'Absent on the last page' }) nextCursor?: string;
}
