import { ApiProperty } from '@nestjs/swagger';
import { ANY_CHANNEL, BASIS_POINTS, merchantStatus, type MerchantStatus } from '#contracts';
import {
  ChoiceField,
  CurrencyField,
  IntegerField,
  ListField,
  MomentField,
  PageQuery,
  TextField,
} from '#platform';

const EXAMPLE_ID = 'tea-shop';
const MOST_MINOR_UNITS = 1_000_000_000_000;

const ChannelField = (optional: boolean): PropertyDecorator =>
  TextField({
    max: 32,
    optional,
    description: `As orders name it; '${ANY_CHANNEL}': every one that has no rate of its own.`,
    example: 'web',
  });

export class MerchantParams {
  @TextField({ max: 64, description: 'As orders name it.', example: EXAMPLE_ID })
  merchantId!: string;
}

export class RateParams extends MerchantParams {
  @TextField({ max: 64, example: '7d1a54127b222502' })
  rateId!: string;
}

export class AccountParams extends MerchantParams {
  @CurrencyField()
  currency!: string;
}

export class KeyParams extends MerchantParams {
  @TextField({ max: 64, example: '0f5c2b7a91d3e846' })
  keyId!: string;
}

export class PutMerchantDto {
  @TextField({ max: 200, example: 'The Tea Shop' })
  name!: string;

  @TextField({
    max: 64,
    description: "Of the IANA database: where the merchant's days begin at midnight.",
    example: 'Europe/London',
  })
  timeZone!: string;
}

export class SuspendMerchantDto {
  @TextField({ max: 500, description: 'For those who ask later.', example: 'papers missing' })
  reason!: string;
}

export class ListMerchantsQuery extends PageQuery {
  @ChoiceField({ of: merchantStatus.options, optional: true })
  status?: MerchantStatus;
}

export class FixedFeeDto {
  @CurrencyField()
  currency!: string;

  @IntegerField({ min: 0, max: MOST_MINOR_UNITS, description: 'In minor units.', example: 20 })
  amount!: number;
}

export class AddRateDto {
  @ChannelField(true)
  channel?: string;

  @MomentField({ optional: true, description: 'From when on it counts. Default: now.' })
  validFrom?: string;

  @IntegerField({
    min: 0,
    max: BASIS_POINTS,
    description: 'Hundredths of a per cent of each payment.',
    example: 290,
  })
  basisPoints!: number;

  @ListField(FixedFeeDto, { min: 0, max: 20, optional: true })
  fixed?: FixedFeeDto[];
}

export class RateQuery {
  @ChannelField(false)
  channel!: string;

  @MomentField({ optional: true, description: 'Default: now.' })
  at?: string;
}

export class PutAccountDto {
  @TextField({ max: 140, example: 'The Tea Shop Ltd' })
  holder!: string;

  @TextField({
    min: 4,
    max: 34,
    pattern: /^[A-Za-z0-9][A-Za-z0-9 -]*$/,
    shape: 'an IBAN or an account number',
    example: 'GB33BUKB20201555555555',
  })
  number!: string;

  @TextField({
    max: 34,
    optional: true,
    description: 'BIC, sort code or branch, where the number alone does not tell.',
    example: 'BUKBGB22',
  })
  bank?: string;
}

export class IssueKeyDto {
  @TextField({ max: 100, description: 'What it is for.', example: 'web shop' })
  label!: string;
}

export class RateDto {
  @ApiProperty({ type: String })
  rateId!: string;

  @ApiProperty({ type: String })
  channel!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  validFrom!: string;

  @ApiProperty({ type: 'integer' })
  basisPoints!: number;

  @ApiProperty({ type: [FixedFeeDto] })
  fixed!: FixedFeeDto[];
}

export class AccountDto {
  @ApiProperty({ type: String })
  currency!: string;

  @ApiProperty({ type: String })
  holder!: string;

  @ApiProperty({ type: String, description: 'All but its end is hidden.', example: '…5555' })
  number!: string;

  @ApiProperty({ type: String, required: false })
  bank?: string;
}

export class KeyDto {
  @ApiProperty({ type: String })
  keyId!: string;

  @ApiProperty({ type: String })
  label!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string;
}

export class NewKeyDto {
  @ApiProperty({ type: String })
  keyId!: string;

  @ApiProperty({ type: String, description: 'Keep it: it is shown this once.' })
  apiKey!: string;
}

export class MerchantDto {
  @ApiProperty({ type: String, example: EXAMPLE_ID })
  merchantId!: string;

  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ type: String })
  timeZone!: string;

  @ApiProperty({ enum: merchantStatus.options })
  status!: MerchantStatus;

  @ApiProperty({ type: String, required: false, description: 'Why a merchant is suspended.' })
  suspendReason?: string;

  @ApiProperty({ type: [RateDto] })
  feeRates!: RateDto[];

  @ApiProperty({ type: [AccountDto] })
  payoutAccounts!: AccountDto[];

  @ApiProperty({ type: [KeyDto] })
  apiKeys!: KeyDto[];

  @ApiProperty({ type: 'integer', description: 'Grows by one with each change.' })
  revision!: number;
}

export class MerchantPageDto {
  @ApiProperty({ type: [MerchantDto] })
  items!: MerchantDto[];

  @ApiProperty({ type: String, required: false, description: 'Absent on the last page.' })
  nextCursor?: string;
}
