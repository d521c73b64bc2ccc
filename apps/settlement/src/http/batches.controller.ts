import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { checkedMoment, DEFAULT_PAGE, pageOf, PageQuery, ProblemException } from '#platform';
import { findBatch, listBatches, totalsOf, type Batch } from '../persistence/list-batches.js';
import { BatchDesk } from './batch-desk.js';
import {
  BatchDto,
  BatchPageDto,
  BatchParams,
  BatchWithTotalsDto,
  OpenBatchDto,
} from './batches.dto.js';
import { numberOfCursor } from './number-cursor.js';

interface Reply {
  header(name: string, value: string): unknown;
}

@ApiTags('batches')
@Controller('batches')
export class BatchesController {
  constructor(
    private readonly desk: BatchDesk,
    private readonly database: Database,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Settles what is due, now' })
  @ApiAcceptedResponse({ type: BatchDto, description: 'It is worked through from now on.' })
  async open(
    @Body() { cutoff }: OpenBatchDto,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<BatchDto> {
    const batch = await this.desk.open(
      cutoff === undefined ? undefined : checkedMoment('cutoff', cutoff),
    );
    reply.header('location', `/batches/${encodeURIComponent(batch.batchId)}`);
    return batchView({ ...batch, state: 'running', finishedAt: null });
  }

  @Get()
  @ApiOperation({ summary: 'Batches, the newest first, a page at a time' })
  @ApiOkResponse({ type: BatchPageDto })
  async list(@Query() { cursor, limit = DEFAULT_PAGE }: PageQuery): Promise<BatchPageDto> {
    const before = cursor === undefined ? undefined : numberOfCursor(cursor);
    const found = await listBatches(this.database, { before, limit: limit + 1 });
    const { items, nextCursor } = pageOf(found, limit, ({ batchNo }) => batchNo);
    return { items: items.map(batchView), ...(nextCursor !== undefined && { nextCursor }) };
  }

  @Get(':batchId')
  @ApiOperation({ summary: 'One batch, with what it has settled' })
  @ApiOkResponse({ type: BatchWithTotalsDto })
  async one(@Param() { batchId }: BatchParams): Promise<BatchWithTotalsDto> {
    const batch = await findBatch(this.database, batchId);
    if (!batch) {
      throw new ProblemException(404, 'Unknown batch', `There is no batch ${batchId}.`, {
        errors: [{ field: 'batchId', message: 'is not known' }],
      });
    }
    const totals = await totalsOf(this.database, batchId);
    return Object.assign(batchView(batch), { totals: totals.map((total) => ({ ...total })) });
  }
}

const batchView = (batch: Omit<Batch, 'batchNo'>): BatchDto => ({
  batchId: batch.batchId,
  state: batch.state,
  cutoff: batch.cutoff.toISOString(),
  holdingMs: batch.holdingMs,
  openedAt: batch.openedAt.toISOString(),
  ...(batch.finishedAt && { finishedAt: batch.finishedAt.toISOString() }),
});
