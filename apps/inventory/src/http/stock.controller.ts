import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { ProblemException } from '#platform';
import { available, type Stock } from '../domain/stock.js';
import { findStock } from '../persistence/stock-rows.js';
import { StockDesk } from './stock-desk.js';
import { ProductParams, SetStockDto, StockDto } from './stock.dto.js';

@ApiTags('stock')
@Controller('stock')
export class StockController {
  constructor(
    private readonly database: Database,
    private readonly desk: StockDesk,
  ) {}

  @Get(':productId')
  @ApiOperation({ summary: 'How much of a product is there' })
  @ApiOkResponse({ type: StockDto })
  async read(@Param() { productId }: ProductParams): Promise<StockDto> {
    const stock = await findStock(this.database, productId);
    if (!stock) {
      throw new ProblemException(404, 'Unknown product', `Nothing is known of ${productId}.`);
    }
    return viewOf(stock);
  }

  @Put(':productId')
  @ApiOperation({ summary: 'Says how much of a product is there; the first time makes it known' })
  @ApiOkResponse({ type: StockDto })
  async set(
    @Param() { productId }: ProductParams,
    @Body() { onHand }: SetStockDto,
  ): Promise<StockDto> {
    const result = await this.desk.set({ productId, onHand });
    if (result.kind === 'below-reserved') {
      const { reserved } = result.stock;
      const detail = `${reserved} pieces of ${productId} are promised to orders.`;
      throw new ProblemException(409, 'Less than is reserved', detail, { reserved });
    }
    return viewOf(result.stock);
  }
}

const viewOf = (stock: Stock): StockDto => ({
  productId: stock.productId,
  onHand: stock.onHand,
  reserved: stock.reserved,
  available: available(stock),
});
