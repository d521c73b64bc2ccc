import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { ProblemException, fieldProblem, runtime } from '#platform';
import { ReconciliationWorkers } from '../handlers/reconciliation.workers.js';
import {
  findComparison,
  latestComparisons,
  type StoredComparison,
} from '../persistence/reconciliation-rows.js';
import { dayParameter } from './day-parameter.js';
import {
  ComparisonAskedDto,
  ComparisonDto,
  ComparisonsDto,
  ListComparisonsQuery,
} from './reconciliations.dto.js';

const DEFAULT_DAYS = 31;

@ApiTags('reconciliations')
@Controller('reconciliations')
export class ReconciliationsController {
  constructor(
    private readonly database: Database,
    private readonly workers: ReconciliationWorkers,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Days that were compared with the books of the provider, latest first' })
  @ApiOkResponse({ type: ComparisonsDto })
  async list(@Query() { limit = DEFAULT_DAYS }: ListComparisonsQuery): Promise<ComparisonsDto> {
    return { items: (await latestComparisons(this.database, limit)).map(viewOf) };
  }

  @Get(':day')
  @ApiOperation({ summary: 'What differed on a day' })
  @ApiOkResponse({ type: ComparisonDto })
  async one(@Param('day') text: string): Promise<ComparisonDto> {
    const day = checkedDay(text);
    const found = await findComparison(this.database, day);
    if (found) return viewOf(found);
    const detail = `${day} was not compared; POST /reconciliations/${day} does it.`;
    throw new ProblemException(404, 'Not compared', detail, { code: 'not-compared' });
  }

  @Post(':day')
  @HttpCode(202)
  @ApiOperation({ summary: 'Compares a day, perhaps once more' })
  @ApiAcceptedResponse({ type: ComparisonAskedDto })
  async compare(@Param('day') text: string): Promise<ComparisonAskedDto> {
    const day = checkedDay(text);
    await this.workers.compare(day);
    return { day };
  }
}

function checkedDay(text: string): string {
  const date = dayParameter('day', text);
  if (date > runtime.date()) {
    throw fieldProblem(422, [{ field: 'day', message: 'must not lie in the future' }]);
  }
  return text;
}

const viewOf = ({ comparedAt, differences, ...found }: StoredComparison): ComparisonDto => ({
  ...found,
  differences: differences.map((difference) => ({ ...difference })),
  comparedAt: comparedAt.toISOString(),
});
