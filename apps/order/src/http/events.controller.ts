import { Controller, Get, Headers, Param, Query, Req, Res } from '@nestjs/common';
import {
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Database } from '#messaging';
import { fieldProblem, NeedsKey, ProblemException, STREAM_HEADERS, uuidParameter } from '#platform';
import { isFinal } from '../domain/order-event.js';
import { findLatest, readEvents } from '../persistence/order-events.js';
import { OrderStreams, TooManyStreamsError } from '../streams/order-streams.js';
import { eventView } from './event-views.js';
import { HistoryDto, HistoryQuery, MOST_EVENTS, OrderEventDto } from './events.dto.js';
import { ByMerchant, type MerchantCaller } from './merchant-guard.js';
import { unknownOrder } from './order-views.js';

const STREAM_DESCRIPTION =
  'Server-sent events, as browsers read them with `EventSource`: first the history so far, or what ' +
  'comes after `Last-Event-ID`, then each entry as it happens. `id` is its number, `event` its type, ' +
  '`data` the same JSON as in the history. The stream ends after an order is cancelled or returned, ' +
  'and by itself after a while; a browser then comes again, and goes on where it was.';

/** How soon a browser comes again. */
const RETRY_MS = 2_000;

@ApiTags('history')
@NeedsKey()
@Controller('orders/:orderId')
export class EventsController {
  constructor(
    private readonly database: Database,
    private readonly streams: OrderStreams,
  ) {}

  @Get('history')
  @ApiOperation({ summary: 'What has happened to an order, oldest first' })
  @ApiOkResponse({ type: HistoryDto })
  @ApiNotFoundResponse({ description: 'There is no such order.' })
  async history(
    @Param('orderId') orderParameter: string,
    @Query() { cursor = '0', limit = MOST_EVENTS }: HistoryQuery,
  ): Promise<HistoryDto> {
    const orderId = uuidParameter('orderId', orderParameter);
    const found = await readEvents(this.database, orderId, Number(cursor), limit + 1);
    // each order has entries, so that most questions are one statement
    if (found.length === 0 && !(await findLatest(this.database, orderId))) {
      throw unknownOrder(orderId);
    }
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    return { items: page.map(eventView), ...(hasMore && { nextCursor: String(last.seq) }) };
  }

  @Get('events')
  @ApiOperation({ summary: 'An order, watched live', description: STREAM_DESCRIPTION })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The last `id` that came.' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ type: OrderEventDto, description: 'The `data` of each event.' })
  @ApiResponse({ status: 204, description: 'Nothing more will come: browsers stop asking.' })
  @ApiNotFoundResponse({ description: 'There is no such order.' })
  @ApiResponse({ status: 406, description: 'Only text/event-stream is sent.' })
  @ApiResponse({ status: 503, description: 'As many watch as can; come again after Retry-After.' })
  async events(
    @Param('orderId') orderParameter: string,
    @Req() { method }: { readonly method: string },
    @Res() reply: FastifyReply,
    @ByMerchant() caller: MerchantCaller | undefined,
    @Headers('accept') accept = '*/*',
    @Headers('last-event-id') lastEventId?: string,
  ): Promise<void> {
    const orderId = uuidParameter('orderId', orderParameter);
    const known = checkedEventId(lastEventId);
    if (!/text\/(event-stream|\*)|\*\/\*/.test(accept)) throw notAcceptable(orderId);
    this.whileThereIsRoom(() => this.streams.checkRoom());
    const latest = await findLatest(this.database, orderId);
    if (!latest) throw unknownOrder(orderId);
    if (isFinal(latest.status) && known >= latest.seq) {
      await reply.status(204).send();
      return;
    }
    // others may have come while the order was looked up
    this.whileThereIsRoom(() => this.streams.checkRoom());
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, STREAM_HEADERS);
    if (method === 'HEAD') {
      raw.end();
      return;
    }
    raw.write(`retry: ${RETRY_MS}\n\n`);
    // A number that was never given out is of no use to wait for.
    this.streams.add(orderId, Math.min(known, latest.seq), raw, caller?.keyId);
  }

  private whileThereIsRoom(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw error instanceof TooManyStreamsError ? noRoom() : error;
    }
  }
}

function checkedEventId(header = '0'): number {
  if (/^\d{1,9}$/.test(header)) return Number(header);
  throw fieldProblem(400, [{ field: 'Last-Event-ID', message: 'must be the id of an event' }]);
}

const notAcceptable = (orderId: string): ProblemException =>
  new ProblemException(
    406,
    'Not Acceptable',
    `This is a stream, text/event-stream; /orders/${orderId}/history is the same as JSON.`,
  );

const noRoom = (): ProblemException =>
  new ProblemException(
    503,
    'Too many orders are watched',
    'As many connections are open as this server takes; come again, or ask for the history.',
    { code: 'too-many-streams' },
    { 'retry-after': '5' },
  );
