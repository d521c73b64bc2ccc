import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { readEvents } from '../persistence/read-events.js';
import { pageView } from './event-views.js';
import {
  AggregateEventsQuery,
  AggregateParams,
  DEFAULT_EVENTS,
  EventPageDto,
  ReadEventsQuery,
} from './events.dto.js';
import { aggregateIdOf, filterOf, positionOf } from './input.js';

@ApiTags('events')
@Controller()
export class EventsController {
  constructor(private readonly database: Database) {}

  @Get('events')
  @ApiOperation({
    summary: 'Facts in the order in which they were kept, a page at a time',
    description:
      'Ask again with the cursor of the answer: nothing is missed and nothing repeated, also of what ' +
      'is kept later. The same filters must go with it.',
  })
  @ApiOkResponse({ type: EventPageDto })
  async events(@Query() query: ReadEventsQuery): Promise<EventPageDto> {
    const { after, limit = DEFAULT_EVENTS, type: types, ...rest } = query;
    const filter = filterOf({ types, ...rest });
    return pageView(
      await readEvents(this.database, { after: positionOf(after), limit, ...filter }),
    );
  }

  @Get('aggregates/:type/:id/events')
  @ApiOperation({ summary: 'All facts about one thing, in the order in which they were kept' })
  @ApiOkResponse({ type: EventPageDto })
  async ofAggregate(
    @Param() { type, id: given }: AggregateParams,
    @Query() { after, limit = DEFAULT_EVENTS }: AggregateEventsQuery,
  ): Promise<EventPageDto> {
    const aggregateId = aggregateIdOf(type, given);
    const query = { after: positionOf(after), limit, aggregateType: type, aggregateId };
    return pageView(await readEvents(this.database, query));
  }
}
