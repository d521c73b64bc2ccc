import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { listWarehouses, putWarehouse } from '../persistence/warehouse-rows.js';
import {
  PutWarehouseDto,
  WarehouseDto,
  WarehouseListDto,
  WarehouseParams,
} from './warehouses.dto.js';

@ApiTags('warehouses')
@Controller('warehouses')
export class WarehousesController {
  constructor(private readonly database: Database) {}

  @Put(':warehouseId')
  @ApiOperation({ summary: 'Makes a warehouse, or replaces what is said of it' })
  @ApiOkResponse({ type: WarehouseDto })
  async put(
    @Param() { warehouseId }: WarehouseParams,
    @Body() { name, priority, active }: PutWarehouseDto,
  ): Promise<WarehouseDto> {
    await putWarehouse(this.database, { warehouseId, name, priority, isActive: active });
    return { warehouseId, name, priority, active };
  }

  @Get()
  @ApiOperation({ summary: 'All warehouses' })
  @ApiOkResponse({ type: WarehouseListDto })
  async list(): Promise<WarehouseListDto> {
    const found = await listWarehouses(this.database);
    return { items: found.map(({ isActive: active, ...warehouse }) => ({ ...warehouse, active })) };
  }
}
