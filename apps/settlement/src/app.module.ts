import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/settlement';
import { MessagingModule, Outbox, READER_TUNING } from '#messaging';
import { barrierTable, ParticipantModule } from '#participant';
import { HealthModule, type Logger } from '#platform';
import { BatchWorker } from './batches/batch-worker.js';
import { BalanceHandler } from './handlers/balance.handler.js';
import { FactsController } from './handlers/facts.controller.js';
import { BalancesController } from './http/balances.controller.js';
import { BatchDesk } from './http/batch-desk.js';
import { BatchesController } from './http/batches.controller.js';
import { HoldingPeriod } from './http/holding-period.js';
import { OrdersController } from './http/orders.controller.js';
import { SettlementsController } from './http/settlements.controller.js';
import { StatementsController } from './http/statements.controller.js';
import type { SettlementSettings } from './settings.js';

@Module({})
export class AppModule {
  static forRoot(settings: SettlementSettings, log: Logger): DynamicModule {
    const { HOLDING_PERIOD_MS: holdingMs, SETTLE_EVERY_MS: everyMs } = settings;
    const limits = {
      minimum: settings.WITHDRAWAL_MIN,
      maximum: settings.WITHDRAWAL_MAX,
      maximumADay: settings.WITHDRAWAL_MAX_A_DAY,
    };
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'settlement',
          tuning: READER_TUNING,
          settings,
          migrations,
          partitionedTables: [barrierTable],
          log,
        }),
        ParticipantModule.forRoot({
          participant: 'settlement',
          handlers: [BalanceHandler],
          parking: { attempts: settings.PARK_ATTEMPTS, backoffMs: settings.PARK_BACKOFF_MS },
          log,
        }),
        HealthModule.forRoot({ required: { kafka: true } }),
      ],
      controllers: [
        FactsController,
        BatchesController,
        SettlementsController,
        StatementsController,
        OrdersController,
        BalancesController,
      ],
      providers: [
        { provide: BalanceHandler, useFactory: () => new BalanceHandler(limits) },
        {
          provide: BatchWorker,
          inject: [Outbox],
          useFactory: (outbox: Outbox) => new BatchWorker({ outbox, log, holdingMs, everyMs }),
        },
        { provide: HoldingPeriod, useFactory: () => new HoldingPeriod(holdingMs) },
        BatchDesk,
      ],
    };
  }
}
