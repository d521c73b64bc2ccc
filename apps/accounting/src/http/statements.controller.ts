import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import {
  checkedDay,
  cursorOfText,
  DEFAULT_PAGE,
  exactInteger,
  fieldProblem,
  ProblemException,
  runtime,
  textOfCursor,
} from '#platform';
import { accountSpec, CHART, type AccountSpec } from '../domain/chart.js';
import { dayOfMs } from '../domain/days.js';
import type { StatementQuery } from '../persistence/read-statement.js';
import { readFrame, readLines } from '../persistence/read-statement.js';
import { AccountParams, StatementDto, StatementQueryDto } from './ledger.dto.js';
import { csvOf } from './statement-csv.js';
import { cursorText, runOn, startAt } from './statement-lines.js';

@ApiTags('ledger')
@Controller('accounts')
export class StatementsController {
  constructor(private readonly database: Database) {}

  @Get(':account/statement')
  @ApiOperation({ summary: 'What an account was at first, what moved it, and what it is at last' })
  @ApiOkResponse({ type: StatementDto })
  @ApiProduces('application/json', 'text/csv')
  async statement(
    @Param() { account }: AccountParams,
    @Query() query: StatementQueryDto,
  ): Promise<StatementDto | StreamableFile> {
    const spec = knownAccount(account);
    const asked = askedOf(spec, query);
    if (query.format === 'csv') {
      const name = `${account}-${asked.currency}-${asked.from}-${asked.to}.csv`;
      return new StreamableFile(Readable.from(csvOf(this.database, asked)), {
        type: 'text/csv; charset=utf-8',
        disposition: `attachment; filename="${name}"`,
      });
    }
    const { cursor, limit = DEFAULT_PAGE } = query;
    // The first line's balance, the lines and the last balance have to be of one moment.
    return this.database.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read, read only');
      const { before, within } = await readFrame(tx, asked);
      const opening = before.debit - before.credit;
      const from = cursor === undefined ? { balance: opening } : startAt(textOfCursor(cursor));
      const found = await readLines(tx, asked, { after: from.after, limit: limit + 1 });
      const items = runOn(found.slice(0, limit), from.balance);
      const last = items.at(-1);
      const { merchantId, ...rest } = asked;
      return {
        ...rest,
        normalSide: spec.normalSide,
        ...(merchantId !== undefined && { merchantId }),
        opening,
        closing: exactInteger(
          `The balance of ${account} in ${asked.currency} on ${asked.to}`,
          BigInt(opening) + BigInt(within.debit) - BigInt(within.credit),
        ),
        items,
        ...(found.length > limit && last && { nextCursor: cursorOfText(cursorText(last)) }),
      };
    });
  }
}

function knownAccount(account: string): AccountSpec {
  const spec = accountSpec(account);
  if (spec) return spec;
  const names = CHART.map((known) => known.account).join(', ');
  throw new ProblemException(
    404,
    'No such account',
    `There is no ${account}; there are ${names}.`,
    {
      errors: [{ field: 'account', message: 'is not known' }],
    },
  );
}

function askedOf(
  { account, perMerchant }: AccountSpec,
  { currency, merchant_id: merchantId, ...query }: StatementQueryDto,
): StatementQuery {
  const to =
    query.to === undefined ? dayOfMs(runtime.date().getTime()) : checkedDay('to', query.to);
  const from = query.from === undefined ? `${to.slice(0, 8)}01` : checkedDay('from', query.from);
  if (from > to) throw fieldProblem(400, [{ field: 'from', message: 'must not lie after `to`' }]);
  if (merchantId !== undefined && !perMerchant) {
    const message = `has no place here: ${account} is not kept by merchant`;
    throw fieldProblem(400, [{ field: 'merchant_id', message }]);
  }
  return { account, currency, from, to, merchantId };
}
