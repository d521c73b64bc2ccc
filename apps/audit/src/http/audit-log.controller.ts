import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { DEFAULT_PAGE, fieldProblem, isDay, pageOf, textOfCursor } from '#platform';
import type { AuditEntry } from '../domain/audit-entry.js';
import { chainHead, listEntries, type EntryQuery } from '../persistence/audit-rows.js';
import { EntryDto, EntryPageDto, HeadDto, ListEntriesQuery } from './audit-log.dto.js';
import { periodOf } from './input.js';

@ApiTags('audit log')
@Controller('audit-log')
export class AuditLogController {
  constructor(private readonly database: Database) {}

  @Get()
  @ApiOperation({ summary: 'Who changed what, newest first, a page at a time' })
  @ApiOkResponse({ type: EntryPageDto })
  async list(@Query() query: ListEntriesQuery): Promise<EntryPageDto> {
    const { cursor, limit = DEFAULT_PAGE, actor, objectType, objectId, from, to } = query;
    if (objectId !== undefined && objectType === undefined) {
      const message = 'is needed beside objectId: an id alone may be that of several things';
      throw fieldProblem(400, [{ field: 'objectType', message }]);
    }
    const found = await listEntries(this.database, {
      ...(actor !== undefined && { actor }),
      ...(objectType !== undefined && { objectType }),
      ...(objectId !== undefined && { objectId }),
      ...periodOf(from, to),
      ...(cursor !== undefined && { before: placeIn(cursor) }),
      limit: limit + 1,
    });
    const { items, ...next } = pageOf(found, limit, ({ at, n }) => `${at} ${n}`);
    return { items: items.map(viewOf), ...next };
  }

  @Get('head')
  @ApiOperation({
    summary: 'The end of the chain: noted elsewhere, it proves later that nothing was cut off',
  })
  @ApiOkResponse({ type: HeadDto })
  async head(): Promise<HeadDto> {
    const { n, hash, chainedAt } = await chainHead(this.database);
    return { n: Number(n), hash, ...(chainedAt && { chainedAt: chainedAt.toISOString() }) };
  }
}

/** @throws ProblemException 400 for what was never a cursor */
function placeIn(cursor: string): NonNullable<EntryQuery['before']> {
  const text = textOfCursor(cursor);
  const [, at, n] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (\d{1,18})$/.exec(text) ?? [];
  const isMoment = at !== undefined && isDay(at.slice(0, 10)) && !Number.isNaN(Date.parse(at));
  if (isMoment && n !== undefined) return { at, n };
  throw fieldProblem(400, [
    { field: 'cursor', message: 'must be the nextCursor of a page before' },
  ]);
}

function viewOf(entry: AuditEntry): EntryDto {
  const { at, actor, action, objectType, objectId, cause, saga, eventId, source, hash } = entry;
  return {
    n: Number(entry.n),
    ...{ at, actor, action, objectType, objectId },
    ...(entry.revision !== null && { revision: Number(entry.revision) }),
    ...(cause !== null && { cause }),
    ...(saga !== null && { saga }),
    ...(entry.previousRevision !== null && { previousRevision: Number(entry.previousRevision) }),
    ...(entry.changes !== null && {
      changes: JSON.parse(entry.changes) as NonNullable<EntryDto['changes']>,
    }),
    ...{ eventId, source, hash },
  };
}
