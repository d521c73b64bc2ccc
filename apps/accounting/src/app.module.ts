import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/accounting';
import { Database, KafkaClient, MessagingModule, Outbox } from '#messaging';
import { HealthModule, type Logger } from '#platform';
import { RebuildModule } from '#reader';
import { caughtUp } from './handlers/caught-up.js';
import { DayCloser } from './handlers/day-closer.js';
import {
  LEDGER_LOG,
  LEDGER_TOPICS,
  LedgerFactsController,
} from './handlers/ledger-facts.controller.js';
import { rebuildableLedger } from './handlers/ledger-rebuild.js';
import { DayClosesController } from './http/day-closes.controller.js';
import { EntriesController } from './http/entries.controller.js';
import { LedgerController } from './http/ledger.controller.js';
import { StatementsController } from './http/statements.controller.js';
import type { AccountingSettings } from './settings.js';

@Module({})
export class AppModule {
  static forRoot(settings: AccountingSettings, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({ service: 'accounting', settings, migrations, log }),
        RebuildModule.forRoot({ reader: rebuildableLedger, auditUrl: settings.AUDIT_URL, log }),
        HealthModule.forRoot(),
      ],
      controllers: [
        LedgerFactsController,
        LedgerController,
        StatementsController,
        EntriesController,
        DayClosesController,
      ],
      providers: [{ provide: LEDGER_LOG, useValue: log }, dayCloser(settings, log)],
    };
  }
}

const dayCloser = (settings: AccountingSettings, log: Logger) => ({
  provide: DayCloser,
  inject: [Database, Outbox, KafkaClient],
  useFactory: (database: Database, outbox: Outbox, kafka: KafkaClient) =>
    new DayCloser({
      ...{ database, outbox, log },
      graceMs: settings.DAY_CLOSE === 'auto' ? settings.DAY_CLOSE_GRACE_MS : undefined,
      everyMs: settings.DAY_CLOSE_POLL_MS,
      isCaughtUp: caughtUp(() => kafka.lag('accounting', LEDGER_TOPICS)),
    }),
});
