import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
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
  fieldProblem,
  keyDescription,
  keyReused,
  NeedsKey,
  ProblemException,
  requestInProgress,
  runtime,
} from '#platform';
import { AcceptanceDesk } from '../acceptance/acceptance.js';
import { AnotherCardDesk } from '../acceptance/another-card.js';
import { CancelDesk } from '../acceptance/cancel.js';
import { isOnItsWay } from '../domain/settle.js';
import { findOrder } from '../persistence/read-orders.js';
import { searchOrders } from '../persistence/search-orders.js';
import { orderQueryOf } from './list-orders.js';
import { ByMerchant, merchantOf, type MerchantCaller } from './merchant-guard.js';
import { orderRefused } from './order-refused.js';
import {
  cursorOf,
  isUuid,
  noCardWanted,
  orderView,
  summaryView,
  unknownOrder,
} from './order-views.js';
import {
  AcceptedOrderDto,
  CancelOrderDto,
  ListOrdersQuery,
  OrderDto,
  OrderPageDto,
} from './orders.dto.js';
import { inputOf, RequestHasher, type PaymentTerms } from './place-order-input.js';
import { AnotherCardDto, PlaceOrderDto } from './place-order.dto.js';

/** Provides the `PaymentTerms`. */
export const PAYMENT_TERMS = Symbol('payment terms');

interface HeaderReply {
  header(name: string, value: string): unknown;
}

@ApiTags('orders')
@NeedsKey('The key is of another merchant.')
@Controller('orders')
export class OrdersController {
  constructor(
    private readonly desk: AcceptanceDesk,
    private readonly cancelDesk: CancelDesk,
    private readonly database: Database,
    @Inject(PAYMENT_TERMS) private readonly terms: PaymentTerms,
    private readonly anotherCardDesk: AnotherCardDesk,
    private readonly hasher: RequestHasher,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Accepts an order; what becomes of it is seen at its Location' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: keyDescription('order'),
  })
  @ApiAcceptedResponse({ type: AcceptedOrderDto })
  @ApiResponse({
    status: 403,
    description:
      'The customer is blocked, or the merchant suspended; or the key is of another one.',
  })
  @ApiResponse({
    status: 409,
    description:
      'Prices have changed, `prices` says what the products cost now; or `request-in-progress`.',
  })
  @ApiResponse({
    status: 422,
    description:
      'A product, the customer or the merchant is not known, or a product is not sold like that.',
  })
  async place(
    @Body() request: PlaceOrderDto,
    @Res({ passthrough: true }) reply: HeaderReply,
    @ByMerchant() caller: MerchantCaller | undefined,
    @Headers('idempotency-key') keyHeader?: string,
    @Headers('traceparent') traceHeader?: string,
  ): Promise<AcceptedOrderDto> {
    const key = checkedKey(keyHeader);
    const traceparent = checkedTrace(traceHeader);
    const merchantId = merchantOf(request.merchantId, caller);
    const ofMerchant = merchantId === undefined ? request : Object.assign(request, { merchantId });
    const input = inputOf(newId(), ofMerchant, this.terms);
    const acceptance = await this.desk.accept({
      input,
      ...(key !== undefined && { requestKey: this.hasher.requestKey(key, input, request.payment) }),
      ...(traceparent !== undefined && { traceparent }),
    });
    if (acceptance.outcome === 'key-reused') throw keyReused();
    if (acceptance.outcome === 'in-progress') throw requestInProgress();
    if (acceptance.outcome === 'refused') throw orderRefused(acceptance.problems);
    reply.header('location', `/orders/${acceptance.orderId}`);
    return { orderId: acceptance.orderId, status: 'pending' };
  }

  @Get()
  @ApiOperation({ summary: 'Orders, newest first, a page at a time; all filters hold at once' })
  @ApiOkResponse({ type: OrderPageDto })
  async list(
    @Query() query: ListOrdersQuery,
    @ByMerchant() caller: MerchantCaller | undefined,
  ): Promise<OrderPageDto> {
    const merchantId = merchantOf(query.merchantId, caller);
    const ofMerchant = merchantId === undefined ? query : Object.assign(query, { merchantId });
    const asked = orderQueryOf(ofMerchant, runtime.date());
    const { limit } = asked;
    const found = await searchOrders(this.database, { ...asked, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(summaryView),
      ...(found.length > limit && last && { nextCursor: cursorOf(last.orderId) }),
    };
  }

  @Get(':orderId')
  @ApiOperation({ summary: 'One order and where it stands' })
  @ApiOkResponse({ type: OrderDto })
  async one(@Param('orderId') orderId: string): Promise<OrderDto> {
    const order = await findOrder(this.database, checkedId(orderId));
    if (!order) throw unknownOrder(orderId);
    return orderView(order);
  }

  @Post(':orderId/payment')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Pays a pending order with another card, after one was declined',
    description:
      'One for each entry `payment-declined` in the history of the order, as long as its saga waits; ' +
      'the next such entry, `confirmed` or `cancelled` says what has become of it. A card that comes in ' +
      'the same moment as the decline may not be tried: after five seconds it can be given again.',
  })
  @ApiAcceptedResponse({ type: AcceptedOrderDto })
  @ApiConflictResponse({
    description:
      'It waits for no card: `not-declined`, `too-many-cards`, `not-by-card`, or it is not pending.',
  })
  async payAnew(
    @Param('orderId') orderId: string,
    @Body() { token }: AnotherCardDto,
    @Headers('traceparent') traceHeader?: string,
  ): Promise<AcceptedOrderDto> {
    const id = checkedId(orderId);
    const sealedToken = this.terms.sealer.seal(token);
    const given = await this.anotherCardDesk.give(id, sealedToken, checkedTrace(traceHeader));
    if (given === undefined) throw unknownOrder(orderId);
    if (given.verdict === 'wanted') return { orderId: id, status: given.status };
    throw noCardWanted(given);
  }

  @Post(':orderId/cancel')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Asks for an order to be cancelled; possible until its parcel has left',
  })
  @ApiAcceptedResponse({ type: AcceptedOrderDto })
  async cancel(
    @Param('orderId') orderId: string,
    @Body() request: CancelOrderDto,
    @Headers('traceparent') traceHeader?: string,
  ): Promise<AcceptedOrderDto> {
    const id = checkedId(orderId);
    const status = await this.cancelDesk.cancel(id, request.reason, checkedTrace(traceHeader));
    if (status === undefined) throw unknownOrder(orderId);
    if (!isOnItsWay(status)) return { orderId: id, status };
    throw new ProblemException(
      409,
      'The order can no longer be cancelled',
      status === 'returned'
        ? 'The order is returned: all of it is paid back.'
        : `The order is ${status}: its parcel has left. Goods that have arrived can be returned.`,
      { code: `order-${status}` },
    );
  }
}

function checkedId(orderId: string): string {
  if (isUuid(orderId)) return orderId.toLowerCase();
  throw fieldProblem(400, [{ field: 'orderId', message: 'must be a UUID' }]);
}
