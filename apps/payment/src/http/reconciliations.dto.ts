import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IntegerQuery } from '#platform';
import type { DifferenceKind } from '../domain/reconcile.js';

const KINDS: readonly DifferenceKind[] = [
  ...(['not-ours', 'other-intent', 'not-theirs'] as const),
  ...(['captured', 'refunded', 'currency', 'chargeback'] as const),
];

export class ListComparisonsQuery {
  @IntegerQuery({ min: 1, max: 366, optional: true, description: 'Days; default: 31.' })
  limit?: number;
}

export class DifferenceDto {
  @ApiProperty({ enum: KINDS }) kind!: DifferenceKind;
  @ApiPropertyOptional({ format: 'uuid' }) orderId?: string;
  @ApiPropertyOptional({ description: "The provider's number" }) intentId?: string;
  @ApiPropertyOptional({
    oneOf: [{ type: 'integer' }, { type: 'string' }],
    description: 'What we say: minor units, a currency, an intent, or how a dispute stands',
  })
  ours?: number | string;
  @ApiPropertyOptional({
    oneOf: [{ type: 'integer' }, { type: 'string' }],
    description: 'What the provider says',
  })
  theirs?: number | string;
}

export class ComparisonDto {
  @ApiProperty({ format: 'date', description: 'UTC' }) day!: string;
  @ApiProperty({ type: 'integer', description: 'Payments of ours with an intent' }) ours!: number;
  @ApiProperty({ type: 'integer', description: 'Intents of the provider' }) theirs!: number;
  @ApiProperty({ type: 'integer', description: 'Not compared: somebody works on them' })
  underWay!: number;
  @ApiProperty({ type: [DifferenceDto] }) differences!: DifferenceDto[];
  @ApiProperty({ format: 'date-time' }) comparedAt!: string;
}

export class ComparisonsDto {
  @ApiProperty({ type: [ComparisonDto] }) items!: ComparisonDto[];
}

export class ComparisonAskedDto {
  @ApiProperty({ format: 'date' }) day!: string;
}
