import { Controller, Get, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { ProblemException, Role } from '#platform';
import { SagaRegistry, type SagaDefinition } from '#saga';
import { countLiveVersions } from '#saga-store';
import { definitionList, definitionView } from './definition-views.js';
import { previewMoves } from './move-preview.js';

@ApiTags('definitions')
@Role('reader')
@Controller('admin/definitions')
export class DefinitionsController {
  constructor(
    private readonly database: Database,
    private readonly registry: SagaRegistry,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'All definitions and their versions, with how many live sagas each has',
  })
  @ApiOkResponse({ description: '`{items: [{name, versions: [{version, known, live}]}]}`' })
  async list() {
    const counts = await countLiveVersions(this.database);
    return { items: definitionList(this.registry.definitions, counts) };
  }

  @Get(':name/:version')
  @ApiOperation({
    summary: 'One version: its steps, what answers lead to, timing, and its diagram',
  })
  @ApiNotFoundResponse({ description: 'This replica knows no such version.' })
  one(@Param('name') name: string, @Param('version') version: string) {
    return definitionView(this.find(name, version));
  }

  @Get(':name/:version/moves/:to')
  @ApiOperation({
    summary: 'What moving the live sagas of a version to another would mean, of 10,000 at most',
  })
  @ApiOkResponse({
    description: '`{compatible, needsMapping, mustStay, problems, looked, complete}`',
  })
  @ApiNotFoundResponse({ description: 'This replica knows no such version.' })
  moves(@Param('name') name: string, @Param('version') version: string, @Param('to') to: string) {
    return previewMoves(this.database, this.find(name, version), this.find(name, to));
  }

  private find(name: string, version: string): SagaDefinition {
    const number = /^\d{1,6}$/.test(version) ? Number(version) : NaN;
    const found = this.registry.find(name, number);
    if (found) return found;
    throw new ProblemException(
      404,
      'No such definition',
      `There is no version '${version}' of '${name}' here. GET /admin/definitions lists all.`,
    );
  }
}
