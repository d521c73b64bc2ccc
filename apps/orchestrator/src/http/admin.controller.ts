import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { Role } from '#platform';
import { SagaRegistry, type SagaInstance } from '#saga';
import { findInstance, listInstances, readHistory } from '#saga-store';
import { ListSagasQuery } from './admin.dto.js';
import { sagaDetail, sagaSummary } from './saga-views.js';
import { unknownSaga } from './unknown-saga.js';

const DEFAULT_PAGE = 50;
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
  @ApiOperation({ summary: 'Sagas, newest first, a page at a time' })
  @ApiOkResponse({ description: '`{items, nextCursor?}`' })
  async list(@Query() query: ListSagasQuery) {
    const limit = query.limit ?? DEFAULT_PAGE;
    const found = await listInstances(this.database, {
      ...(query.state && { state: query.state }),
      ...(query.definition && { definition: query.definition }),
      ...(query.orderId && { businessKey: query.orderId }),
      ...(query.attention && { attention: query.attention === 'true' }),
      ...(query.cursor && { before: query.cursor }),
      limit: limit + 1,
    });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(sagaSummary),
      ...(found.length > limit && last && { nextCursor: last.id }),
    };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One saga: its state, each step with attempts and times, its data' })
  async one(@Param('id') id: string) {
    const instance = await this.find(id);
    return sagaDetail(instance, this.registry.find(instance.definition, instance.version));
  }

  @Get(':id/history')
  @ApiOperation({ summary: 'Every message of one saga and what it changed, oldest first' })
  async history(@Param('id') id: string) {
    const entries = await readHistory(this.database, await this.find(id));
    return { items: entries.map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() })) };
  }

  private async find(id: string): Promise<SagaInstance> {
    const instance = UUID.test(id) ? await findInstance(this.database, id) : undefined;
    if (instance) return instance;
    throw unknownSaga(id);
  }
}
