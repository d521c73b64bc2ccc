import type { Provider, Type } from '@nestjs/common';
import { Database, Outbox } from '#messaging';
import { Sealer, type Logger } from '#platform';
import { WebhookEndpointsController } from '../http/webhook-endpoints.controller.js';
import type { NotificationSettings } from '../settings.js';
import { AddressGuard } from './address-guard.js';
import { EndpointDesk } from './endpoint-desk.js';
import { WebhookEvents } from './webhook-events.js';
import { HttpWebhookSender } from './webhook-sender.js';
import { WebhookWorkers } from './webhook.workers.js';

interface WebhookParts {
  readonly controllers: readonly Type[];
  readonly providers: readonly Provider[];
}

/** What it takes to tell merchants; nothing where there is no key for their secrets. */
export function webhookParts(settings: NotificationSettings, log: Logger): WebhookParts {
  const { WEBHOOK_SECRET_KEY: key, WEBHOOK_TIMEOUT_MS: timeoutMs } = settings;
  if (key === undefined) {
    return {
      controllers: [],
      providers: [{ provide: WebhookEvents, useFactory: () => undefined }],
    };
  }
  const sealer = new Sealer(key);
  const guard = new AddressGuard(settings.WEBHOOK_ALLOW_PRIVATE);
  const sender = new HttpWebhookSender({ guard, timeoutMs });
  const concurrency = settings.WEBHOOK_CONNECTIONS;
  return {
    controllers: [WebhookEndpointsController],
    providers: [
      // closed by Nest after the workers that use it
      { provide: HttpWebhookSender, useValue: sender },
      {
        provide: EndpointDesk,
        inject: [Database],
        useFactory: (database: Database) => new EndpointDesk(database, sealer, guard),
      },
      {
        provide: WebhookWorkers,
        inject: [Database, Outbox],
        useFactory: (database: Database, outbox: Outbox) =>
          new WebhookWorkers({ database, outbox, sender, sealer, concurrency, timeoutMs, log }),
      },
      {
        provide: WebhookEvents,
        inject: [WebhookWorkers],
        useFactory: (workers: WebhookWorkers) => new WebhookEvents(workers),
      },
    ],
  };
}
