import { ApiProperty } from '@nestjs/swagger';
import { withdrawalStatus, type WithdrawalStatus } from '#contracts';
import { ChoiceField, CurrencyField, IntegerField, PageQuery, TextField } from '#platform';
import { PAYOUT_STATES, type PayoutState } from '../domain/withdrawal.js';

const MAX_AMOUNT = 1_000_000_000_000;
const time = { type: String, format: 'date-time' };

export class RequestWithdrawalDto {
  @TextField({ max: 64, example: 'tea-shop' })
  merchantId!: string;

  @CurrencyField()
  currency!: string;

  @IntegerField({ min: 1, max: MAX_AMOUNT, description: 'In minor units.', example: 5000 })
  amount!: number;
}

export class CancelWithdrawalDto {
  @TextField({ max: 500, optional: true, example: 'the account is about to change' })
  reason?: string;
}

export class ListWithdrawalsQuery extends PageQuery {
  @TextField({ max: 64, optional: true })
  merchantId?: string;

  @ChoiceField({ of: withdrawalStatus.options, optional: true })
  status?: WithdrawalStatus;
}

export class PayoutAccountDto {
  @ApiProperty({ type: String, example: 'GBP' })
  currency!: string;

  @ApiProperty({ type: String })
  holder!: string;

  @ApiProperty({ type: String, description: 'All but its end is hidden.', example: '…5555' })
  number!: string;

  @ApiProperty({ type: String, required: false })
  bank?: string;
}

export class WithdrawalReasonDto {
  @ApiProperty({ type: String, example: 'account_closed' })
  code!: string;

  @ApiProperty({ type: String })
  message!: string;
}

/** What `POST /withdrawals` answers, the same each time. */
export class RequestedWithdrawalDto {
  @ApiProperty({ type: String, format: 'uuid' })
  withdrawalId!: string;

  @ApiProperty({ enum: withdrawalStatus.options })
  status!: WithdrawalStatus;

  @ApiProperty({ type: String })
  merchantId!: string;

  @ApiProperty({ type: String })
  currency!: string;

  @ApiProperty({ type: 'integer', description: 'Integer minor units.' })
  amount!: number;

  @ApiProperty({ type: PayoutAccountDto, description: 'As it was when it was asked for.' })
  account!: PayoutAccountDto;
}

export class WithdrawalDto extends RequestedWithdrawalDto {
  @ApiProperty({
    enum: PAYOUT_STATES,
    description:
      '`none`: the bank was not told. `ordered`: it was, and has not answered. `pending`: it takes ' +
      'its time. `paid`, `refused`: it has decided.',
  })
  payout!: PayoutState;

  @ApiProperty({ type: String, required: false, description: "The bank's number of the payout." })
  payoutId?: string;

  @ApiProperty({
    type: String,
    required: false,
    description: 'Why the bank refused; while it is out, what the bank does not understand.',
  })
  problemCode?: string;

  @ApiProperty({ type: WithdrawalReasonDto, required: false, description: 'Why it was rejected.' })
  reason?: WithdrawalReasonDto;

  @ApiProperty({ type: 'integer', description: 'Grows by one with each change.' })
  revision!: number;

  @ApiProperty(time)
  createdAt!: string;

  @ApiProperty(time)
  updatedAt!: string;
}

export class WithdrawalPageDto {
  @ApiProperty({ type: [WithdrawalDto], description: 'Newest first.' })
  items!: WithdrawalDto[];

  @ApiProperty({ type: String, required: false, description: 'Absent on the last page.' })
  nextCursor?: string;
}
