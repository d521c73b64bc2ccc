import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/audit';
import { Database, MessagingModule } from '#messaging';
import { HealthModule, type Logger } from '#platform';
import { FactStore } from './handlers/fact-store.js';
import { FactsController } from './handlers/facts.controller.js';
import { MonthsWorker } from './handlers/months.worker.js';
import { EventsController } from './http/events.controller.js';
import type { AuditSettings } from './settings.js';

@Module({})
export class AppModule {
  static forRoot(settings: AuditSettings, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({ service: 'audit', settings, migrations, log }),
        // what is kept can be read without Kafka too
        HealthModule.forRoot({ required: { kafka: false } }),
      ],
      controllers: [FactsController, EventsController],
      providers: [
        { provide: FactStore, useFactory: () => new FactStore(log) },
        {
          provide: MonthsWorker,
          inject: [Database],
          useFactory: (database: Database) => new MonthsWorker(database, log),
        },
      ],
    };
  }
}
