import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Database, newId } from '#messaging';
import {
  checkedKey,
  checkedTrace,
  DEFAULT_PAGE,
  keyDescription,
  pageOf,
  textOfCursor,
  uuidParameter,
} from '#platform';
import { CancelDesk } from '../acceptance/cancel-desk.js';
import { WithdrawalDesk } from '../acceptance/withdrawal-desk.js';
import { findWithdrawals, searchWithdrawals } from '../persistence/find-withdrawals.js';
import {
  keyMissing,
  problemOf,
  requestedView,
  requestKeyOf,
  tooLateToCancel,
  unknownWithdrawal,
  withdrawalView,
} from './withdrawal-views.js';
import {
  CancelWithdrawalDto,
  ListWithdrawalsQuery,
  RequestedWithdrawalDto,
  RequestWithdrawalDto,
  WithdrawalDto,
  WithdrawalPageDto,
} from './withdrawals.dto.js';

interface HeaderReply {
  header(name: string, value: string): unknown;
}

@ApiTags('withdrawals')
@Controller('withdrawals')
export class WithdrawalsController {
  constructor(
    private readonly desk: WithdrawalDesk,
    private readonly cancelDesk: CancelDesk,
    private readonly database: Database,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: "Asks for money of a merchant's settled balance to be paid to its account",
    description:
      'What becomes of it is seen at its Location: it is `completed` when the bank has paid, and ' +
      '`rejected` when the balance does not hold it, a limit stands against it or the bank refuses.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: true, description: keyDescription('withdrawal') })
  @ApiAcceptedResponse({ type: RequestedWithdrawalDto })
  @ApiResponse({ status: 403, description: 'The merchant is suspended.' })
  @ApiConflictResponse({
    description: 'The merchant has no payout account for the currency; or `request-in-progress`.',
  })
  @ApiResponse({ status: 422, description: 'The merchant is not known, or the key is taken.' })
  async request(
    @Body() body: RequestWithdrawalDto,
    @Res({ passthrough: true }) reply: HeaderReply,
    @Headers('idempotency-key') keyHeader?: string,
    @Headers('traceparent') traceHeader?: string,
  ): Promise<RequestedWithdrawalDto> {
    const key = checkedKey(keyHeader);
    if (key === undefined) throw keyMissing();
    const traceparent = checkedTrace(traceHeader);
    const { merchantId, currency, amount } = body;
    const result = await this.desk.request({
      ...{ withdrawalId: newId(), merchantId, currency, amount },
      requestKey: requestKeyOf(key, body),
      ...(traceparent !== undefined && { traceparent }),
    });
    if (result.outcome !== 'accepted') throw problemOf(result, body);
    reply.header('location', `/withdrawals/${result.withdrawal.withdrawalId}`);
    return requestedView(result.withdrawal);
  }

  @Get()
  @ApiOperation({
    summary: 'Withdrawals, newest first, a page at a time; all filters hold at once',
  })
  @ApiOkResponse({ type: WithdrawalPageDto })
  async list(
    @Query() { merchantId, status, cursor, limit = DEFAULT_PAGE }: ListWithdrawalsQuery,
  ): Promise<WithdrawalPageDto> {
    const found = await searchWithdrawals(this.database, {
      ...(merchantId !== undefined && { merchantId }),
      ...(status && { status }),
      ...(cursor !== undefined && { before: uuidParameter('cursor', textOfCursor(cursor)) }),
      limit: limit + 1,
    });
    return pageOf(found.map(withdrawalView), limit, ({ withdrawalId }) => withdrawalId);
  }

  @Get(':withdrawalId')
  @ApiOperation({ summary: 'One withdrawal and where it stands' })
  @ApiOkResponse({ type: WithdrawalDto })
  async one(@Param('withdrawalId') withdrawalId: string): Promise<WithdrawalDto> {
    const id = uuidParameter('withdrawalId', withdrawalId);
    const withdrawal = (await findWithdrawals(this.database, [id])).get(id);
    if (!withdrawal) throw unknownWithdrawal(withdrawalId);
    return withdrawalView(withdrawal);
  }

  @Post(':withdrawalId/cancel')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Asks for a withdrawal to be cancelled; possible until the bank is told to pay',
    description:
      'That is mostly within a second. A cancel that is taken (202) may still come too late: then the ' +
      'withdrawal goes on. Asking again changes nothing.',
  })
  @ApiAcceptedResponse({
    type: WithdrawalDto,
    description: 'It is passed on, or there is nothing left to cancel: then it is rejected.',
  })
  @ApiConflictResponse({ description: 'The bank was told to pay.' })
  async cancel(
    @Param('withdrawalId') withdrawalId: string,
    @Body() { reason }: CancelWithdrawalDto,
    @Headers('traceparent') traceHeader?: string,
  ): Promise<WithdrawalDto> {
    const id = uuidParameter('withdrawalId', withdrawalId);
    const found = await this.cancelDesk.cancel(id, reason, checkedTrace(traceHeader));
    if (!found) throw unknownWithdrawal(withdrawalId);
    if (found.status !== 'rejected' && found.payout !== 'none') throw tooLateToCancel(found.payout);
    return withdrawalView(found);
  }
}
