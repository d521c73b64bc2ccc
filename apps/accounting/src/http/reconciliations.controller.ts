import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import {
  checkedDay,
  cursorOfText,
  DEFAULT_PAGE,
  fieldProblem,
  pageOf,
  PageQuery,
  ProblemException,
  runtime,
  textOfCursor,
} from '#platform';
import { dayOfMs } from '../domain/days.js';
import { ReconciliationWorkers } from '../handlers/reconciliation.workers.js';
import {
  findRun,
  listDifferences,
  listRuns,
  type StoredDifference,
  type StoredRun,
} from '../persistence/reconciliation-rows.js';
import {
  LedgerComparisonDetailDto,
  LedgerComparisonDto,
  LedgerComparisonPageDto,
  LedgerDifferenceDto,
  ReconciliationAskedDto,
} from './reconciliations.dto.js';

@ApiTags('reconciliations')
@Controller('reconciliations')
export class ReconciliationsController {
  constructor(
    private readonly database: Database,
    private readonly workers: ReconciliationWorkers,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Days that were held against the books of others, latest first' })
  @ApiOkResponse({ type: LedgerComparisonPageDto })
  async list(
    @Query() { cursor, limit = DEFAULT_PAGE }: PageQuery,
  ): Promise<LedgerComparisonPageDto> {
    const before = cursor === undefined ? undefined : checkedDay('cursor', textOfCursor(cursor));
    const found = await listRuns(this.database, { before, limit: limit + 1 });
    return pageOf(found.map(viewOf), limit, ({ day }) => day);
  }

  @Get(':day')
  @ApiOperation({ summary: 'What differed on a day, a page at a time' })
  @ApiOkResponse({ type: LedgerComparisonDetailDto })
  async one(
    @Param('day') text: string,
    @Query() { cursor, limit = DEFAULT_PAGE }: PageQuery,
  ): Promise<LedgerComparisonDetailDto> {
    const day = pastDay(text);
    const run = await findRun(this.database, day);
    if (!run) {
      const detail = `${day} was not compared; POST /reconciliations/${day} does it.`;
      throw new ProblemException(404, 'Not compared', detail, { code: 'not-compared' });
    }
    const after = cursor === undefined ? BEFORE_ALL : placeOf(textOfCursor(cursor));
    const found = await listDifferences(this.database, run, { after, limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const next = found.length > limit && last ? cursorOfText(textOf(last)) : undefined;
    return {
      ...viewOf(run),
      items: items.map(differenceView),
      ...(next !== undefined && { nextCursor: next }),
    };
  }

  @Post(':day')
  @HttpCode(202)
  @ApiOperation({ summary: 'Holds a day against the books of others, perhaps once more' })
  @ApiAcceptedResponse({ type: ReconciliationAskedDto })
  async compare(@Param('day') text: string): Promise<ReconciliationAskedDto> {
    const day = pastDay(text);
    await this.workers.reconcile(day);
    return { day };
  }
}

const BEFORE_ALL = ['', '', ''] as const;
/** Subjects and figures hold no blanks; the provider's numbers are short. */
const textOf = ({ about, subject, what }: StoredDifference): string =>
  `${about} ${what} ${subject}`;

function placeOf(text: string): readonly [string, string, string] {
  const [, about, what, subject] = /^(\S+) (\S+) (.*)$/.exec(text) ?? [];
  if (about !== undefined && what !== undefined && subject !== undefined) {
    return [about, subject, what];
  }
  throw fieldProblem(400, [
    { field: 'cursor', message: 'must be the nextCursor of a page before' },
  ]);
}

function pastDay(text: string): string {
  const day = checkedDay('day', text);
  if (day <= dayOfMs(runtime.date().getTime())) return day;
  throw fieldProblem(422, [{ field: 'day', message: 'must not lie in the future' }]);
}

const viewOf = (run: StoredRun): Pick<LedgerComparisonDto, keyof LedgerComparisonDto> => ({
  day: run.day,
  status: run.phase === 'done' ? 'done' : 'running',
  ...{ orders: run.orders, withdrawals: run.withdrawals },
  ...{ differences: run.differences, behind: run.behind },
  startedAt: run.startedAt.toISOString(),
  ...(run.endedAt && { comparedAt: run.endedAt.toISOString() }),
  ...(run.providerAt && { providerComparedAt: run.providerAt.toISOString() }),
  ...(run.problem !== null && { problem: run.problem }),
});

const differenceView = ({
  ledger,
  theirs,
  since,
  ...rest
}: StoredDifference): LedgerDifferenceDto => ({
  ...rest,
  ...(ledger !== null && { ledger }),
  ...(theirs !== null && { theirs }),
  since: since.toISOString(),
});
