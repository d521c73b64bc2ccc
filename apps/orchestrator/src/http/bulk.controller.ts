/** One thing done to many sagas: looked at first, approved by a second person, paced, reported. */
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Database } from '#messaging';
import {
  Caller,
  DEFAULT_PAGE,
  fieldProblem,
  pageOf,
  ProblemException,
  problemWithin,
  Role,
  textOfCursor,
  uuidParameter,
} from '#platform';
import { SagaRegistry } from '#saga';
import type { SagaFilter } from '#saga-store';
import { BulkDesk, MOST_ITEMS } from '../bulk/bulk-desk.js';
import type { BulkDecision } from '../domain/bulk-action.js';
import { listBulkItems, readAftermath } from '../persistence/bulk-report.js';
import { findBulkAction, listBulkActions } from '../persistence/bulk-rows.js';
import { DecideBulkDto, ListBulkQuery, ListItemsQuery, MakeBulkDto } from './bulk.dto.js';
import type { SagaQuery } from './admin.dto.js';
import { bulkItemView, bulkView } from './bulk-views.js';
import { refuseMisfit } from './misfit.js';
import { sagaFilter } from './saga-filter.js';

const DEFAULT_MAX_ERROR_PERCENT = 10;

@ApiTags('bulk actions')
@Controller('admin/bulk-actions')
export class BulkController {
  constructor(
    private readonly desk: BulkDesk,
    private readonly database: Database,
    private readonly registry: SagaRegistry,
  ) {}

  @Post()
  @Role('operator')
  @ApiOperation({
    summary: 'Freezes the matches of a search, and shows what an action would do to them',
  })
  @ApiCreatedResponse({ description: 'A draft: nothing is done before it is started.' })
  @ApiResponse({ status: 422, description: 'Nothing matches, or too much.' })
  async make(@Body() body: MakeBulkDto, @Caller() { owner, keyId }: Caller) {
    const { filter: query, reason, perSecond, maxErrorPercent, ...deed } = body;
    refuseMisfit(deed);
    if (Object.values(query).every((value) => value === undefined)) {
      throw field('filter', 'must hold a condition: without one it would be every saga there is');
    }
    const made = await this.desk.make({
      ...{ deed, query, filter: this.filterOf(query), reason },
      actor: { owner, keyId },
      ...(perSecond !== undefined && { perSecond }),
      maxErrorPercent: maxErrorPercent ?? DEFAULT_MAX_ERROR_PERCENT,
    });
    if (made === 'none') throw refused('none', 'No saga matches the filter: look at it again.');
    if (made === 'too-many') {
      const most = MOST_ITEMS.toLocaleString('en');
      throw refused(
        'too-many',
        `More than ${most} sagas match: narrow the filter, and do it in parts.`,
      );
    }
    return bulkView(made);
  }

  /** @throws ProblemException that names what is wrong where it lies in the body */
  private filterOf(query: SagaQuery): SagaFilter {
    try {
      return sagaFilter(query, this.registry);
    } catch (error) {
      throw error instanceof ProblemException ? problemWithin('filter', error) : error;
    }
  }

  @Get()
  @Role('reader')
  @ApiOperation({ summary: 'Bulk actions, newest first, a page at a time' })
  async list(@Query() { state, cursor, limit = DEFAULT_PAGE }: ListBulkQuery) {
    const found = await listBulkActions(this.database, {
      ...(state !== undefined && { state }),
      ...(cursor !== undefined && { before: uuidParameter('cursor', textOfCursor(cursor)) }),
      limit: limit + 1,
    });
    return pageOf(
      found.map((action) => bulkView(action)),
      limit,
      ({ bulkActionId }) => bulkActionId,
    );
  }

