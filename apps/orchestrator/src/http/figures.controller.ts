import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller, ProblemException, Role, STREAM_HEADERS } from '#platform';
import { Figures } from '../figures/figures.js';
import { LiveStreams, TooManyStreamsError } from '../figures/live-streams.js';

const STREAM_DESCRIPTION =
  'Server-sent events. `figures`: the same as GET /admin/figures, once a second. `sagas`: `{items: ' +
  '[{sagaId, revision}], more}`, what this replica has changed within a quarter of a second; `more` ' +
  'where there were more than 500. The stream ends after a minute: come again.';

/** How soon a reader comes again. */
const RETRY_MS = 1_000;

@ApiTags('figures')
@Role('reader')
@Controller('admin')
export class FiguresController {
  constructor(
    private readonly figures: Figures,
    private readonly streams: LiveStreams,
  ) {}

  @Get('figures')
  @ApiOperation({
    summary: 'What is in flight, at risk and in need of a person, and how long it takes',
  })
  @ApiOkResponse({
    description:
      '`{live, attention, oldestLiveS, risk, at, surveyComplete, steps, deadLetters, lag}`; risk and at are up to ' +
      'ten seconds old, steps half a minute; null while they are not known',
  })
  @ApiResponse({ status: 503, description: 'The database does not answer.' })
  async now() {
    const latest = await this.figures.latest();
    if (latest) return latest;
    throw new ProblemException(
      503,
      'No figures',
      'The database does not answer; come again.',
      { code: 'no-figures' },
      { 'retry-after': '5' },
    );
  }

  @Get('events')
  @ApiOperation({ summary: 'Figures and changes, watched live', description: STREAM_DESCRIPTION })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'The stream.' })
  @ApiResponse({ status: 503, description: 'As many watch as can; come again after Retry-After.' })
  events(
    @Req() { method }: { readonly method: string },
    @Res() reply: FastifyReply,
    @Caller() { keyId }: Caller,
  ): void {
    try {
      this.streams.checkRoom();
    } catch (error) {
      throw error instanceof TooManyStreamsError ? noRoom() : error;
    }
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, STREAM_HEADERS);
    if (method === 'HEAD') {
      raw.end();
      return;
    }
    raw.write(`retry: ${RETRY_MS}\n\n`);
    this.streams.add(raw, keyId);
  }
}

const noRoom = (): ProblemException =>
  new ProblemException(
    503,
    'Too many watch',
    'As many connections are open as this server takes; come again, or ask for the figures.',
    { code: 'too-many-streams' },
    { 'retry-after': '5' },
  );
