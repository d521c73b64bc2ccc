import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/payment';
import { Database, MessagingModule, Outbox, type PartitionedTable } from '#messaging';
import { Answers, ParticipantModule, barrierTable } from '#participant';
import { HealthModule, OutboundHttp, breakerHealth, type Logger } from '#platform';
import { ChargebackWorkers } from './handlers/chargeback.workers.js';
import { MerchantFactsController } from './handlers/merchant-facts.controller.js';
import { PaymentHandler } from './handlers/payment.handler.js';
import { PaymentWorkers } from './handlers/payment.workers.js';
import { ProviderDesk } from './handlers/provider-desk.js';
import { ReconciliationWorkers } from './handlers/reconciliation.workers.js';
import { BooksController } from './http/books.controller.js';
import { PaymentsController } from './http/payments.controller.js';
import { ReconciliationsController } from './http/reconciliations.controller.js';
import { WEBHOOK_SECRETS, WebhooksController } from './http/webhooks.controller.js';
import type { PaymentProvider } from './provider/payment-provider.js';
import { SandboxProvider } from './provider/sandbox.provider.js';
import { StripeProvider } from './provider/stripe.provider.js';
import type { PaymentSettings } from './settings.js';

/** Longer than the provider goes on sending one. */
const messageTable: PartitionedTable = {
  table: 'provider_message',
  column: 'received_on',
  keepDays: 7,
  aheadDays: 3,
  backDays: 1,
};

@Module({})
export class AppModule {
  static forRoot(settings: PaymentSettings, logger: Logger): DynamicModule {
    const http = new OutboundHttp({
      target: 'payment provider',
      baseUrl: settings.PAYMENT_PROVIDER_URL,
      headers: { authorization: `Bearer ${settings.PAYMENT_PROVIDER_KEY}` },
      connections: settings.OUTBOUND_CONNECTIONS,
      timeoutMs: settings.OUTBOUND_TIMEOUT_MS,
      halfOpenAfterMs: settings.OUTBOUND_HALF_OPEN_MS,
    });
    const provider = providerOf(settings, http);
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'payment',
          settings,
          migrations,
          partitionedTables: [barrierTable, messageTable],
          log: logger,
        }),
        ParticipantModule.forRoot({
          participant: 'payment',
          handlers: [PaymentHandler],
          parking: { attempts: settings.PARK_ATTEMPTS, backoffMs: settings.PARK_BACKOFF_MS },
          log: logger,
        }),
        HealthModule.forRoot({ parts: [breakerHealth('provider', http)] }),
      ],
      controllers: [
        PaymentsController,
        BooksController,
        ReconciliationsController,
        WebhooksController,
        MerchantFactsController,
      ],
      providers: [
        {
          provide: PaymentHandler,
          inject: [PaymentWorkers],
          useFactory: (workers: PaymentWorkers) => new PaymentHandler(workers),
        },
        { provide: WEBHOOK_SECRETS, useValue: settings.PROVIDER_WEBHOOK_SECRET },
        {
          provide: ProviderDesk,
          inject: [Outbox, PaymentWorkers, ChargebackWorkers],
          useFactory: (outbox: Outbox, workers: PaymentWorkers, chargebacks: ChargebackWorkers) =>
            new ProviderDesk(outbox, workers, chargebacks),
        },
        // closed by Nest after the workers that use it
        { provide: OutboundHttp, useValue: http },
        ...providerWorkers(settings, provider, logger),
      ],
    };
  }
}

/** What talks to the provider, outside of any transaction. */
function providerWorkers(settings: PaymentSettings, provider: PaymentProvider, log: Logger) {
  return [
    {
      provide: ReconciliationWorkers,
      inject: [Database, Outbox, ChargebackWorkers],
      useFactory: (database: Database, outbox: Outbox, chargebacks: ChargebackWorkers) =>
        new ReconciliationWorkers({
          ...{ database, outbox, chargebacks, provider },
          log,
          everyMs: settings.RECONCILIATION_POLL_MS,
        }),
    },
    {
      provide: ChargebackWorkers,
      inject: [Database, Outbox],
      useFactory: (database: Database, outbox: Outbox) =>
        new ChargebackWorkers({ database, outbox, provider, settings, log }),
    },
    {
      provide: PaymentWorkers,
      inject: [Database, Outbox, Answers],
      useFactory: (database: Database, outbox: Outbox, answers: Answers) =>
        new PaymentWorkers({
          ...{ database, outbox, answers, provider, settings },
          log,
        }),
    },
  ];
}

const providerOf = (settings: PaymentSettings, http: OutboundHttp): PaymentProvider => {
  const { PAYMENT_PROVIDER: kind, PAYMENT_PROVIDER_URL: url, PAYMENT_PROVIDER_KEY: key } = settings;
  return kind === 'stripe' ? new StripeProvider(http, { url, key }) : new SandboxProvider(http);
};
