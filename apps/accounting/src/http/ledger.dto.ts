import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ChoiceField,
  CurrencyField,
  DayField,
  IntegerQuery,
  PageQuery,
  TextField,
} from '#platform';

const AMOUNT = { type: 'integer', description: 'Minor units of the currency' } as const;

export class AccountDto {
  @ApiProperty({ example: 'merchant-payable' }) account!: string;
  @ApiProperty({ enum: ['asset', 'liability', 'income'] }) kind!: 'asset' | 'liability' | 'income';
  @ApiProperty({ enum: ['debit', 'credit'], description: 'On which side it grows' })
  normalSide!: 'debit' | 'credit';
  @ApiProperty({ description: 'Kept for each merchant apart' }) perMerchant!: boolean;
  @ApiProperty() about!: string;
}

export class AccountsDto {
  @ApiProperty({ type: [AccountDto] }) items!: AccountDto[];
}

const CurrencyQuery = (optional: boolean, description: string): PropertyDecorator =>
  TextField({
    ...{ optional, min: 3, max: 3, pattern: /^[A-Z]{3}$/, description, example: 'JPY' },
    shape: 'three upper-case letters (ISO 4217)',
  });

export class TrialBalanceQuery {
  @CurrencyQuery(true, 'Default: all of them, each by itself.')
  currency?: string;

  @DayField({ optional: true, description: 'The last day that counts, UTC. Default: all of them.' })
  asOf?: string;

  @ChoiceField({
    of: ['merchant', 'account'],
    optional: true,
    description: 'Whether accounts are shown for each merchant. Default: merchant.',
  })
  by?: 'merchant' | 'account';

  @TextField({
    ...{ max: 512, pattern: /^[\w-]+$/, optional: true },
    shape: 'the nextCursor of a page before',
  })
  cursor?: string;

  @IntegerQuery({ min: 1, max: 1_000, optional: true, description: 'Accounts. Default: 200.' })
  limit?: number;
}

export const DEFAULT_SUMS = 200;

export class AccountSumDto {
  @ApiProperty({ example: 'merchant-payable' }) account!: string;
  @ApiPropertyOptional() merchantId?: string;
  @ApiProperty(AMOUNT) debit!: number;
  @ApiProperty(AMOUNT) credit!: number;
  @ApiProperty({ type: 'integer', description: 'Debit less credit' }) balance!: number;
}

export class CurrencyBalanceDto {
  @ApiProperty({ example: 'JPY' }) currency!: string;
  @ApiProperty({ ...AMOUNT, description: 'Of all accounts, also of those on other pages' })
  debit!: number;
  @ApiProperty(AMOUNT) credit!: number;
  @ApiProperty({ description: 'Whether the two are equal, as they always are' }) balanced!: boolean;
  @ApiProperty({ type: [AccountSumDto] }) accounts!: AccountSumDto[];
}

export class TrialBalanceDto {
  @ApiProperty({ type: [CurrencyBalanceDto], description: 'Those with accounts on this page' })
  currencies!: CurrencyBalanceDto[];
  @ApiPropertyOptional({ description: 'Absent on the last page' }) nextCursor?: string;
}

export class AccountParams {
  @TextField({ max: 40, example: 'merchant-payable' })
  account!: string;
}

export class StatementQueryDto extends PageQuery {
  @CurrencyField()
  currency!: string;

  @TextField({
    ...{ max: 64, optional: true, example: 'tea-shop' },
    description: 'Default: all merchants together.',
  })
  merchant_id?: string;

  @DayField({ optional: true, description: 'UTC. Default: the first of the month of `to`.' })
  from?: string;

  @DayField({ optional: true, description: 'UTC, and in it. Default: today.' })
  to?: string;

  @ChoiceField({ of: ['json', 'csv'], optional: true, description: 'csv: all of it, in one go.' })
  format?: 'json' | 'csv';
}

