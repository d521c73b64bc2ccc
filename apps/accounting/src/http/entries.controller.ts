import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import {
  checkedDay,
  DEFAULT_PAGE,
  fieldProblem,
  pageOf,
  ProblemException,
  textOfCursor,
  uuidParameter,
} from '#platform';
import {
  findEntry,
  listEntries,
  type EntryFilter,
  type EntryPlace,
  type StoredEntry,
} from '../persistence/read-entries.js';
import { EntryDto, EntryPageDto, ListEntriesQuery } from './ledger.dto.js';

@ApiTags('entries')
@Controller('entries')
export class EntriesController {
  constructor(private readonly database: Database) {}

  @Get()
  @ApiOperation({ summary: 'Entries of an order, a withdrawal, a merchant or a day, by day' })
  @ApiOkResponse({ type: EntryPageDto })
  async list(@Query() query: ListEntriesQuery): Promise<EntryPageDto> {
    const { cursor, limit = DEFAULT_PAGE } = query;
    const found = await listEntries(this.database, filterOf(query), {
      after: cursor === undefined ? undefined : placeOf(textOfCursor(cursor)),
      limit: limit + 1,
    });
    return pageOf(found.map(entryView), limit, ({ day, entryId }) => `${day} ${entryId}`);
  }

  @Get(':entryId')
  @ApiOperation({ summary: 'One entry' })
  @ApiOkResponse({ type: EntryDto })
  async one(@Param('entryId') id: string): Promise<EntryDto> {
    const entry = await findEntry(this.database, uuidParameter('entryId', id));
    if (entry) return entryView(entry);
    throw new ProblemException(404, 'No such entry', `There is no entry ${id}.`, {
      errors: [{ field: 'entryId', message: 'is not known' }],
    });
  }
}

function filterOf({ orderId, withdrawalId, merchantId, day }: ListEntriesQuery): EntryFilter {
  const filters: EntryFilter[] = [
    ...(orderId === undefined ? [] : [{ orderId: uuidParameter('orderId', orderId) }]),
    ...(withdrawalId === undefined
      ? []
      : [{ withdrawalId: uuidParameter('withdrawalId', withdrawalId) }]),
    ...(merchantId === undefined ? [] : [{ merchantId }]),
    ...(day === undefined ? [] : [{ day: checkedDay('day', day) }]),
  ];
  const [filter] = filters;
  if (filter && filters.length === 1) return filter;
  const message = 'name one of orderId, withdrawalId, merchantId and day, and no other';
  throw fieldProblem(400, [{ field: '', message }]);
}

function placeOf(text: string): EntryPlace {
  const [, day, entryId] = /^(\d{4}-\d\d-\d\d) ([0-9a-f-]{36})$/.exec(text) ?? [];
  if (day !== undefined && entryId !== undefined) {
    return { day: checkedDay('cursor', day), entryId: uuidParameter('cursor', entryId) };
  }
  throw fieldProblem(400, [
    { field: 'cursor', message: 'must be the nextCursor of a page before' },
  ]);
}

const entryView = ({ name, lines, occurredAt, bookedAt, ...entry }: StoredEntry): EntryDto => ({
  ...entry,
  fact: name,
  occurredAt: occurredAt.toISOString(),
  bookedAt: bookedAt.toISOString(),
  lines: lines.map(({ merchantId, ...line }) => ({
    ...line,
    ...(merchantId !== '' && { merchantId }),
  })),
});
