import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Post,
  Put,
  Query,
  Res,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { feeRateAt } from '#contracts';
import { Database } from '#messaging';
import {
  Actor,
  checkedMoment,
  DEFAULT_PAGE,
  entityTag,
  expectedBy,
  movedProblem,
  pageOf,
  ProblemException,
  runtime,
  textOfCursor,
} from '#platform';
import {
  activate,
  addRate,
  putAccount,
  removeAccount,
  removeRate,
  revokeKey,
  suspend,
  type Merchant,
} from '../domain/merchant.js';
import { findMerchant, listMerchants } from '../persistence/merchant-rows.js';
import { MerchantDesk } from './merchant-desk.js';
import { knownZone, rateOf } from './merchant-input.js';
import { done, known } from './merchant-problems.js';
import { merchantView } from './merchant-views.js';
import {
  AccountParams,
  AddRateDto,
  IssueKeyDto,
  KeyParams,
  ListMerchantsQuery,
  MerchantDto,
  MerchantPageDto,
  MerchantParams,
  NewKeyDto,
  PutAccountDto,
  PutMerchantDto,
  RateDto,
  RateParams,
  RateQuery,
  SuspendMerchantDto,
} from './merchants.dto.js';

interface Reply {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

@ApiTags('merchants')
@Controller('merchants')
export class MerchantsController {
  constructor(
    private readonly desk: MerchantDesk,
    private readonly database: Database,
  ) {}

