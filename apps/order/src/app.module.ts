import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/order';
import { Database, MessagingModule, Outbox } from '#messaging';
import { barrierTable, ParticipantModule } from '#participant';
import { HealthModule, Sealer, type Logger } from '#platform';
import { AcceptanceDesk } from './acceptance/acceptance.js';
import { AnotherCardDesk } from './acceptance/another-card.js';
import { CancelReturnDesk } from './acceptance/cancel-return.js';
import { CancelDesk } from './acceptance/cancel.js';
import { ownCopyCheck } from './acceptance/order-check.js';
import { ReturnDesk } from './acceptance/request-return.js';
import { KnownFactsController } from './handlers/known-facts.controller.js';
import { LostParcelSweeper } from './handlers/lost-parcel-sweeper.js';
import { OrderFactsController } from './handlers/order-facts.controller.js';
import { SettleOrdersHandler } from './handlers/settle-orders.handler.js';
import { SettleReturnsHandler } from './handlers/settle-returns.handler.js';
import { eventFrame } from './http/event-views.js';
import { EventsController } from './http/events.controller.js';
import { RequestHasher, type PaymentTerms } from './http/place-order-input.js';
import { merchantAccess } from './http/merchant-door.js';
import { OrdersController, PAYMENT_TERMS } from './http/orders.controller.js';
import { ReturnsController } from './http/returns.controller.js';
import { goodKeysOf } from './persistence/merchant-keys.js';
import { readNewEvents } from './persistence/order-events.js';
import type { OrderSettings } from './settings.js';
import { OrderStreams } from './streams/order-streams.js';

@Module({})
export class AppModule {
  static forRoot(settings: OrderSettings, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'order',
          settings,
          migrations,
          partitionedTables: [barrierTable],
          log: logger,
        }),
        ParticipantModule.forRoot({
          participant: 'order',
          handlers: [SettleOrdersHandler, SettleReturnsHandler],
          parking: { attempts: settings.PARK_ATTEMPTS, backoffMs: settings.PARK_BACKOFF_MS },
          log: logger,
        }),
        // orders are accepted without Kafka too; what they set off catches up later
        HealthModule.forRoot({ required: { kafka: false } }),
      ],
      controllers: [
        OrdersController,
        ReturnsController,
        EventsController,
        KnownFactsController,
        OrderFactsController,
      ],
      providers: [
        { provide: SettleOrdersHandler, useFactory: () => new SettleOrdersHandler() },
        {
          provide: LostParcelSweeper,
          inject: [Outbox],
          useFactory: (outbox: Outbox) => new LostParcelSweeper(outbox, logger),
        },
        { provide: SettleReturnsHandler, useFactory: () => new SettleReturnsHandler() },
        {
          provide: PAYMENT_TERMS,
          useValue: {
            sealer: new Sealer(settings.PAYMENT_TOKEN_KEY),
            anotherCardMs: settings.ANOTHER_CARD_WITHIN_MS,
          } satisfies PaymentTerms,
        },
        { provide: RequestHasher, useValue: new RequestHasher(settings.PAYMENT_TOKEN_KEY) },
        ...merchantAccess(settings.ORDER_API_KEYS),
        ...desks(settings),
        streams(settings, logger),
      ],
    };
  }
}

/** Where customers are received. */
function desks(settings: OrderSettings) {
  const keyWaitMs = settings.IDEMPOTENCY_WAIT_MS;
  return [
    {
      provide: AcceptanceDesk,
      inject: [Outbox],
      useFactory: (outbox: Outbox) => {
        const check = ownCopyCheck({
          catalog: settings.ORDER_CHECKS === 'on',
          merchants: settings.MERCHANT_CHECKS === 'on',
        });
        return new AcceptanceDesk(outbox, { check, keyWaitMs });
      },
    },
    {
      provide: AnotherCardDesk,
      inject: [Outbox],
      useFactory: (outbox: Outbox) => new AnotherCardDesk(outbox),
    },
    {
      provide: CancelDesk,
      inject: [Outbox],
      useFactory: (outbox: Outbox) => new CancelDesk(outbox),
    },
    {
      provide: ReturnDesk,
      inject: [Outbox],
      useFactory: (outbox: Outbox) => new ReturnDesk(outbox, undefined, undefined, keyWaitMs),
    },
    {
      provide: CancelReturnDesk,
      inject: [Outbox],
      useFactory: (outbox: Outbox) => new CancelReturnDesk(outbox),
    },
  ];
}

const streams = (settings: OrderSettings, log: Logger) => ({
  provide: OrderStreams,
  inject: [Database],
  useFactory: (database: Database) =>
    new OrderStreams({
      limits: {
        maxClients: settings.STREAM_MAX_CLIENTS,
        pollMs: settings.STREAM_POLL_MS,
        heartbeatMs: settings.STREAM_HEARTBEAT_MS,
        maxMs: settings.STREAM_MAX_MS,
      },
      goodKeys: (keyIds) => goodKeysOf(database, keyIds),
      read: (watched, limit) => readNewEvents(database, watched, limit),
      frame: eventFrame,
      log,
    }),
});