export class StatementLineDto {
  @ApiProperty({ format: 'date', description: 'In whose books it is' }) day!: string;
  @ApiProperty({ format: 'date-time' }) occurredAt!: string;
  @ApiProperty({ format: 'uuid' }) entryId!: string;
  @ApiProperty({ type: 'integer' }) line!: number;
  @ApiProperty({ example: 'payment.completed', description: 'The fact it tells of' }) fact!: string;
  @ApiProperty({ description: 'What the fact is about' }) aggregateType!: string;
  @ApiProperty() aggregateId!: string;
  @ApiPropertyOptional() merchantId?: string;
  @ApiProperty(AMOUNT) debit!: number;
  @ApiProperty(AMOUNT) credit!: number;
  @ApiProperty({ type: 'integer', description: 'After this line, debit less credit' })
  balance!: number;
}

export class StatementDto {
  @ApiProperty() account!: string;
  @ApiProperty({ enum: ['debit', 'credit'] }) normalSide!: 'debit' | 'credit';
  @ApiPropertyOptional() merchantId?: string;
  @ApiProperty() currency!: string;
  @ApiProperty({ format: 'date' }) from!: string;
  @ApiProperty({ format: 'date' }) to!: string;
  @ApiProperty({ type: 'integer', description: 'Before the first day, debit less credit' })
  opening!: number;
  @ApiProperty({ type: 'integer', description: 'After the last day' }) closing!: number;
  @ApiProperty({ type: [StatementLineDto] }) items!: StatementLineDto[];
  @ApiPropertyOptional({ description: 'Absent on the last page' }) nextCursor?: string;
}

export class ListEntriesQuery extends PageQuery {
  @TextField({ max: 36, optional: true, description: 'One of the four is to be named.' })
  orderId?: string;

  @TextField({ max: 36, optional: true })
  withdrawalId?: string;

  @TextField({ max: 64, optional: true, example: 'tea-shop' })
  merchantId?: string;

  @DayField({ optional: true, description: 'UTC, in whose books they are.' })
  day?: string;
}

export class LineDto {
  @ApiProperty({ example: 'cash-at-provider' }) account!: string;
  @ApiPropertyOptional() merchantId?: string;
  @ApiProperty({ example: 'JPY' }) currency!: string;
  @ApiProperty(AMOUNT) debit!: number;
  @ApiProperty(AMOUNT) credit!: number;
}

export class EntryDto {
  @ApiProperty({ format: 'uuid' }) entryId!: string;
  @ApiProperty({ format: 'date', description: 'In whose books it is, UTC' }) day!: string;
  @ApiProperty({ format: 'date-time' }) occurredAt!: string;
  @ApiProperty({ format: 'date-time', description: 'When the ledger heard of it' })
  bookedAt!: string;
  @ApiProperty({ example: 'payment.completed', description: 'The fact it tells of' }) fact!: string;
  @ApiProperty({ description: "The fact's CloudEvents source" }) source!: string;
  @ApiProperty({ description: "The fact's CloudEvents id" }) eventId!: string;
  @ApiProperty({ enum: ['payment', 'settlement', 'balance', 'withdrawal'] })
  aggregateType!: string;
  @ApiProperty({ description: 'For a payment, the order id' }) aggregateId!: string;
  @ApiProperty({ type: 'integer' }) revision!: number;
  @ApiProperty() merchantId!: string;
  @ApiProperty({ type: [LineDto] }) lines!: LineDto[];
}

export class EntryPageDto {
  @ApiProperty({ type: [EntryDto] }) items!: EntryDto[];
  @ApiPropertyOptional({ description: 'Absent on the last page' }) nextCursor?: string;
}

export class SuspiciousFactDto {
  @ApiProperty() source!: string;
  @ApiProperty() eventId!: string;
  @ApiProperty({ example: 'payment.completed' }) fact!: string;
  @ApiProperty() reason!: string;
  @ApiProperty({ format: 'uuid', description: 'The entry that stays as it is' }) entryId!: string;
  @ApiProperty({ type: Object, description: 'What the fact says' }) data!: unknown;
  @ApiProperty({ format: 'date-time' }) receivedAt!: string;
}

export class SuspiciousFactPageDto {
  @ApiProperty({ type: [SuspiciousFactDto] }) items!: SuspiciousFactDto[];
  @ApiPropertyOptional({ description: 'Absent on the last page' }) nextCursor?: string;
}
