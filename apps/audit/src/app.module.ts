import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/audit';
import { Database, MessagingModule, Outbox, READER_TUNING } from '#messaging';
import { HealthModule, type Logger } from '#platform';
import { ChainWorker } from './handlers/chain.worker.js';
import { FactStore } from './handlers/fact-store.js';
import { FactsController } from './handlers/facts.controller.js';
import { MonthsWorker } from './handlers/months.worker.js';
import { ReplayWorker } from './handlers/replay.worker.js';
import { AuditLogController } from './http/audit-log.controller.js';
import { AsOfController } from './http/as-of.controller.js';
import { ConflictsController } from './http/conflicts.controller.js';
import { EventsController } from './http/events.controller.js';
import { ReplaysController } from './http/replays.controller.js';
import { refuseForeignPlaces } from './persistence/foreign-places.js';
import type { AuditSettings } from './settings.js';

@Module({})
export class AppModule {
  static forRoot(settings: AuditSettings, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'audit',
          settings,
          migrations,
          log,
          tuning: READER_TUNING,
        }),
        // what is kept can be read without Kafka too
        HealthModule.forRoot({ required: { kafka: false } }),
      ],
      controllers: [
        FactsController,
        EventsController,
        AsOfController,
        ReplaysController,
        AuditLogController,
        ConflictsController,
      ],
      providers: [
        {
          provide: FactStore,
          inject: [Database],
          useFactory: async (database: Database) => {
            await refuseForeignPlaces(database);
            return new FactStore(log);
          },
        },
        {
          provide: MonthsWorker,
          inject: [Database],
          useFactory: (database: Database) => new MonthsWorker(database, log),
        },
        {
          provide: ChainWorker,
          inject: [Database],
          useFactory: (database: Database) => new ChainWorker(database, log),
        },
        {
          provide: ReplayWorker,
          inject: [Database, Outbox],
          useFactory: (database: Database, outbox: Outbox) =>
            new ReplayWorker(database, outbox, log),
        },
      ],
    };
  }
}
