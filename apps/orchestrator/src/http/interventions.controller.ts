/** What people do to sagas, and what they have done. */
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import {
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Database, Outbox } from '#messaging';
import {
  Caller,
  DEFAULT_PAGE,
  pageOf,
  ProblemException,
  Role,
  textOfCursor,
  uuidParameter,
} from '#platform';
import { SagaRegistry, type StepTiming } from '#saga';
import { findInstance } from '#saga-store';
import { Interventions, type Intervened } from '../engine/interventions.js';
import type { Wanted } from '../engine/wanted.js';
import { openTo } from '../engine/open-actions.js';
import { STEP_TIMING } from '../engine/saga-engine.js';
import { listActs, type ActFilter, type RecordedAct } from '../persistence/interventions.js';
import { InterventionDto, ListActsQuery } from './interventions.dto.js';
import { refuseMisfit } from './misfit.js';
import { sagaDetail } from './saga-views.js';
import { unknownSaga } from './unknown-saga.js';

type Failed = Exclude<Intervened, { kind: 'done' }>;

@ApiTags('interventions')
@Controller('admin')
export class InterventionsController {
  constructor(
    private readonly interventions: Interventions,
    private readonly outbox: Outbox,
    private readonly database: Database,
    private readonly registry: SagaRegistry,
    @Inject(STEP_TIMING) private readonly timing: Required<StepTiming>,
  ) {}

  @Post('sagas/:id/interventions')
  @Role('operator')
  @HttpCode(200)
  @ApiOperation({ summary: 'Does something to a saga, if it is still as it was looked at' })
  @ApiOkResponse({ description: 'The saga as it is now.' })
  @ApiNotFoundResponse({ description: 'There is no such saga.' })
  @ApiResponse({ status: 409, description: 'It has moved since; `revision` is the present one.' })
  @ApiResponse({ status: 422, description: 'Refused: the detail says why. Nothing was done.' })
  async intervene(
    @Param('id') id: string,
    @Body() body: InterventionDto,
    @Caller() { owner, keyId }: Caller,
  ) {
    const sagaId = uuidParameter('id', id);
    refuseMisfit(body);
    const wanted: Wanted = Object.assign({ sagaId, actor: { owner, keyId } }, body);
    const [result] = await this.outbox.transaction((unit) =>
      this.interventions.apply(unit, [wanted]),
    );
    if (result?.kind !== 'done') throw problemOf(sagaId, result ?? { kind: 'unknown' });
    const { instance } = result;
    return sagaDetail(instance, this.registry.find(instance.definition, instance.version));
  }

  @Get('sagas/:id/interventions')
  @Role('reader')
  @ApiOperation({ summary: 'What people have done to a saga, latest first' })
  async ofSaga(@Param('id') id: string, @Query() { cursor, limit = DEFAULT_PAGE }: ListActsQuery) {
    const sagaId = uuidParameter('id', id);
    return this.page({ sagaId, limit, ...before(cursor) });
  }

  @Get('sagas/:id/actions')
  @Role('reader')
  @ApiOperation({ summary: 'What could be done to a saga now, and why the rest could not' })
  async actions(@Param('id') id: string) {
    const instance = await findInstance(this.database, uuidParameter('id', id));
    if (!instance) throw unknownSaga(id);
    const { registry, timing } = this;
    return { revision: instance.revision, items: openTo(instance, registry, timing) };
  }

  @Get('interventions')
  @Role('reader')
  @ApiOperation({ summary: 'What people have done, latest first' })
  list(@Query() { cursor, limit = DEFAULT_PAGE, ...filter }: ListActsQuery) {
    return this.page({ ...filter, limit, ...before(cursor) });
  }

  private async page(filter: ActFilter) {
    const found = await listActs(this.database, { ...filter, limit: filter.limit + 1 });
    return pageOf(found.map(actView), filter.limit, ({ id }) => id);
  }
}

const before = (cursor: string | undefined): { before?: string } =>
  cursor === undefined ? {} : { before: uuidParameter('cursor', textOfCursor(cursor)) };

const actView = ({ at, ...act }: RecordedAct) => ({ ...act, at: at.toISOString() });

function problemOf(sagaId: string, failed: Failed): ProblemException {
  switch (failed.kind) {
    case 'unknown':
      return unknownSaga(sagaId);
    case 'moved': {
      const { revision } = failed;
      const detail = `The saga is at revision ${revision} by now: look at it again, and decide again.`;
      return new ProblemException(409, 'It has moved', detail, { code: 'moved', revision });
    }
    case 'refused': {
      const { why, revision } = failed;
      const detail = `Nothing was done: ${why}.`;
      return new ProblemException(422, 'Refused', detail, { code: 'refused', revision });
    }
  }
}
