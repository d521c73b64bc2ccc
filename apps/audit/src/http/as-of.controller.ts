import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { checkedMoment, ProblemException, runtime, uuidParameter } from '#platform';
import { orderAsOf } from '../domain/order-as-of.js';
import { isKnown, latestUntil, orderFactsUntil } from '../persistence/as-of.js';
import { AsOfQuery, OrderAsOfDto } from './as-of.dto.js';
import { eventView } from './event-views.js';
import { AggregateParams, EventDto } from './events.dto.js';
import { aggregateIdOf } from './input.js';

const OF_ORDERS = ['order', 'payment', 'shipment'];

/** What was, at any moment. */
@ApiTags('state')
@Controller()
export class AsOfController {
  constructor(private readonly database: Database) {}

  @Get('orders/:orderId')
  @ApiOperation({
    summary: 'An order with its payment and its parcel, as they were at a moment',
    description: 'Made of the facts whose own time is not later, as far as they have arrived.',
  })
  @ApiOkResponse({ type: OrderAsOfDto })
  @ApiNotFoundResponse({ description: 'Nothing had been heard of it by then.' })
  async order(
    @Param('orderId') orderId: string,
    @Query() { at }: AsOfQuery,
  ): Promise<OrderAsOfDto> {
    const id = uuidParameter('orderId', orderId);
    const moment = momentOf(at);
    const events = await orderFactsUntil(this.database, id, moment);
    if (events.length === 0) throw await this.unknown('orderId', OF_ORDERS, id, moment);
    const facts = events.map(eventView);
    return Object.assign(orderAsOf(facts), { orderId: id, at: moment });
  }

  @Get('aggregates/:type/:id')
  @ApiOperation({ summary: 'The latest fact about one thing at a moment: what it was then' })
  @ApiOkResponse({ type: EventDto })
  @ApiNotFoundResponse({ description: 'Nothing had been heard of it by then.' })
  async aggregate(
    @Param() { type, id: given }: AggregateParams,
    @Query() { at }: AsOfQuery,
  ): Promise<EventDto> {
    const id = aggregateIdOf(type, given);
    const moment = momentOf(at);
    const latest = await latestUntil(this.database, type, id, moment);
    if (latest) return eventView(latest);
    throw await this.unknown('id', [type], id, moment);
  }

  private async unknown(
    field: string,
    types: readonly string[],
    id: string,
    at: string,
  ): Promise<ProblemException> {
    const later = await isKnown(this.database, types, id);
    const detail = later
      ? `All that is known of ${id} happened after ${at}.`
      : `Nothing is known of ${id}.`;
    const message = later ? 'was not known at that moment' : 'is not known';
    return new ProblemException(404, 'Nothing known', detail, {
      errors: [{ field: later ? 'at' : field, message }],
    });
  }
}

const momentOf = (at: string | undefined): string =>
  at === undefined ? runtime.date().toISOString() : checkedMoment('at', at).toISOString();
