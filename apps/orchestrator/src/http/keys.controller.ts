import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Database } from '#messaging';
import { Caller, ProblemException, Role, uuidParameter } from '#platform';
import { KeyDesk, type KeyActor } from '../access/key-desk.js';
import { listKeys, type ApiKey } from '../persistence/api-keys.js';
import {
  CallerDto,
  CreateKeyDto,
  KeyDto,
  KeyPageDto,
  ListKeysQuery,
  NewKeyDto,
  RevokeKeyQuery,
} from './keys.dto.js';

const DEFAULT_PAGE = 50;

interface HeaderReply {
  header(name: string, value: string): unknown;
}

@ApiTags('access')
@Role('approver')
@Controller('admin')
export class KeysController {
  constructor(
    private readonly database: Database,
    private readonly desk: KeyDesk,
  ) {}

  @Get('me')
  @Role('reader')
  @ApiOperation({ summary: 'Whose key the request was made with' })
  @ApiOkResponse({ type: CallerDto })
  me(@Caller() caller: Caller): CallerDto {
    return caller;
  }

  @Get('keys')
  @ApiOperation({ summary: 'Keys, newest first, a page at a time; also those that are revoked' })
  @ApiOkResponse({ type: KeyPageDto })
  async list(@Query() { cursor, limit = DEFAULT_PAGE, ...filter }: ListKeysQuery) {
    const asked = { ...filter, ...(cursor !== undefined && { before: cursor }), limit: limit + 1 };
    const found = await listKeys(this.database, asked);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(keyView),
      ...(found.length > limit && last && { nextCursor: last.keyId }),
    };
  }

  @Post('keys')
  @ApiOperation({ summary: 'Makes a key, and shows it this once' })
  @ApiCreatedResponse({ type: NewKeyDto })
  async create(
    @Body() { owner, role, reason }: CreateKeyDto,
    @Caller() caller: Caller,
    @Res({ passthrough: true }) reply: HeaderReply,
  ): Promise<NewKeyDto> {
    const { key, apiKey } = await this.desk.create(owner, role, actorOf(caller, reason));
    reply.header('cache-control', 'no-store');
    return Object.assign(keyView(key), { apiKey });
  }

  @Delete('keys/:keyId')
  @ApiOperation({ summary: 'Revokes a key: it is refused from now on, by every replica' })
  @ApiOkResponse({ type: KeyDto })
  @ApiNotFoundResponse({ description: 'There never was such a key.' })
  async revoke(
    @Param('keyId') parameter: string,
    @Query() { reason }: RevokeKeyQuery,
    @Caller() caller: Caller,
  ): Promise<KeyDto> {
    const keyId = uuidParameter('keyId', parameter);
    const key = await this.desk.revoke(keyId, actorOf(caller, reason));
    if (key) return keyView(key);
    const detail = `There is no key ${keyId}; GET /admin/keys lists them.`;
    throw new ProblemException(404, 'No such key', detail);
  }
}

const actorOf = ({ owner, keyId }: Caller, reason = 'no reason given'): KeyActor => ({
  actor: { owner, keyId },
  reason,
});

const keyView = ({ createdAt, revokedAt, keyId, owner, role }: ApiKey): KeyDto => ({
  ...{ keyId, owner, role, createdAt: createdAt.toISOString() },
  ...(revokedAt !== null && { revokedAt: revokedAt.toISOString() }),
});
