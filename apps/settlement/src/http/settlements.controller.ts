import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import {
  DEFAULT_PAGE,
  pageOf,
  PageQuery,
  ProblemException,
  textOfCursor,
  uuidParameter,
} from '#platform';
import { netOf } from '../domain/settled.js';
import {
  findSettlement,
  linesOf,
  listSettlements,
  type Line,
  type ListedSettlement,
} from '../persistence/list-settlements.js';
import { numberOfCursor } from './number-cursor.js';
import {
  ListSettlementsQuery,
  SettlementDto,
  SettlementLinePageDto,
  SettlementPageDto,
  SettlementParams,
  type SettlementLineDto,
} from './settlements.dto.js';

@ApiTags('settlements')
@Controller('settlements')
export class SettlementsController {
  constructor(private readonly database: Database) {}

  @Get()
  @ApiOperation({ summary: 'Settlements, the newest first, a page at a time' })
  @ApiOkResponse({ type: SettlementPageDto })
  async list(
    @Query() { merchantId, currency, cursor, limit = DEFAULT_PAGE }: ListSettlementsQuery,
  ): Promise<SettlementPageDto> {
    const before = cursor === undefined ? undefined : numberOfCursor(cursor);
    const query = { merchantId, currency, before, limit: limit + 1 };
    const found = await listSettlements(this.database, query);
    const page = pageOf(found, limit, ({ settlementNo }) => settlementNo);
    return { ...page, items: page.items.map(settlementView) };
  }

  @Get(':settlementId')
  @ApiOperation({ summary: 'One settlement, without its orders' })
  @ApiOkResponse({ type: SettlementDto })
  async one(@Param() { settlementId }: SettlementParams): Promise<SettlementDto> {
    return settlementView(await knownSettlement(this.database, settlementId));
  }

  @Get(':settlementId/orders')
  @ApiOperation({ summary: 'What a settlement has settled of each order, a page at a time' })
  @ApiOkResponse({ type: SettlementLinePageDto })
  async lines(
    @Param() { settlementId }: SettlementParams,
    @Query() { cursor, limit = DEFAULT_PAGE }: PageQuery,
  ): Promise<SettlementLinePageDto> {
    await knownSettlement(this.database, settlementId);
    const after = cursor === undefined ? undefined : uuidParameter('cursor', textOfCursor(cursor));
    const found = await linesOf(this.database, settlementId, { after, limit: limit + 1 });
    const page = pageOf(found, limit, ({ orderId }) => orderId);
    return { ...page, items: page.items.map(lineView) };
  }
}

/** @throws ProblemException 404 */
export async function knownSettlement(
  database: Database,
  settlementId: string,
): Promise<ListedSettlement> {
  const found = await findSettlement(database, settlementId);
  if (found) return found;
  throw new ProblemException(404, 'Unknown settlement', `There is no settlement ${settlementId}.`, {
    errors: [{ field: 'settlementId', message: 'is not known' }],
  });
}

const settlementView = (settlement: ListedSettlement): SettlementDto => ({
  settlementId: settlement.settlementId,
  batchId: settlement.batchId,
  merchantId: settlement.merchantId,
  currency: settlement.currency,
  orders: settlement.orders,
  gross: settlement.gross,
  fees: settlement.fees,
  refunds: settlement.refunds,
  chargebacks: settlement.chargebacks,
  net: settlement.net,
  cutoff: settlement.cutoff.toISOString(),
  settledAt: settlement.settledAt.toISOString(),
});

const lineView = ({ completedAt, ...line }: Line): SettlementLineDto => ({
  ...line,
  net: netOf(line),
  ...(completedAt && { deliveredAt: completedAt.toISOString() }),
});
