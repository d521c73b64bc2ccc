import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { migrations } from '#migrations/notification';
import { Database, MessagingModule, Outbox } from '#messaging';
import { ParticipantModule, barrierTable } from '#participant';
import { HealthModule, OutboundHttp, breakerHealth, type Logger } from '#platform';
import { Sweeper } from './expiry/sweeper.js';
import { EVENT_LISTENERS, type EventListener } from './handlers/event-listener.js';
import { EventsController } from './handlers/events.controller.js';
import { mailChannel, smsChannel, type NoticeChannel } from './handlers/notice.channel.js';
import { NoticeEvents } from './handlers/notice-events.js';
import { NoticeHandler } from './handlers/notice.handler.js';
import { NoticeWorkers } from './handlers/notice.workers.js';
import { PreviewController } from './http/preview.controller.js';
import { HttpSmsSender } from './provider/http-sms.sender.js';
import { SmtpSender } from './provider/smtp.sender.js';
import type { NotificationSettings } from './settings.js';
import { NoticeTexts } from './texts/notice-texts.js';
import { WebhookEvents } from './webhooks/webhook-events.js';
import { webhookParts } from './webhooks/webhook-providers.js';

const MAIL_WORKERS = Symbol('mail-workers');
/** Undefined where no short messages are sent. */
const SMS_WORKERS = Symbol('sms-workers');

@Module({})
export class AppModule {
  static forRoot(settings: NotificationSettings, log: Logger): DynamicModule {
    const texts = new NoticeTexts(settings.NOTICE_TIME_ZONE);
    const webhooks = webhookParts(settings, log);
    const mail = smtpSender(settings);
    const sms = smsProvider(settings);
    const smsWorkers = sms && smsChannel(new HttpSmsSender(sms), texts, settings);
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'notification',
          settings,
          migrations,
          partitionedTables: [barrierTable],
          log,
        }),
        ParticipantModule.forRoot({
          participant: 'notification',
          handlers: [NoticeHandler],
          parking: { attempts: settings.PARK_ATTEMPTS, backoffMs: settings.PARK_BACKOFF_MS },
          log,
        }),
        HealthModule.forRoot({ parts: [mail.health, ...(sms ? [breakerHealth('sms', sms)] : [])] }),
      ],
      controllers: [EventsController, PreviewController, ...webhooks.controllers],
      providers: [
        { provide: NoticeTexts, useValue: texts },
        // closed by Nest after the workers that use them
        { provide: SmtpSender, useValue: mail },
        ...(sms ? [{ provide: OutboundHttp, useValue: sms }] : []),
        workers(MAIL_WORKERS, mailChannel(mail, texts, settings), log),
        workers(SMS_WORKERS, smsWorkers, log),
        {
          provide: NoticeHandler,
          inject: [MAIL_WORKERS],
          useFactory: (mailWorkers: NoticeWorkers) => new NoticeHandler(mailWorkers),
        },
        {
          provide: NoticeEvents,
          inject: [MAIL_WORKERS, SMS_WORKERS],
          useFactory: (mailWorkers: NoticeWorkers, texting: NoticeWorkers | undefined) =>
            new NoticeEvents({
              wanted: settings.NOTICES_FROM_EVENTS,
              mail: mailWorkers,
              sms: texting,
            }),
        },
        ...webhooks.providers,
        {
          provide: EVENT_LISTENERS,
          inject: [NoticeEvents, WebhookEvents],
          useFactory: (...listeners: (EventListener | undefined)[]) =>
            listeners.filter((listener) => listener !== undefined),
        },
        {
          provide: Sweeper,
          inject: [Database],
          useFactory: (database: Database) => new Sweeper({ database, log }),
        },
      ],
    };
  }
}

const workers = (provide: symbol, channel: NoticeChannel | undefined, log: Logger): Provider => ({
  provide,
  inject: [Database, Outbox],
  useFactory: (database: Database, outbox: Outbox) =>
    channel && new NoticeWorkers({ database, outbox, channel, log }),
});

const smtpSender = (settings: NotificationSettings): SmtpSender =>
  new SmtpSender({
    url: settings.SMTP_URL,
    from: settings.MAIL_FROM,
    connections: settings.MAIL_CONNECTIONS,
    timeoutMs: settings.MAIL_TIMEOUT_MS,
  });

const smsProvider = (settings: NotificationSettings): OutboundHttp | undefined =>
  settings.SMS_URL === undefined
    ? undefined
    : new OutboundHttp({
        target: 'sms',
        baseUrl: settings.SMS_URL,
        headers: { authorization: `Bearer ${settings.SMS_KEY ?? ''}` },
        connections: settings.SMS_CONNECTIONS,
        timeoutMs: settings.SMS_TIMEOUT_MS,
      });
