import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/notification';
import { Database, MessagingModule, Outbox } from '#messaging';
import { ParticipantModule, barrierTable } from '#participant';
import { HealthModule, type Logger } from '#platform';
import { NoticeHandler } from './handlers/notice.handler.js';
import { NoticeWorkers } from './handlers/notice.workers.js';
import { SmtpSender } from './provider/smtp.sender.js';
import type { NotificationSettings } from './settings.js';

@Module({})
export class AppModule {
  static forRoot(settings: NotificationSettings, logger: Logger): DynamicModule {
    const sender = new SmtpSender({
      url: settings.SMTP_URL,
      from: settings.MAIL_FROM,
      connections: settings.MAIL_CONNECTIONS,
      timeoutMs: settings.MAIL_TIMEOUT_MS,
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
          handlers: [NoticeHandler],
          parking: { attempts: settings.PARK_ATTEMPTS, backoffMs: settings.PARK_BACKOFF_MS },
          log: logger,
        }),
        HealthModule.forRoot({ parts: [sender.health] }),
      ],
      providers: [
        {
          provide: NoticeHandler,
          inject: [NoticeWorkers],
          useFactory: (workers: NoticeWorkers) => new NoticeHandler(workers),
        },
        // closed by Nest after the workers that use it
        { provide: SmtpSender, useValue: sender },
        {
          provide: NoticeWorkers,
          inject: [Database, Outbox],
          useFactory: (database: Database, outbox: Outbox) =>
            new NoticeWorkers({ database, outbox, sender, settings, log: logger }),
        },
      ],
    };
  }
}
