import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { DEFAULT_PAGE, fieldProblem, pageOf, PageQuery, textOfCursor } from '#platform';
import { listConflicts, type Conflict } from '../persistence/conflict-rows.js';

class ConflictDto {
  @ApiProperty({ type: Number })
  conflictId!: number;

  @ApiProperty({ type: String })
  source!: string;

  @ApiProperty({ type: String, description: 'With its source, that of the fact that was kept.' })
  id!: string;

  @ApiProperty({ type: String })
  type!: string;

  @ApiProperty({ type: String })
  subject!: string;

  @ApiProperty({ type: String })
  time!: string;

  @ApiProperty({ type: String })
  topic!: string;

  @ApiProperty({ type: 'integer' })
  partition!: number;

  @ApiProperty({ type: String })
  offset!: string;

  @ApiProperty({ description: 'As it came.' })
  data!: unknown;

  @ApiProperty({ type: String, format: 'date-time' })
  foundAt!: string;
}

class ConflictPageDto {
  @ApiProperty({ type: [ConflictDto] })
  items!: ConflictDto[];

  @ApiProperty({ type: String, required: false, description: 'Absent on the last page.' })
  nextCursor?: string;
}

class ListConflictsQuery extends PageQuery {}

@ApiTags('events')
@Controller('conflicts')
export class ConflictsController {
  constructor(private readonly database: Database) {}

  @Get()
  @ApiOperation({
    summary: 'Facts that said something else than one of the same source and id, newest first',
  })
  @ApiOkResponse({ type: ConflictPageDto })
  async list(@Query() query: ListConflictsQuery): Promise<ConflictPageDto> {
    const { cursor, limit = DEFAULT_PAGE } = query;
    const before = cursor === undefined ? undefined : idIn(cursor);
    const found = await listConflicts(this.database, before, limit + 1);
    const { items, ...next } = pageOf(found, limit, ({ conflictId }) => conflictId);
    return { items: items.map(viewOf), ...next };
  }
}

/** @throws ProblemException 400 for what was never a cursor */
function idIn(cursor: string): string {
  const text = textOfCursor(cursor);
  if (/^[1-9]\d{0,17}$/.test(text)) return text;
  throw fieldProblem(400, [
    { field: 'cursor', message: 'must be the nextCursor of a page before' },
  ]);
}

const viewOf = ({ conflictId, data, foundAt, ...conflict }: Conflict): ConflictDto => ({
  conflictId: Number(conflictId),
  ...conflict,
  data: JSON.parse(data) as unknown,
  foundAt: foundAt.toISOString(),
});
