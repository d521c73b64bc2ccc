import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { ProblemException, runtime, TextField } from '#platform';
import { merchantName } from '../persistence/merchant-rows.js';
import { balancesOf } from '../persistence/read-balances.js';
import { dueBefore } from '../persistence/settle-rows.js';
import { HoldingPeriod } from './holding-period.js';

class BalanceParams {
  @TextField({ max: 64, example: 'tea-shop' })
  merchantId!: string;
}

class BalanceDto {
  @ApiProperty({ type: String, example: 'GBP' })
  currency!: string;

  @ApiProperty({ type: 'integer', description: 'May be drawn. In minor units, as all of these.' })
  available!: number;

  @ApiProperty({ type: 'integer', description: 'Set aside for withdrawals under way.' })
  held!: number;

  @ApiProperty({ type: 'integer', description: 'Paid out, over all times.' })
  drawn!: number;

  @ApiProperty({ type: 'integer', description: 'available + held + drawn' })
  settled!: number;

  @ApiProperty({ type: 'integer', description: 'Of orders that are not due yet.' })
  pending!: number;

  @ApiProperty({ type: 'integer', description: 'What the next batch will settle.' })
  due!: number;

  @ApiProperty({ type: 'integer', description: 'What later orders have to cover first.' })
  debt!: number;

  @ApiProperty({ type: 'integer', description: 'Grows by one with each change of the balance.' })
  revision!: number;
}

class BalancesDto {
  @ApiProperty({ type: String })
  merchantId!: string;

  @ApiProperty({ type: [BalanceDto], description: 'One a currency.' })
  balances!: BalanceDto[];
}

@ApiTags('balances')
@Controller('balances')
export class BalancesController {
  constructor(
    private readonly database: Database,
    private readonly holdingPeriod: HoldingPeriod,
  ) {}

  @Get(':merchantId')
  @ApiOperation({ summary: 'What a merchant may draw, and what is to come' })
  @ApiOkResponse({ type: BalancesDto })
  async one(@Param() { merchantId }: BalanceParams): Promise<BalancesDto> {
    const due = dueBefore(runtime.date(), this.holdingPeriod.ms);
    const balances = await balancesOf(this.database, merchantId, due);
    if (balances.length === 0 && (await merchantName(this.database, merchantId)) === undefined) {
      throw new ProblemException(404, 'Unknown merchant', `Nothing is known of ${merchantId}.`, {
        errors: [{ field: 'merchantId', message: 'is not known' }],
      });
    }
    return {
      merchantId,
      balances: balances.map((balance) => ({
        ...balance,
        due: Math.max(0, balance.due),
        debt: Math.max(0, -balance.due),
      })),
    };
  }
}
