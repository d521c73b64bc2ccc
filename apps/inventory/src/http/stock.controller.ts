import { Body, Controller, Get, Headers, Param, Put } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import type { CountWish } from '../domain/stock-wish.js';
import { available, free, type ShelfRow } from '../domain/stock.js';
import { MAIN_WAREHOUSE } from '../domain/warehouse.js';
import { findStock } from '../persistence/stock-rows.js';
import { putThreshold } from '../persistence/threshold-rows.js';
import { actorOf } from './fields.js';
import { StockDesk } from './stock-desk.js';
import { done, unknownProduct } from './stock-problems.js';
import { ProductParams, SetStockDto, SetThresholdDto, StockDto } from './stock.dto.js';

@ApiTags('stock')
@Controller('stock')
export class StockController {
  constructor(
    private readonly database: Database,
    private readonly desk: StockDesk,
  ) {}

  @Get(':productId')
  @ApiOperation({ summary: 'How much of a product is there, and where' })
  @ApiOkResponse({ type: StockDto })
  async read(@Param() { productId }: ProductParams): Promise<StockDto> {
    return viewOf(await this.known(productId));
  }

  @Put(':productId')
  @ApiOperation({
    summary: 'Says how much of a product somebody has counted; the first time makes it known',
  })
  @ApiHeader({ name: 'X-Actor', required: false, description: 'Who has counted.' })
  @ApiOkResponse({ type: StockDto })
  async set(
    @Param() { productId }: ProductParams,
    @Body() { onHand, warehouseId = MAIN_WAREHOUSE, by }: SetStockDto,
    @Headers('x-actor') header?: string,
  ): Promise<StockDto> {
    const actor = actorOf(by, header);
    const wishes: CountWish[] = [{ kind: 'counted', productId, warehouseId, onHand, actor }];
    return viewOf(done(await this.desk.change({ wishes }), wishes).rows);
  }

  @Put(':productId/threshold')
  @ApiOperation({
    summary: 'Says from when on a product is low, which is told once each time that it becomes so',
  })
  @ApiOkResponse({ type: StockDto })
  async setThreshold(
    @Param() { productId }: ProductParams,
    @Body() { threshold }: SetThresholdDto,
  ): Promise<StockDto> {
    await this.known(productId);
    await putThreshold(this.database, productId, threshold);
    return viewOf(await this.known(productId));
  }

  private async known(productId: string): Promise<readonly ShelfRow[]> {
    const rows = await findStock(this.database, productId);
    if (rows.length === 0) throw unknownProduct(productId);
    return rows;
  }
}

/** @param rows at least one */
function viewOf(rows: readonly ShelfRow[]): StockDto {
  const { productId, threshold } = rows[0] as ShelfRow;
  return {
    productId,
    onHand: rows.reduce((sum, { onHand }) => sum + onHand, 0),
    reserved: rows.reduce((sum, { reserved }) => sum + reserved, 0),
    available: available(rows),
    warehouses: rows.map((row) => ({
      warehouseId: row.warehouseId,
      onHand: row.onHand,
      reserved: row.reserved,
      available: free(row),
      active: row.isActive,
    })),
    ...(threshold !== null && { lowThreshold: threshold }),
  };
}
