import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/shipping';
import { Database, MessagingModule, Outbox } from '#messaging';
import { Answers, ParticipantModule, barrierTable } from '#participant';
import { HealthModule, OutboundHttp, breakerHealth, type Logger } from '#platform';
import { ReturnsHandler } from './handlers/returns.handler.js';
import { ReturnWorkers } from './handlers/returns.workers.js';
import { ShippingHandler } from './handlers/shipping.handler.js';
import { ShippingWorkers } from './handlers/shipping.workers.js';
import { TrackingWorkers } from './handlers/tracking.workers.js';
import { CARRIER, RatesController } from './http/rates.controller.js';
import { ShipmentsController } from './http/shipments.controller.js';
import { WEBHOOK_SECRETS, WebhooksController } from './http/webhooks.controller.js';
import { HttpCarrier } from './provider/http-carrier.js';
import type { ShippingSettings } from './settings.js';

@Module({})
export class AppModule {
  static forRoot(settings: ShippingSettings, logger: Logger): DynamicModule {
    const http = new OutboundHttp({
      target: 'carrier',
      baseUrl: settings.CARRIER_URL,
      headers: { authorization: `Bearer ${settings.CARRIER_KEY}` },
      connections: settings.OUTBOUND_CONNECTIONS,
      timeoutMs: settings.OUTBOUND_TIMEOUT_MS,
      halfOpenAfterMs: settings.OUTBOUND_HALF_OPEN_MS,
    });
    const carrier = new HttpCarrier(http);
    const partsOf = (database: Database, outbox: Outbox, answers: Answers) => ({
      ...{ database, outbox, answers, carrier, settings },
      log: logger,
    });
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'shipping',
          settings,
          migrations,
          partitionedTables: [barrierTable],
          log: logger,
        }),
        ParticipantModule.forRoot({
          participant: 'shipping',
          handlers: [ShippingHandler, ReturnsHandler],
          parking: { attempts: settings.PARK_ATTEMPTS, backoffMs: settings.PARK_BACKOFF_MS },
          log: logger,
        }),
        HealthModule.forRoot({ parts: [breakerHealth('carrier', http)] }),
      ],
      controllers: [ShipmentsController, RatesController, WebhooksController],
      providers: [
        {
          provide: ShippingHandler,
          inject: [ShippingWorkers],
          useFactory: (workers: ShippingWorkers) => new ShippingHandler(workers),
        },
        {
          provide: ReturnsHandler,
          inject: [ReturnWorkers],
          useFactory: (workers: ReturnWorkers) => new ReturnsHandler(workers),
        },
        { provide: CARRIER, useValue: carrier },
        { provide: WEBHOOK_SECRETS, useValue: settings.CARRIER_WEBHOOK_SECRET },
        // closed by Nest after the workers that use it
        { provide: OutboundHttp, useValue: http },
        ...[ShippingWorkers, ReturnWorkers, TrackingWorkers].map((Workers) => ({
          provide: Workers,
          inject: [Database, Outbox, Answers],
          useFactory: (...given: [Database, Outbox, Answers]) => new Workers(partsOf(...given)),
        })),
      ],
    };
  }
}
