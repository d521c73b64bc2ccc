import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { pageOf, type CsvValue, type Page } from '#platform';
import type { Figure } from '../domain/figures.js';
import { findMetrics } from '../persistence/find-metrics.js';
import { csvOf, prefersCsv } from './csv.js';
import { channels, merchants, payments, type View } from './metric-views.js';
import { metricsQuery, textOf } from './metrics-query.js';
import {
  ChannelMetricsDto,
  ChannelMetricsQuery,
  MerchantMetricsDto,
  MerchantMetricsQuery,
  PaymentMetricsDto,
  type AnyMetricsQuery,
} from './metrics.dto.js';

interface Request {
  readonly url: string;
}
interface Reply {
  header(name: string, value: string): unknown;
}

@ApiTags('metrics')
@ApiProduces('application/json', 'text/csv')
@Controller('api/v1/analytics')
export class MetricsController {
  constructor(private readonly database: Database) {}

  @Get('payment-metrics')
  @ApiOperation({ summary: "A merchant's payments by day" })
  @ApiOkResponse({ type: PaymentMetricsDto })
  payments(
    @Query() query: MerchantMetricsQuery,
    @Headers('accept') accept: string | undefined,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<PaymentMetricsDto | string> {
    return this.tell(payments, query.merchant_id, { query, accept, request, reply });
  }

  @Get('channel-metrics')
  @ApiOperation({ summary: "A channel's payments by day" })
  @ApiOkResponse({ type: ChannelMetricsDto })
  channels(
    @Query() query: ChannelMetricsQuery,
    @Headers('accept') accept: string | undefined,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<ChannelMetricsDto | string> {
    return this.tell(channels, query.channel, { query, accept, request, reply });
  }

  @Get('merchant-metrics')
  @ApiOperation({ summary: "A merchant's orders and money by day" })
  @ApiOkResponse({ type: MerchantMetricsDto })
  merchants(
    @Query() query: MerchantMetricsQuery,
    @Headers('accept') accept: string | undefined,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<MerchantMetricsDto | string> {
    return this.tell(merchants, query.merchant_id, { query, accept, request, reply });
  }

  private async tell<One extends Figure, Item extends object>(
    { table, name, item, columns }: View<One, Item>,
    of: string,
    { query, accept, request, reply }: Asked,
  ): Promise<Page<Item> | string> {
    const wanted = metricsQuery(of, query);
    const rows = await findMetrics(this.database, table, wanted);
    const { items, nextCursor } = pageOf(rows, wanted.limit, textOf);
    const page = {
      items: items.map((row) => item(row, of)),
      ...(nextCursor !== undefined && { nextCursor }),
    };
    reply.header('vary', 'accept');
    const asCsv = query.format === undefined ? prefersCsv(accept) : query.format === 'csv';
    if (!asCsv) return page;
    reply.header('content-type', 'text/csv; charset=utf-8; header=present');
    reply.header('content-disposition', `attachment; filename="${name}.csv"`);
    // CSV has no place for it.
    if (nextCursor !== undefined) reply.header('link', nextLink(request.url, nextCursor));
    return csvOf(columns, page.items as Record<keyof Item & string, CsvValue>[]);
  }
}

interface Asked {
  readonly query: AnyMetricsQuery;
  readonly accept: string | undefined;
  readonly request: Request;
  readonly reply: Reply;
}

/** Relative, as RFC 8288 allows: where the service is seen from outside is not known here. */
function nextLink(url: string, cursor: string): string {
  const [, query = ''] = url.split('?');
  const next = new URLSearchParams(query);
  next.set('cursor', cursor);
  return `<?${next.toString()}>; rel="next"`;
}
