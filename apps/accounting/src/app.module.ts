import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/accounting';
import { Database, KafkaClient, MessagingModule, Outbox, READER_TUNING } from '#messaging';
import { breakerHealth, HealthModule, OutboundHttp, type Logger } from '#platform';
import { RebuildModule } from '#reader';
import { bankBooks } from './handlers/bank-books.js';
import { caughtUp } from './handlers/caught-up.js';
import { DayCloser } from './handlers/day-closer.js';
import {
  LEDGER_LOG,
  LEDGER_TOPICS,
  LedgerFactsController,
} from './handlers/ledger-facts.controller.js';
import { rebuildableLedger } from './handlers/ledger-rebuild.js';
import { paymentBooks } from './handlers/payment-books.js';
import { ReconciliationWorkers } from './handlers/reconciliation.workers.js';
import { DayClosesController } from './http/day-closes.controller.js';
import { EntriesController } from './http/entries.controller.js';
import { LedgerController } from './http/ledger.controller.js';
import { ReconciliationsController } from './http/reconciliations.controller.js';
import { StatementsController } from './http/statements.controller.js';
import type { AccountingSettings } from './settings.js';

@Module({})
export class AppModule {
  static forRoot(settings: AccountingSettings, log: Logger): DynamicModule {
    const payment = outbound(settings, 'payment', settings.PAYMENT_URL);
    const bank = outbound(settings, 'bank', settings.BANK_URL, {
      authorization: `Bearer ${settings.BANK_KEY}`,
    });
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'accounting',
          settings,
          migrations,
          log,
          tuning: READER_TUNING,
        }),
        RebuildModule.forRoot({ reader: rebuildableLedger, auditUrl: settings.AUDIT_URL, log }),
        HealthModule.forRoot({
          parts: [breakerHealth('payment', payment), breakerHealth('bank', bank)],
        }),
      ],
      controllers: [
        LedgerFactsController,
        LedgerController,
        StatementsController,
        EntriesController,
        DayClosesController,
        ReconciliationsController,
      ],
      providers: [
        { provide: LEDGER_LOG, useValue: log },
        dayCloser(settings, log),
        // closed by Nest after the workers that use them
        { provide: PAYMENT_HTTP, useValue: payment },
        { provide: BANK_HTTP, useValue: bank },
        reconciliation(settings, log, { payment, bank }),
      ],
    };
  }
}

const PAYMENT_HTTP = Symbol('payment-http');
const BANK_HTTP = Symbol('bank-http');

const outbound = (
  settings: AccountingSettings,
  target: string,
  baseUrl: string,
  headers: Readonly<Record<string, string>> = {},
): OutboundHttp =>
  new OutboundHttp({
    ...{ target, baseUrl, headers },
    connections: settings.OUTBOUND_CONNECTIONS,
    timeoutMs: settings.OUTBOUND_TIMEOUT_MS,
    halfOpenAfterMs: settings.OUTBOUND_HALF_OPEN_MS,
  });

const reconciliation = (
  settings: AccountingSettings,
  log: Logger,
  { payment, bank }: { readonly payment: OutboundHttp; readonly bank: OutboundHttp },
) => ({
  provide: ReconciliationWorkers,
  inject: [Database, Outbox, KafkaClient],
  useFactory: (database: Database, outbox: Outbox, kafka: KafkaClient) =>
    new ReconciliationWorkers({
      ...{ database, outbox, log },
      payment: paymentBooks(payment),
      bank: bankBooks(bank),
      isCaughtUp: caughtUp(() => kafka.lag('accounting', LEDGER_TOPICS)),
      everyMs: settings.RECONCILIATION === 'auto' ? settings.RECONCILIATION_POLL_MS : undefined,
    }),
});

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
