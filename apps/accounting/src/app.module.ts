import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/accounting';
import { MessagingModule } from '#messaging';
import { HealthModule, type Logger } from '#platform';
import { LEDGER_LOG, LedgerFactsController } from './handlers/ledger-facts.controller.js';
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
        HealthModule.forRoot(),
      ],
      controllers: [
        LedgerFactsController,
        LedgerController,
        StatementsController,
        EntriesController,
      ],
      providers: [{ provide: LEDGER_LOG, useValue: log }],
    };
  }
}
