import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/payment';
import { Database, MessagingModule, Outbox } from '#messaging';
import { Answers, ParticipantModule, barrierTable } from '#participant';
import { HealthModule, OutboundHttp, breakerHealth, type Logger } from '#platform';
import { PaymentHandler } from './handlers/payment.handler.js';
import { PaymentWorkers } from './handlers/payment.workers.js';
import { PaymentsController } from './http/payments.controller.js';
import type { PaymentProvider } from './provider/payment-provider.js';
import { SandboxProvider } from './provider/sandbox.provider.js';
import { StripeProvider } from './provider/stripe.provider.js';
import type { PaymentSettings } from './settings.js';

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
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'payment',
          settings,
          migrations,
          partitionedTables: [barrierTable],
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
      controllers: [PaymentsController],
      providers: [
        {
          provide: PaymentHandler,
          inject: [PaymentWorkers],
          useFactory: (workers: PaymentWorkers) => new PaymentHandler(workers),
        },
        // closed by Nest after the workers that use it
        { provide: OutboundHttp, useValue: http },
        {
          provide: PaymentWorkers,
          inject: [Database, Outbox, Answers],
          useFactory: (database: Database, outbox: Outbox, answers: Answers) =>
            new PaymentWorkers({
              database,
              outbox,
              answers,
              provider: providerOf(settings, http),
              settings,
              log: logger,
            }),
        },
      ],
    };
  }
}

const providerOf = (settings: PaymentSettings, http: OutboundHttp): PaymentProvider => {
  const { PAYMENT_PROVIDER: kind, PAYMENT_PROVIDER_URL: url, PAYMENT_PROVIDER_KEY: key } = settings;
  return kind === 'stripe' ? new StripeProvider(http, { url, key }) : new SandboxProvider(http);
};