  @Put(':merchantId')
  @ApiOperation({ summary: 'Makes a merchant known, or replaces its name and time zone' })
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag of the merchant as read: refused with 412 when it has changed since.',
  })
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    description: '`*`: refused with 412 when there is such a merchant already.',
  })
  @ApiCreatedResponse({ type: MerchantDto, description: 'The merchant is new.' })
  @ApiOkResponse({ type: MerchantDto, description: 'The merchant was known, and is now as sent.' })
  @ApiResponse({ status: 412, description: 'It has changed since it was read, or is there.' })
  async put(
    @Param() { merchantId }: MerchantParams,
    @Body() { name, timeZone }: PutMerchantDto,
    @Res({ passthrough: true }) reply: Reply,
    @Headers('if-match') ifMatch?: string,
    @Headers('if-none-match') ifNoneMatch?: string,
    @Actor() actor?: string,
  ): Promise<MerchantDto> {
    const wish = { merchantId, name, timeZone: knownZone(timeZone) };
    const expected = expectedBy({ ifMatch, ifNoneMatch });
    const revised = await this.desk.put(wish, expected, actor);
    if (revised.kind === 'moved') {
      throw movedProblem(`The merchant ${merchantId}`, revised.revision, expected);
    }
    if (revised.kind === 'created') reply.status(201);
    return tagged(reply, revised.merchant);
  }

  @Get()
  @ApiOperation({ summary: 'Merchants by their ids, a page at a time' })
  @ApiOkResponse({ type: MerchantPageDto })
  async list(
    @Query() { status, cursor, limit = DEFAULT_PAGE }: ListMerchantsQuery,
  ): Promise<MerchantPageDto> {
    const found = await listMerchants(this.database, {
      ...(status && { status }),
      ...(cursor !== undefined && { after: textOfCursor(cursor) }),
      limit: limit + 1,
    });
    return pageOf(found.map(merchantView), limit, ({ merchantId }) => merchantId);
  }

  @Get(':merchantId')
  @ApiOperation({ summary: 'One merchant' })
  @ApiOkResponse({ type: MerchantDto })
  async one(
    @Param() { merchantId }: MerchantParams,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<MerchantDto> {
    return tagged(reply, known(merchantId, await findMerchant(this.database, merchantId)));
  }

  @Post(':merchantId/suspend')
  @HttpCode(200)
  @ApiOperation({ summary: 'Keeps a merchant from taking orders' })
  @ApiOkResponse({ type: MerchantDto })
  async suspend(
    @Param() { merchantId }: MerchantParams,
    @Body() { reason }: SuspendMerchantDto,
    @Res({ passthrough: true }) reply: Reply,
    @Actor() actor?: string,
  ): Promise<MerchantDto> {
    const decided = await this.desk.change(
      merchantId,
      (current) => suspend(current, reason),
      actor,
    );
    return tagged(reply, done(merchantId, decided));
  }

  @Post(':merchantId/activate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Lets a merchant take orders again' })
  @ApiOkResponse({ type: MerchantDto })
  async activate(
    @Param() { merchantId }: MerchantParams,
    @Res({ passthrough: true }) reply: Reply,
    @Actor() actor?: string,
  ): Promise<MerchantDto> {
    return tagged(reply, done(merchantId, await this.desk.change(merchantId, activate, actor)));
  }

  @Post(':merchantId/fee-rates')
  @HttpCode(200)
  @ApiOperation({ summary: 'Adds a fee rate, or replaces one that has yet to begin' })
  @ApiOkResponse({ type: MerchantDto })
  @ApiResponse({ status: 409, description: 'Fees were taken by the rate of then.' })
  async addRate(
    @Param() { merchantId }: MerchantParams,
    @Body() body: AddRateDto,
    @Res({ passthrough: true }) reply: Reply,
    @Actor() actor?: string,
  ): Promise<MerchantDto> {
    const decided = await this.desk.change(
      merchantId,
      (current, now) => addRate(current, rateOf(body, now), now),
      actor,
    );
    return tagged(reply, done(merchantId, decided, 'validFrom'));
  }

  @Get(':merchantId/fee-rates/effective')
  @ApiOperation({ summary: 'The rate of a channel at a moment' })
  @ApiOkResponse({ type: RateDto })
  async rate(
    @Param() { merchantId }: MerchantParams,
    @Query() { channel, at }: RateQuery,
  ): Promise<RateDto> {
    const { feeRates } = known(merchantId, await findMerchant(this.database, merchantId));
    const moment = at === undefined ? runtime.date() : checkedMoment('at', at);
    const rate = feeRateAt(feeRates, channel, moment.getTime());
    if (rate) return { ...rate };
    const detail = `No rate of ${merchantId} has begun by then, neither for '${channel}' nor for all.`;
    throw new ProblemException(404, 'No rate', detail);
  }

  @Delete(':merchantId/fee-rates/:rateId')
  @ApiOperation({ summary: 'Takes back a fee rate that has yet to begin' })
  @ApiOkResponse({ type: MerchantDto })
  @ApiResponse({ status: 409, description: 'It has begun.' })
  async removeRate(
    @Param() { merchantId, rateId }: RateParams,
    @Res({ passthrough: true }) reply: Reply,
    @Actor() actor?: string,
  ): Promise<MerchantDto> {
    const decided = await this.desk.change(
      merchantId,
      (current, now) => removeRate(current, rateId, now),
      actor,
    );
    return tagged(reply, done(merchantId, decided, 'rateId'));
  }

  @Put(':merchantId/payout-accounts/:currency')
  @ApiOperation({ summary: 'Says where what is earned in a currency is paid out to' })
  @ApiOkResponse({ type: MerchantDto })
  async putAccount(
    @Param() { merchantId, currency }: AccountParams,
    @Body() { holder, number, bank }: PutAccountDto,
    @Res({ passthrough: true }) reply: Reply,
    @Actor() actor?: string,
  ): Promise<MerchantDto> {
    const account = { currency, holder, number, ...(bank !== undefined && { bank }) };
    const decided = await this.desk.change(
      merchantId,
      (current) => putAccount(current, account),
      actor,
    );
    return tagged(reply, done(merchantId, decided, 'currency'));
  }

  @Delete(':merchantId/payout-accounts/:currency')
  @ApiOperation({ summary: 'Forgets a payout account' })
  @ApiOkResponse({ type: MerchantDto })
  async removeAccount(
    @Param() { merchantId, currency }: AccountParams,
    @Res({ passthrough: true }) reply: Reply,
    @Actor() actor?: string,
  ): Promise<MerchantDto> {
    const decided = await this.desk.change(
      merchantId,
      (current) => removeAccount(current, currency),
      actor,
    );
    return tagged(reply, done(merchantId, decided, 'currency'));
  }

  @Post(':merchantId/api-keys')
  @ApiOperation({ summary: 'Makes an API key, and shows it this once' })
  @ApiCreatedResponse({ type: NewKeyDto })
  async issueKey(
    @Param() { merchantId }: MerchantParams,
    @Body() { label }: IssueKeyDto,
    @Res({ passthrough: true }) reply: Reply,
    @Actor() actor?: string,
  ): Promise<NewKeyDto> {
    const issued = await this.desk.issueKey(merchantId, label, actor);
    tagged(reply, done(merchantId, issued?.decided, 'label'));
    reply.header('cache-control', 'no-store');
    const { keyId = '', apiKey = '' } = issued ?? {};
    return { keyId, apiKey };
  }

  @Delete(':merchantId/api-keys/:keyId')
  @ApiOperation({ summary: 'Revokes an API key' })
  @ApiOkResponse({ type: MerchantDto })
  async revokeKey(
    @Param() { merchantId, keyId }: KeyParams,
    @Res({ passthrough: true }) reply: Reply,
    @Actor() actor?: string,
  ): Promise<MerchantDto> {
    const decided = await this.desk.change(
      merchantId,
      (current) => revokeKey(current, keyId),
      actor,
    );
    return tagged(reply, done(merchantId, decided, 'keyId'));
  }
}

function tagged(reply: Reply, merchant: Merchant): MerchantDto {
  reply.header('etag', entityTag(merchant.revision));
  return merchantView(merchant);
}
