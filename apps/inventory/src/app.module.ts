import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/inventory';
import { MessagingModule, Outbox } from '#messaging';
import { Answers, barrierTable, ParticipantModule } from '#participant';
import { HealthModule, type Logger } from '#platform';
import { ExpirySweeper } from './expiry/expiry-sweeper.js';
import { GoodsOut } from './handlers/goods-out.js';
import { ShipmentsController } from './handlers/shipments.controller.js';
import { StockHandler } from './handlers/stock.handler.js';
import { MovementsController } from './http/movements.controller.js';
import { StockDesk } from './http/stock-desk.js';
import { StockController } from './http/stock.controller.js';
import { WarehousesController } from './http/warehouses.controller.js';
import type { InventorySettings } from './settings.js';

@Module({})
export class AppModule {
  static forRoot(settings: InventorySettings, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'inventory',
          settings,
          migrations,
          partitionedTables: [barrierTable],
          log,
        }),
        ParticipantModule.forRoot({
          participant: 'inventory',
          handlers: [StockHandler],
          parking: { attempts: settings.PARK_ATTEMPTS, backoffMs: settings.PARK_BACKOFF_MS },
          log,
        }),
        HealthModule.forRoot({ required: { kafka: true } }),
      ],
      controllers: [
        StockController,
        MovementsController,
        WarehousesController,
        ShipmentsController,
      ],
      providers: [
        {
          provide: StockHandler,
          inject: [Answers],
          useFactory: (answers: Answers) =>
            new StockHandler(
              { ttlMs: settings.RESERVATION_TTL_MS, maxMs: settings.RESERVATION_MAX_MS },
              answers,
            ),
        },
        { provide: GoodsOut, useFactory: () => new GoodsOut(log) },
        {
          provide: StockDesk,
          inject: [Outbox],
          useFactory: (outbox: Outbox) => new StockDesk(outbox),
        },
        {
          provide: ExpirySweeper,
          inject: [Outbox, Answers],
          useFactory: (outbox: Outbox, answers: Answers) =>
            new ExpirySweeper({ outbox, answers, log, everyMs: settings.RESERVATION_SWEEP_MS }),
        },
      ],
    };
  }
}
