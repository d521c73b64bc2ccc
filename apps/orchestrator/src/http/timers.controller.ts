import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { checkedMoment, cursorOfText, fieldProblem, Role, textOfCursor } from '#platform';
import { nextTimers, type TimerPosition } from '#saga-store';
import { DEFAULT_PAGE, TimersQuery } from './admin.dto.js';
import { timeOf, whereaboutsView } from './saga-views.js';

@ApiTags('sagas')
@Role('reader')
@Controller('admin/timers')
export class TimersController {
  constructor(private readonly database: Database) {}

  @Get()
  @ApiOperation({ summary: 'The timers that are due next, those that are overdue first' })
  @ApiOkResponse({
    description: '`{items: [{sagaId, orderId, definition, wakeAt, at}], nextCursor?}`',
  })
  async list(@Query() { until, cursor, limit = DEFAULT_PAGE }: TimersQuery) {
    const found = await nextTimers(this.database, {
      ...(until !== undefined && { untilMs: checkedMoment('until', until).getTime() }),
      ...(cursor !== undefined && { after: positionIn(cursor) }),
      limit: limit + 1,
    });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map((instance) => ({
        ...{ sagaId: instance.id, orderId: instance.businessKey, definition: instance.definition },
        wakeAt: timeOf(instance.wakeAt),
        at: whereaboutsView(instance),
      })),
      ...(found.length > limit &&
        last && { nextCursor: cursorOfText(`${last.wakeAt} ${last.id}`) }),
    };
  }
}

/** @throws ProblemException 400 for what was never a cursor */
function positionIn(cursor: string): TimerPosition {
  const [, wakeAt, id] =
    /^(\d{1,15}) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(textOfCursor(cursor)) ?? [];
  if (wakeAt !== undefined && id !== undefined) return { wakeAtMs: Number(wakeAt), id };
  throw fieldProblem(400, [
    { field: 'cursor', message: 'must be the nextCursor of a page before' },
  ]);
}
