import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { DEFAULT_PAGE, ProblemException, uuidParameter } from '#platform';
import { RebuildDesk } from './rebuild-desk.js';
import type { StoredRebuild } from './rebuild-rows.js';
import { ListRebuildsQuery, RebuildDto, RebuildRequestDto, RebuildsDto } from './rebuilds.dto.js';

interface Reply {
  header(name: string, value: string): unknown;
}

@ApiTags('rebuilds')
@Controller('rebuilds')
export class RebuildsController {
  constructor(private readonly desk: RebuildDesk) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Builds all figures anew, out of all facts that there ever were' })
  @ApiAcceptedResponse({ type: RebuildDto })
  @ApiConflictResponse({ description: 'Another one is running' })
  async start(
    @Body() order: RebuildRequestDto,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<RebuildDto> {
    const begun = await this.desk.start(order);
    if (begun) {
      reply.header('location', `/rebuilds/${begun.rebuildId}`);
      return viewOf(begun);
    }
    const [running] = await this.desk.list(1);
    const detail = 'There is one at a time: wait until the running one has ended.';
    throw new ProblemException(409, 'A rebuild is running', detail, {
      code: 'rebuild-running',
      ...(running && { rebuildId: running.rebuildId }),
    });
  }

  @Get()
  @ApiOperation({ summary: 'The latest rebuilds first' })
  @ApiOkResponse({ type: RebuildsDto })
  async list(@Query() { limit = DEFAULT_PAGE }: ListRebuildsQuery): Promise<RebuildsDto> {
    return { items: (await this.desk.list(limit)).map(viewOf) };
  }

  @Get(':rebuildId')
  @ApiOperation({ summary: 'How far a rebuild is, or what came of it' })
  @ApiOkResponse({ type: RebuildDto })
  @ApiNotFoundResponse({ description: 'No such rebuild' })
  async one(@Param('rebuildId') text: string): Promise<RebuildDto> {
    const found = await this.desk.find(uuidParameter('rebuildId', text));
    if (found) return viewOf(found);
    throw new ProblemException(404, 'No such rebuild', `There is no rebuild ${text}.`, {
      errors: [{ field: 'rebuildId', message: 'is not known' }],
    });
  }
}

const viewOf = ({ liveHash, rebuiltHash, ...found }: StoredRebuild): RebuildDto => ({
  ...{ rebuildId: found.rebuildId, status: found.status, swap: found.swap },
  ...{ swapped: found.swapped, events: found.events, refused: found.refused },
  ...(found.missing !== null && { missing: found.missing }),
  ...(found.ahead !== null && { ahead: found.ahead }),
  ...(liveHash !== null &&
    rebuiltHash !== null && { liveHash, rebuiltHash, identical: liveHash === rebuiltHash }),
  ...(found.problem !== null && { problem: found.problem }),
  startedAt: found.startedAt.toISOString(),
  ...(found.endedAt && { endedAt: found.endedAt.toISOString() }),
});
