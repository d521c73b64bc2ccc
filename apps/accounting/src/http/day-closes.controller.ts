import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Database } from '#messaging';
import {
  checkedDay,
  DEFAULT_PAGE,
  fieldProblem,
  pageOf,
  PageQuery,
  ProblemException,
  runtime,
  textOfCursor,
} from '#platform';
import { dayOfMs } from '../domain/days.js';
import { DayCloser } from '../handlers/day-closer.js';
import { findEndedDay, listEndedDays, type EndedDay } from '../persistence/day-rows.js';
import { CloseDayDto, DayCloseDto, DayClosePageDto } from './day-closes.dto.js';

@ApiTags('day closes')
@Controller('day-closes')
export class DayClosesController {
  constructor(
    private readonly database: Database,
    private readonly closer: DayCloser,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Closes a day: it takes no entry any more' })
  @ApiAcceptedResponse({ type: DayCloseDto, description: 'It takes no entry; its hash follows.' })
  @ApiOkResponse({ type: DayCloseDto, description: 'It was closed before.' })
  @ApiResponse({
    status: 409,
    description: 'A later day is closed, and this one with it; or the ledger is being rebuilt.',
  })
  @ApiResponse({ status: 422, description: 'It is not over yet.' })
  async close(
    @Body() { day: text }: CloseDayDto,
    @Res({ passthrough: true }) reply: { status(code: number): unknown },
  ): Promise<DayCloseDto> {
    const day = checkedDay('day', text);
    const today = dayOfMs(runtime.date().getTime());
    if (day >= today) {
      const message = `must be over; today is ${today} (UTC)`;
      throw fieldProblem(422, [{ field: 'day', message }], 'The day is not over');
    }
    if ((await this.closer.end(day)) === 'rebuilding') {
      const detail =
        'The ledger is being rebuilt; ask again when GET /rebuilds says that it is done.';
      throw new ProblemException(409, 'A rebuild is under way', detail, { code: 'rebuilding' });
    }
    const found = await findEndedDay(this.database, day);
    if (!found) {
      const detail = `A later day is closed, and ${day}, which had no entries, with it.`;
      throw new ProblemException(409, 'Closed with a later day', detail, { code: 'day-closed' });
    }
    reply.status(found.close ? 200 : 202);
    return viewOf(found);
  }

  @Get()
  @ApiOperation({ summary: 'Days that take no entry any more, latest first' })
  @ApiOkResponse({ type: DayClosePageDto })
  async list(@Query() { cursor, limit = DEFAULT_PAGE }: PageQuery): Promise<DayClosePageDto> {
    const before = cursor === undefined ? undefined : checkedDay('cursor', textOfCursor(cursor));
    const found = await listEndedDays(this.database, { before, limit: limit + 1 });
    return pageOf(found.map(viewOf), limit, ({ day }) => day);
  }

  @Get(':day')
  @ApiOperation({ summary: 'One day' })
  @ApiOkResponse({ type: DayCloseDto })
  async one(@Param('day') text: string): Promise<DayCloseDto> {
    const day = checkedDay('day', text);
    const found = await findEndedDay(this.database, day);
    if (found) return viewOf(found);
    const detail = `${day} was not closed by itself; POST /day-closes {"day": "${day}"} does it.`;
    throw new ProblemException(404, 'Not closed', detail, { code: 'not-closed' });
  }
}

const viewOf = ({ day, endedAt, close }: EndedDay): DayCloseDto => ({
  day,
  status: close ? 'closed' : 'closing',
  endedAt: endedAt.toISOString(),
  ...(close && {
    ...{ entries: close.entries, hash: close.hash },
    ...(close.previousHash !== null && { previousHash: close.previousHash }),
    closedAt: close.closedAt.toISOString(),
  }),
});
