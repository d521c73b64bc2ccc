import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { checkedDay, DEFAULT_PAGE, fieldProblem, pageOf, PageQuery, textOfCursor } from '#platform';
import { CHART } from '../domain/chart.js';
import { trialBalance } from '../domain/trial-balance.js';
import { readBalances } from '../persistence/read-balances.js';
import { listSuspiciousFacts } from '../persistence/suspicious-facts.js';
import {
  AccountsDto,
  SuspiciousFactPageDto,
  TrialBalanceDto,
  TrialBalanceQuery,
} from './ledger.dto.js';

@ApiTags('ledger')
@Controller()
export class LedgerController {
  constructor(private readonly database: Database) {}

  @Get('accounts')
  @ApiOperation({ summary: 'The chart of accounts' })
  @ApiOkResponse({ type: AccountsDto })
  accounts(): AccountsDto {
    return { items: CHART.map((spec) => ({ ...spec })) };
  }

  @Get('trial-balance')
  @ApiOperation({ summary: 'The sums of all accounts, currency by currency' })
  @ApiOkResponse({ type: TrialBalanceDto })
  async trialBalance(
    @Query() { currency, asOf, by = 'merchant' }: TrialBalanceQuery,
  ): Promise<TrialBalanceDto> {
    const sums = await readBalances(this.database, {
      currency,
      asOf: asOf === undefined ? undefined : checkedDay('asOf', asOf),
      together: by === 'account',
    });
    return {
      currencies: trialBalance(sums).map((one) => ({ ...one, accounts: [...one.accounts] })),
    };
  }

  @Get('suspicious-facts')
  @ApiOperation({
    summary: 'Facts that contradict what they said when they were booked, latest first',
  })
  @ApiOkResponse({ type: SuspiciousFactPageDto })
  async suspicious(
    @Query() { cursor, limit = DEFAULT_PAGE }: PageQuery,
  ): Promise<SuspiciousFactPageDto> {
    const before = cursor === undefined ? undefined : textOfCursor(cursor);
    if (before !== undefined && !/^\d{1,18}$/.test(before)) {
      throw fieldProblem(400, [
        { field: 'cursor', message: 'must be the nextCursor of a page before' },
      ]);
    }
    const found = await listSuspiciousFacts(this.database, {
      ...(before !== undefined && { before }),
      limit: limit + 1,
    });
    const { items, ...next } = pageOf(found, limit, ({ number }) => number);
    return {
      items: items.map(({ source, eventId, fact, reason, entryId, receivedAt }) => ({
        ...{ source, eventId, fact: fact.name, reason, entryId, data: fact.data },
        receivedAt: receivedAt.toISOString(),
      })),
      ...next,
    };
  }
}
