import { Body, Controller, Get, Headers, Param, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Database } from '#messaging';
import { DEFAULT_PAGE, fieldProblem, pageOf, textOfCursor } from '#platform';
import type { AdjustmentWish, Receipt } from '../domain/stock-wish.js';
import { MAIN_WAREHOUSE } from '../domain/warehouse.js';
import { listMovements, type Movement } from '../persistence/movement-rows.js';
import { actorOf } from './fields.js';
import {
  AdjustmentDto,
  ListMovementsQuery,
  MovementDto,
  MovementListDto,
  MovementPageDto,
  ReceiptBatchDto,
  ReceiptDto,
} from './movements.dto.js';
import { requestKeyOf } from './request-key.js';
import { StockDesk } from './stock-desk.js';
import { done } from './stock-problems.js';
import { ProductParams } from './stock.dto.js';

const KEY = {
  name: 'Idempotency-Key',
  required: false,
  description: 'The same key and body again get the same answer, and nothing is done twice.',
};
const ACTOR = { name: 'X-Actor', required: false, description: 'Who does it.' };

/** What people do to the stock besides counting it, and what they have done. */
@ApiTags('stock')
@Controller('stock')
export class MovementsController {
  constructor(
    private readonly desk: StockDesk,
    private readonly database: Database,
  ) {}

  @Post('batch')
  @ApiOperation({ summary: 'Many goods have arrived: all of them are taken in, or none' })
  @ApiHeader(KEY)
  @ApiHeader(ACTOR)
  @ApiCreatedResponse({ type: MovementListDto })
  async receiveAll(
    @Body() { receipts }: ReceiptBatchDto,
    @Headers('idempotency-key') key?: string,
    @Headers('x-actor') header?: string,
  ): Promise<MovementListDto> {
    const wishes = receipts.map((one) => receiptOf(one.productId, one, header));
    const requestKey = requestKeyOf(key, wishes);
    const answer = await this.desk.change({ requestKey, wishes });
    const { movements } = done(answer, wishes, (index) => `receipts.${index}.`);
    return { items: movements.map(viewOf) };
  }

  @Post(':productId/receipts')
  @ApiOperation({ summary: 'Goods have arrived; the first of them make the product known' })
  @ApiHeader(KEY)
  @ApiHeader(ACTOR)
  @ApiCreatedResponse({ type: MovementDto })
  async receive(
    @Param() { productId }: ProductParams,
    @Body() body: ReceiptDto,
    @Headers('idempotency-key') key?: string,
    @Headers('x-actor') header?: string,
  ): Promise<MovementDto> {
    return this.one(receiptOf(productId, body, header), key);
  }

  @Post(':productId/adjustments')
  @ApiOperation({ summary: 'There is more or less of a product than was known' })
  @ApiHeader(KEY)
  @ApiHeader(ACTOR)
  @ApiCreatedResponse({ type: MovementDto })
  async adjust(
    @Param() { productId }: ProductParams,
    @Body() { difference, warehouseId = MAIN_WAREHOUSE, reason, note, by }: AdjustmentDto,
    @Headers('idempotency-key') key?: string,
    @Headers('x-actor') header?: string,
  ): Promise<MovementDto> {
    const errors = [];
    const actor = actorOf(by, header);
    if (difference === 0) errors.push({ field: 'difference', message: 'must not be 0' });
    if (actor === undefined) errors.push({ field: 'by', message: 'is missing' });
    if (errors.length > 0) throw fieldProblem(400, errors);
    const pair = { productId, warehouseId };
    const wish: AdjustmentWish = { kind: 'adjusted', ...pair, difference, reason, note, actor };
    return this.one(wish, key);
  }

  @Get(':productId/movements')
  @ApiOperation({ summary: 'What people did to the stock of a product, newest first' })
  @ApiOkResponse({ type: MovementPageDto })
  async list(
    @Param() { productId }: ProductParams,
    @Query() { warehouseId, cursor, limit = DEFAULT_PAGE }: ListMovementsQuery,
  ): Promise<MovementPageDto> {
    const before = cursor === undefined ? undefined : movementIdOf(cursor);
    const query = { productId, warehouseId, before, limit: limit + 1 };
    const found = await listMovements(this.database, query);
    const { items, ...next } = pageOf(found, limit, ({ movementId }) => movementId);
    return { items: items.map(viewOf), ...next };
  }

  private async one(wish: Receipt | AdjustmentWish, key: string | undefined): Promise<MovementDto> {
    const wishes = [wish];
    const requestKey = requestKeyOf(key, wishes);
    const { movements } = done(await this.desk.change({ requestKey, wishes }), wishes);
    return viewOf(movements[0] as Movement);
  }
}

const receiptOf = (
  productId: string,
  { quantity, warehouseId = MAIN_WAREHOUSE, reference, note, by }: ReceiptDto,
  header: string | undefined,
): Receipt => {
  const actor = actorOf(by, header);
  return { kind: 'received', productId, warehouseId, quantity, reference, note, actor };
};

function movementIdOf(cursor: string): string {
  const text = textOfCursor(cursor);
  if (/^[1-9]\d{0,17}$/.test(text)) return text;
  throw fieldProblem(400, [
    { field: 'cursor', message: 'must be the nextCursor of a page before' },
  ]);
}

const viewOf = ({ reference, reason, note, actor, at, ...movement }: Movement): MovementDto => ({
  movementId: movement.movementId,
  productId: movement.productId,
  warehouseId: movement.warehouseId,
  kind: movement.kind,
  difference: movement.difference,
  onHand: movement.onHand,
  revision: movement.revision,
  ...(reference !== null && { reference }),
  ...(reason !== null && { reason }),
  ...(note !== null && { note }),
  ...(actor !== null && { by: actor }),
  at: at.toISOString(),
});