  @Get(':id')
  @Role('reader')
  @ApiOperation({ summary: 'One of them: its preview, how far it is, what became of its sagas' })
  @ApiNotFoundResponse({ description: 'There is no such bulk action.' })
  async one(@Param('id') given: string) {
    const id = uuidParameter('id', given);
    const [action, aftermath] = await Promise.all([
      findBulkAction(this.database, id),
      readAftermath(this.database, id),
    ]);
    if (!action) throw unknownBulk(given);
    return bulkView(action, aftermath);
  }

  @Get(':id/items')
  @Role('reader')
  @ApiOperation({ summary: 'What became of each of its sagas, and how each is now' })
  @ApiOkResponse({ description: '`{items, nextCursor?}`' })
  async items(
    @Param('id') given: string,
    @Query() { outcome, cursor, limit = DEFAULT_PAGE }: ListItemsQuery,
  ) {
    const id = uuidParameter('id', given);
    if (!(await findBulkAction(this.database, id))) throw unknownBulk(given);
    const items = await listBulkItems(this.database, {
      id,
      ...(outcome !== undefined && { outcome }),
      ...(cursor !== undefined && { after: ordinalOf(cursor) }),
      limit: limit + 1,
    });
    return pageOf(items.map(bulkItemView), limit, ({ ordinal }) => String(ordinal));
  }

  @Post(':id/start')
  @Role('operator')
  @HttpCode(200)
  @ApiOperation({ summary: 'Lets a draft run, or asks for approval where it needs it' })
  start(@Param('id') id: string, @Body() body: DecideBulkDto, @Caller() caller: Caller) {
    return this.decide(id, 'start', body, caller);
  }

  @Post(':id/approve')
  @Role('approver')
  @HttpCode(200)
  @ApiOperation({ summary: 'Lets it run: somebody else than who has made it' })
  approve(@Param('id') id: string, @Body() body: DecideBulkDto, @Caller() caller: Caller) {
    return this.decide(id, 'approve', body, caller);
  }

  @Post(':id/pause')
  @Role('operator')
  @HttpCode(200)
  @ApiOperation({ summary: 'Begins nothing more; what is out goes its way' })
  pause(@Param('id') id: string, @Body() body: DecideBulkDto, @Caller() caller: Caller) {
    return this.decide(id, 'pause', body, caller);
  }

  @Post(':id/resume')
  @Role('operator')
  @HttpCode(200)
  @ApiOperation({ summary: 'Goes on with one that was paused or has stopped; errors count anew' })
  resume(@Param('id') id: string, @Body() body: DecideBulkDto, @Caller() caller: Caller) {
    return this.decide(id, 'resume', body, caller);
  }

  @Post(':id/cancel')
  @Role('operator')
  @HttpCode(200)
  @ApiOperation({ summary: 'Ends it for good; what was done stays done' })
  cancel(@Param('id') id: string, @Body() body: DecideBulkDto, @Caller() caller: Caller) {
    return this.decide(id, 'cancel', body, caller);
  }

  private async decide(
    given: string,
    decision: BulkDecision,
    { reason }: DecideBulkDto,
    { owner, keyId }: Caller,
  ) {
    const id = uuidParameter('id', given);
    const ruled = await this.desk.decide(id, decision, { actor: { owner, keyId }, reason });
    if (ruled.kind === 'unknown') throw unknownBulk(given);
    if (ruled.kind === 'done') return bulkView(ruled.action);
    const { why, state } = ruled;
    throw new ProblemException(409, 'Not now', `Nothing was done: ${why}.`, {
      code: 'refused',
      state,
    });
  }
}

const field = (name: string, message: string) => fieldProblem(400, [{ field: name, message }]);

const refused = (code: string, detail: string) =>
  new ProblemException(422, 'Nothing was made', detail, { code });

const unknownBulk = (id: string) =>
  new ProblemException(
    404,
    'No such bulk action',
    `There is no bulk action '${id}'. GET /admin/bulk-actions lists them.`,
  );

function ordinalOf(cursor: string): number {
  const text = textOfCursor(cursor);
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw field('cursor', 'must be the nextCursor of a page before');
}
