import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import {
  checkedDay,
  DEFAULT_PAGE,
  fieldProblem,
  pageOf,
  PageQuery,
  textOfCursor,
  type ProblemException,
} from '#platform';
import { CHART } from '../domain/chart.js';
import { trialBalance } from '../domain/trial-balance.js';
import { readBalances, type SumPlace } from '../persistence/read-balances.js';
import { listSuspiciousFacts } from '../persistence/suspicious-facts.js';
import {
  AccountsDto,
  DEFAULT_SUMS,
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
    @Query() { currency, asOf, by = 'merchant', cursor, limit = DEFAULT_SUMS }: TrialBalanceQuery,
  ): Promise<TrialBalanceDto> {
    const { sums, currencies } = await readBalances(this.database, {
      currency,
      asOf: asOf === undefined ? undefined : checkedDay('asOf', asOf),
      together: by === 'account',
      after: cursor === undefined ? undefined : placeIn(cursor),
      limit: limit + 1,
    });
    const { items, ...next } = pageOf(sums, limit, ({ account, merchantId, ...one }) =>
      [one.currency, account, merchantId].join(' '),
    );
    return {
      currencies: trialBalance(items, currencies).map((one) => ({
        ...one,
        accounts: [...one.accounts],
      })),
      ...next,
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
    if (before !== undefined && !/^\d{1,18}$/.test(before)) throw noCursor();
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

const noCursor = (): ProblemException =>
  fieldProblem(400, [{ field: 'cursor', message: 'must be the nextCursor of a page before' }]);

function placeIn(cursor: string): SumPlace {
  const text = textOfCursor(cursor);
  const [, currency, account, merchantId] = /^([A-Z]{3}) ([a-z-]+) (.*)$/s.exec(text) ?? [];
  if (currency === undefined || account === undefined || merchantId === undefined) throw noCursor();
  return { currency, account, merchantId };
}
