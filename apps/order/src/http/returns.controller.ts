import { Body, Controller, Get, Headers, HttpCode, Param, Post, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Database, newId } from '#messaging';
import {
  checkedKey,
  checkedTrace,
  keyDescription,
  NeedsKey,
  ProblemException,
  uuidParameter,
} from '#platform';
import { CancelReturnDesk } from '../acceptance/cancel-return.js';
import { ReturnDesk } from '../acceptance/request-return.js';
import { findOrder } from '../persistence/read-orders.js';
import { findReturn, listReturns } from '../persistence/return-rows.js';
import { unknownOrder } from './order-views.js';
import {
  nothingToCancel,
  problemOf,
  returnKey,
  returnView,
  tooLateToCancel,
} from './return-views.js';
import {
  CancelReturnDto,
  RequestedReturnDto,
  RequestReturnDto,
  ReturnDto,
  ReturnListDto,
} from './returns.dto.js';

const CANCEL_DESCRIPTION =
  'Until the carrier is asked to fetch the parcel, mostly for less than a second, the return is ' +
  'rejected at once. After that the parcel stays booked and decides: if it never comes the return ' +
  'is rejected, if it comes the goods are refunded and the cancel has no effect. Whoever wants to ' +
  'keep the goods does not hand them over. Pieces of a rejected return can be sent back later. ' +
  'Asking again changes nothing.';

interface HeaderReply {
  header(name: string, value: string): unknown;
}

@ApiTags('returns')
@NeedsKey()
@Controller('orders/:orderId/returns')
export class ReturnsController {
  constructor(
    private readonly desk: ReturnDesk,
    private readonly cancelDesk: CancelReturnDesk,
    private readonly database: Database,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Asks to send goods of a shipped order back, against their price' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: keyDescription('return'),
  })
  @ApiAcceptedResponse({ type: RequestedReturnDto })
  @ApiConflictResponse({
    description: 'It has not left, or less is left to be sent back; or `request-in-progress`.',
  })
  async request(
    @Param('orderId') orderParameter: string,
    @Body() { items, reason }: RequestReturnDto,
    @Res({ passthrough: true }) reply: HeaderReply,
    @Headers('idempotency-key') keyHeader?: string,
    @Headers('traceparent') traceHeader?: string,
  ): Promise<RequestedReturnDto> {
    const orderId = uuidParameter('orderId', orderParameter);
    const key = checkedKey(keyHeader);
    const traceparent = checkedTrace(traceHeader);
    const result = await this.desk.request({
      returnId: newId(),
      orderId,
      items,
      ...(reason !== undefined && { note: reason }),
      ...(key !== undefined && { requestKey: returnKey(key, items, reason) }),
      ...(traceparent !== undefined && { traceparent }),
    });
    if (result.outcome === 'unknown-order') throw unknownOrder(orderId);
    if (result.outcome !== 'accepted') throw problemOf(result, items);
    const { returnId } = result;
    reply.header('location', `/orders/${orderId}/returns/${returnId}`);
    return { returnId, orderId, status: 'requested' };
  }

  @Get()
  @ApiOperation({ summary: 'All returns of an order, oldest first' })
  @ApiOkResponse({ type: ReturnListDto })
  async list(@Param('orderId') orderParameter: string): Promise<ReturnListDto> {
    const orderId = uuidParameter('orderId', orderParameter);
    const order = await findOrder(this.database, orderId);
    if (!order) throw unknownOrder(orderId);
    const returns = await listReturns(this.database, orderId);
    return { items: returns.map((one) => returnView(one, order.currency)) };
  }

  @Get(':returnId')
  @ApiOperation({ summary: 'One return and where it stands' })
  @ApiOkResponse({ type: ReturnDto })
  async one(
    @Param('orderId') orderParameter: string,
    @Param('returnId') returnParameter: string,
  ): Promise<ReturnDto> {
    const orderId = uuidParameter('orderId', orderParameter);
    const returnId = uuidParameter('returnId', returnParameter);
    const order = await findOrder(this.database, orderId);
    if (!order) throw unknownOrder(orderId);
    const found = await findReturn(this.database, orderId, returnId);
    if (!found) throw unknownReturn(returnId);
    return returnView(found, order.currency);
  }

  @Post(':returnId/cancel')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Asks for a return to be cancelled; possible until its goods have arrived',
    description: CANCEL_DESCRIPTION,
  })
  @ApiAcceptedResponse({
    type: RequestedReturnDto,
    description: 'It is passed on, or there is nothing left to cancel: then it is rejected.',
  })
  @ApiNotFoundResponse({ description: 'There is no such order, or it has no such return.' })
  @ApiConflictResponse({
    description: 'The goods have arrived, or it is the refund for a lost parcel.',
  })
  async cancel(
    @Param('orderId') orderParameter: string,
    @Param('returnId') returnParameter: string,
    @Body() { reason }: CancelReturnDto,
    @Headers('traceparent') traceHeader?: string,
  ): Promise<RequestedReturnDto> {
    const orderId = uuidParameter('orderId', orderParameter);
    const returnId = uuidParameter('returnId', returnParameter);
    const traceparent = checkedTrace(traceHeader);
    const found = await this.cancelDesk.cancel({
      orderId,
      returnId,
      ...(reason !== undefined && { why: reason }),
      ...(traceparent !== undefined && { traceparent }),
    });
    if (found === undefined) {
      const order = await findOrder(this.database, orderId);
      throw order ? unknownReturn(returnId) : unknownOrder(orderId);
    }
    const { status, origin } = found;
    if (origin === 'parcel-lost') throw nothingToCancel();
    if (status === 'received' || status === 'completed') throw tooLateToCancel(status);
    return { returnId, orderId, status };
  }
}

const unknownReturn = (returnId: string): ProblemException =>
  new ProblemException(404, 'No such return', `The order has no return ${returnId}.`, {
    errors: [{ field: 'returnId', message: 'is not known' }],
  });
