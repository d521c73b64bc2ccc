import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { migrations } from '#migrations/notification';
import { Database, MessagingModule, Outbox } from '#messaging';
import { barrierTable, ParticipantModule } from '#participant';
import { HealthModule, type Logger } from '#platform';
import { DeliveryWorkers } from './handlers/delivery.workers.js';
import { NotificationHandler } from './handlers/notification.handler.js';
import { NoticesController } from './http/notices.controller.js';
import { SmtpMailer } from './mail/smtp-mailer.js';
import type { NotificationSettings } from './settings.js';

@Module({})
export class AppModule implements OnApplicationShutdown {
  constructor(private readonly mailer: SmtpMailer) {}

  static forRoot(settings: NotificationSettings, logger: Logger): DynamicModule {
    const mailer = new SmtpMailer({
      url: settings.SMTP_URL,
      from: settings.MAIL_FROM,
      connections: settings.SMTP_CONNECTIONS,
      timeoutMs: settings.SMTP_TIMEOUT_MS,
    });
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'notification',
          settings,
          migrations,
          partitionedTables: [barrierTable],
          log: logger,
        }),
        ParticipantModule.forRoot({
          participant: 'notification',
          handlers: [NotificationHandler],
          parking: { attempts: settings.PARK_ATTEMPTS, backoffMs: settings.PARK_BACKOFF_MS },
          log: logger,
        }),
        HealthModule.forRoot(),
      ],
      controllers: [NoticesController],
      providers: [
        NotificationHandler,
        { provide: SmtpMailer, useValue: mailer },
        {
          provide: DeliveryWorkers,
          inject: [Database, Outbox],
          useFactory: (database: Database, outbox: Outbox) =>
            new DeliveryWorkers({ database, outbox, mailer, settings, log: logger }),
        },
      ],
    };
  }

  /** By now no worker runs any more. */
  onApplicationShutdown(): void {
    this.mailer.close();
  }
}
