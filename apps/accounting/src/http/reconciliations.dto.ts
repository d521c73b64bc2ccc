import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Code } from '../domain/reconcile.js';

const CODES: readonly Code[] = [
  ...(['missing-in-ledger', 'missing-in-payment', 'missing-at-bank'] as const),
  ...(['amount-differs', 'currency-differs', 'merchant-differs', 'not-paid-at-bank'] as const),
  ...(['behind', 'ahead', 'provider-differs'] as const),
];

export class LedgerDifferenceDto {
  @ApiProperty({ enum: ['order', 'withdrawal', 'provider'] }) about!: string;
  @ApiProperty({ description: "The order's or withdrawal's id; the provider's number" })
  subject!: string;
  @ApiProperty({ example: 'captured', description: 'Which figure' }) what!: string;
  @ApiProperty({
    enum: CODES,
    description: 'behind: payment is further than the ledger, which will hear of it.',
  })
  code!: Code;
  @ApiPropertyOptional({ description: 'What the ledger says; of the provider, what payment says' })
  ledger?: string;
  @ApiPropertyOptional({ description: 'What the others say' }) theirs?: string;
  @ApiProperty({ format: 'date-time', description: 'When it was first seen like this' })
  since!: string;
}

export class LedgerComparisonDto {
  @ApiProperty({ format: 'date', description: 'UTC' }) day!: string;
  @ApiProperty({ enum: ['running', 'done'] }) status!: 'running' | 'done';
  @ApiProperty({ type: 'integer', description: 'Orders in the books of payment' }) orders!: number;
  @ApiProperty({ type: 'integer', description: 'Payouts in the books of the bank' })
  withdrawals!: number;
  @ApiProperty({ type: 'integer' }) differences!: number;
  @ApiProperty({ type: 'integer', description: 'Not among the differences yet' }) behind!: number;
  @ApiProperty({ format: 'date-time' }) startedAt!: string;
  @ApiPropertyOptional({ format: 'date-time' }) comparedAt?: string;
  @ApiPropertyOptional({
    format: 'date-time',
    description: 'When payment compared itself with the provider',
  })
  providerComparedAt?: string;
  @ApiPropertyOptional({ description: 'Why it does not go on at the moment' }) problem?: string;
}

export class LedgerComparisonDetailDto extends LedgerComparisonDto {
  @ApiProperty({ type: [LedgerDifferenceDto] }) items!: LedgerDifferenceDto[];
  @ApiPropertyOptional({ description: 'Absent on the last page' }) nextCursor?: string;
}

export class LedgerComparisonPageDto {
  @ApiProperty({ type: [LedgerComparisonDto] }) items!: LedgerComparisonDto[];
  @ApiPropertyOptional({ description: 'Absent on the last page' }) nextCursor?: string;
}

export class ReconciliationAskedDto {
  @ApiProperty({ format: 'date' }) day!: string;
}
