import { Controller, Get, Param, Query } from '@nestjs/common';
import {
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Database } from '#messaging';
import { Role } from '#platform';
import { SagaRegistry, type SagaInstance } from '#saga';
import { countSagas, findInstance, readAttributes, readHistory, searchSagas } from '#saga-store';
import { AsOfQuery, DEFAULT_PAGE, ListSagasQuery, SagaQuery } from './admin.dto.js';
import { graphView, unknownVersion } from './graph-view.js';
import { pastMoment, pastSaga } from './past-saga.js';
import { sagaFilter } from './saga-filter.js';
import { sagaDetail, sagaItem } from './saga-views.js';
import { unknownSaga } from './unknown-saga.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

@ApiTags('sagas')
@Role('reader')
@Controller('admin/sagas')
export class AdminController {
  constructor(
    private readonly database: Database,
    private readonly registry: SagaRegistry,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Sagas that meet all that is asked for, newest first, a page at a time',
  })
  @ApiOkResponse({
    description:
      '`{items, nextCursor?}`. A page with a nextCursor may hold fewer than asked for, even none: then ' +
      'little was found in much, and the search goes on there.',
  })
  async list(@Query() { cursor, limit = DEFAULT_PAGE, ...query }: ListSagasQuery) {
    const { instances, next } = await searchSagas(this.database, sagaFilter(query, this.registry), {
      limit,
      ...(cursor !== undefined && { cursor: cursor.toLowerCase() }),
    });
    const ids = instances.map(({ id }) => id);
    const attributes = ids.length > 0 ? await readAttributes(this.database, ids) : undefined;
    return {
      items: instances.map((instance) => sagaItem(instance, attributes?.get(instance.id))),
      ...(next !== undefined && { nextCursor: next }),
    };
  }

  @Get('count')
  @ApiOperation({ summary: 'How many sagas meet all that is asked for, up to 10,000' })
  @ApiOkResponse({ description: '`{count, exact}`; not exact: there are at least as many' })
  count(@Query() query: SagaQuery) {
    return countSagas(this.database, sagaFilter(query, this.registry));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One saga: its state, each step with attempts and times, its data' })
  async one(@Param('id') id: string) {
    return this.detail(await this.find(id));
  }

  @Get(':id/history')
  @ApiOperation({ summary: 'Every message of one saga and what it changed, oldest first' })
  async history(@Param('id') id: string) {
    const entries = await readHistory(this.database, await this.find(id));
    return { items: entries.map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() })) };
  }

  @Get(':id/as-of')
  @ApiOperation({
    summary: 'A saga as it was after one of its messages, by deciding its history again',
  })
  @ApiNotFoundResponse({ description: 'There is no such saga, revision, or it had not begun.' })
  @ApiResponse({
    status: 409,
    description: 'That can no longer be told: the history is not whole, or other code decided it.',
  })
  async asOf(@Param('id') id: string, @Query() query: AsOfQuery) {
    const moment = pastMoment(query);
    const instance = await this.find(id);
    const history = await readHistory(this.database, instance);
    return this.detail(pastSaga(this.registry, instance, history, moment));
  }

  @Get(':id/graph')
  @ApiOperation({
    summary: "A saga's run over the graph of its definition, as Mermaid and as nodes and edges",
  })
  @ApiResponse({ status: 409, description: 'This replica does not know its version.' })
  async graph(@Param('id') id: string) {
    const instance = await this.find(id);
    const definition = this.registry.find(instance.definition, instance.version);
    if (!definition) throw unknownVersion(instance);
    const history = await readHistory(this.database, instance);
    return graphView(definition, instance, history);
  }

  private async detail(instance: SagaInstance) {
    const attributes = await readAttributes(this.database, [instance.id]);
    const definition = this.registry.find(instance.definition, instance.version);
    return sagaDetail(instance, definition, attributes.get(instance.id));
  }

  private async find(id: string): Promise<SagaInstance> {
    const instance = UUID.test(id) ? await findInstance(this.database, id) : undefined;
    if (instance) return instance;
    throw unknownSaga(id);
  }
}
