import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { Caller, ProblemException, Role, runtime } from '#platform';
import type { Decision } from '../persistence/dead-letter-rows.js';
import {
  countDeadLetters,
  countOpen,
  findDeadLetter,
  listDeadLetters,
} from '../persistence/dead-letter-search.js';
import { DeadLetterDesk } from './dead-letter-desk.js';
import {
  chosenBy,
  cursorOfPlace,
  cursorOfProgress,
  filterOf,
  placeOf,
} from './dead-letter-input.js';
import { figuresView, letterView, wholeLetterView } from './dead-letter-views.js';
import {
  CountDeadLettersQuery,
  DecideDto,
  DecidedDto,
  ListDeadLettersQuery,
} from './dead-letters.dto.js';

const DEFAULT_PAGE = 50;
const COUNTED_EXACTLY = 10_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@ApiTags('dead letters')
@Role('reader')
@Controller('admin/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly database: Database,
    private readonly desk: DeadLetterDesk,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Dead letters of all topics, latest death first, a page at a time' })
  @ApiOkResponse({ description: '`{items, nextCursor?}`' })
  async list(@Query() { cursor, limit = DEFAULT_PAGE, ...query }: ListDeadLettersQuery) {
    const after = cursor === undefined ? undefined : placeOf(cursor);
    const found = await listDeadLetters(this.database, filterOf(query), after, limit + 1);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const now = runtime.date();
    return {
      items: page.map((letter) => letterView(letter, now)),
      ...(found.length > limit && last && { nextCursor: cursorOfPlace(last) }),
    };
  }

  @Get('count')
  @ApiOperation({ summary: `How many there are, exactly up to ${COUNTED_EXACTLY}` })
  @ApiOkResponse({ description: '`{count, exact}`' })
  async count(@Query() query: CountDeadLettersQuery) {
    const count = await countDeadLetters(this.database, filterOf(query), COUNTED_EXACTLY + 1);
    return { count: Math.min(count, COUNTED_EXACTLY), exact: count <= COUNTED_EXACTLY };
  }

  @Get('figures')
  @ApiOperation({ summary: 'The open ones by topic and code' })
  @ApiOkResponse({ description: '`{open, items: [{topic, code, count, oldest}]}`' })
  async figures() {
    return figuresView(await countOpen(this.database));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One dead letter: the message as it was, and why it died' })
  async one(@Param('id') given: string) {
    const id = given.toLowerCase();
    const letter = UUID.test(id) ? await findDeadLetter(this.database, id) : undefined;
    if (letter) return wholeLetterView(letter, runtime.date());
    throw new ProblemException(
      404,
      'No such dead letter',
      `There is no dead letter '${given}'. GET /admin/dead-letters lists them.`,
    );
  }

  @Post('redrive')
  @Role('operator')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send them to their topics again, each once for each decision' })
  @ApiOkResponse({ type: DecidedDto })
  redrive(@Body() body: DecideDto, @Caller() caller: Caller): Promise<DecidedDto> {
    return this.decide('redriven', body, caller);
  }

  @Post('discard')
  @Role('operator')
  @HttpCode(200)
  @ApiOperation({ summary: 'Put them away for good, with the reason' })
  @ApiOkResponse({ type: DecidedDto })
  discard(@Body() body: DecideDto, @Caller() caller: Caller): Promise<DecidedDto> {
    return this.decide('discarded', body, caller);
  }

  private async decide(
    status: Decision['status'],
    body: DecideDto,
    { owner, keyId }: Caller,
  ): Promise<DecidedDto> {
    const decision: Decision = { status, actor: { owner, keyId }, reason: body.reason };
    const { next, ...decided } = await this.desk.decide(chosenBy(body), decision);
    return { ...decided, ...(next && { nextCursor: cursorOfProgress(next) }) };
  }
}
