import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Database, newId } from '#messaging';
import {
  DEFAULT_PAGE,
  fieldProblem,
  pageOf,
  ProblemException,
  textOfCursor,
  uuidParameter,
} from '#platform';
import { REPLAY_TOPICS, replayTopicOf } from '../domain/topics.js';
import { ReplayWorker } from '../handlers/replay.worker.js';
import {
  addReplay,
  findReplay,
  listReplays,
  setStatus,
  type Replay,
  type ReplayStatus,
} from '../persistence/replay-rows.js';
import { filterOf } from './input.js';
import {
  DEFAULT_RATE,
  ListReplaysQuery,
  ReplayDto,
  ReplayPageDto,
  StartReplayDto,
  type ReplayTargetDto,
} from './replays.dto.js';

interface Reply {
  header(name: string, value: string): unknown;
}

/** Tells facts again, to one reader alone. */
@ApiTags('replays')
@Controller('replays')
export class ReplaysController {
  constructor(
    private readonly database: Database,
    private readonly worker: ReplayWorker,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Tells facts again to one reader, on the topic that only it reads',
    description:
      'As they were told first, with their ids, in the order in which they were kept; those that ' +
      'are kept now. What comes later reaches the reader by itself.',
  })
  @ApiAcceptedResponse({ type: ReplayDto })
  async start(
    @Body() { to, until, types, aggregateType, aggregateId, from, ratePerSecond }: StartReplayDto,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<ReplayDto> {
    const topic = topicOf(to);
    const filter = filterOf({ types, aggregateType, aggregateId, from, to: until }, 'until');
    const replay = await addReplay(this.database, {
      replayId: newId(),
      topic,
      filter,
      ratePerSecond: ratePerSecond ?? DEFAULT_RATE,
    });
    this.worker.look();
    reply.header('location', `/replays/${replay.replayId}`);
    return viewOf(replay);
  }

  @Get()
  @ApiOperation({ summary: 'Replays, newest first' })
  @ApiOkResponse({ type: ReplayPageDto })
  async list(@Query() { cursor, limit = DEFAULT_PAGE }: ListReplaysQuery): Promise<ReplayPageDto> {
    const before = cursor === undefined ? undefined : uuidParameter('cursor', textOfCursor(cursor));
    const found = await listReplays(this.database, before, limit + 1);
    return pageOf(found.map(viewOf), limit, ({ replayId }) => replayId);
  }

  @Get(':replayId')
  @ApiOperation({ summary: 'How far a replay has come' })
  @ApiOkResponse({ type: ReplayDto })
  async one(@Param('replayId') replayId: string): Promise<ReplayDto> {
    return viewOf(await this.known(uuidParameter('replayId', replayId)));
  }

  @Post(':replayId/pause')
  @HttpCode(200)
  @ApiOperation({ summary: 'Tells nothing more until it is resumed' })
  @ApiOkResponse({ type: ReplayDto })
  @ApiConflictResponse({ description: 'It has ended.' })
  pause(@Param('replayId') replayId: string): Promise<ReplayDto> {
    return this.set(replayId, ['running', 'paused'], 'paused');
  }

  @Post(':replayId/resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Goes on where it was paused' })
  @ApiOkResponse({ type: ReplayDto })
  @ApiConflictResponse({ description: 'It has ended.' })
  async resume(@Param('replayId') replayId: string): Promise<ReplayDto> {
    const id = uuidParameter('replayId', replayId);
    const resumed = await setStatus(this.database, id, ['paused'], 'running');
    if (resumed === undefined) {
      const current = await this.known(id);
      if (current.status !== 'running') throw ended(current);
      return viewOf(current);
    }
    this.worker.look();
    return viewOf(resumed);
  }

  @Post(':replayId/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Ends a replay; what was told stays told' })
  @ApiOkResponse({ type: ReplayDto })
  @ApiConflictResponse({ description: 'It is done.' })
  cancel(@Param('replayId') replayId: string): Promise<ReplayDto> {
    return this.set(replayId, ['running', 'paused'], 'cancelled');
  }

  /** Asked for again, it is as it was. */
  private async set(
    replayId: string,
    from: readonly ReplayStatus[],
    to: ReplayStatus,
  ): Promise<ReplayDto> {
    const id = uuidParameter('replayId', replayId);
    const replay = await setStatus(this.database, id, from, to);
    if (replay) return viewOf(replay);
    const current = await this.known(id);
    if (current.status !== to) throw ended(current);
    return viewOf(current);
  }

  private async known(replayId: string): Promise<Replay> {
    const replay = await findReplay(this.database, replayId);
    if (replay) return replay;
    throw new ProblemException(404, 'Unknown replay', `There is no replay ${replayId}.`, {
      errors: [{ field: 'replayId', message: 'is not known' }],
    });
  }
}

const ended = ({ status }: Replay): ProblemException =>
  new ProblemException(409, 'It has ended', `The replay is ${status}; start another one.`, {
    replayStatus: status,
  });

/** Never a topic of facts itself: that would tell everybody again. @throws ProblemException 400 */
function topicOf({ topic, group }: ReplayTargetDto): string {
  if ((topic === undefined) === (group === undefined)) {
    const message = 'must name either a topic or a group';
    throw fieldProblem(400, [{ field: 'to', message }]);
  }
  const wanted = topic ?? replayTopicOf(group ?? '');
  if (REPLAY_TOPICS.includes(wanted)) return wanted;
  const field = topic === undefined ? 'to.group' : 'to.topic';
  const known = topic === undefined ? REPLAY_TOPICS.map((one) => one.split('.')[0]) : REPLAY_TOPICS;
  throw fieldProblem(400, [{ field, message: `must be one of: ${known.join(', ')}` }]);
}

function viewOf(replay: Replay): ReplayDto {
  const { replayId, topic, status, ratePerSecond, problem, sentUntil, endedAt } = replay;
  const { names, aggregateType, aggregateId, from, to } = replay.filter;
  return {
    ...{ replayId, topic, status, ratePerSecond },
    ...(names !== undefined && { types: [...names] }),
    ...(aggregateType !== undefined && { aggregateType }),
    ...(aggregateId !== undefined && { aggregateId }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { until: to }),
    sent: Number(replay.sent),
    skipped: Number(replay.skipped),
    ...(problem !== null && { problem }),
    ...(sentUntil !== null && { sentUntil }),
    createdAt: replay.createdAt.toISOString(),
    ...(endedAt !== null && { endedAt: endedAt.toISOString() }),
  };
}
