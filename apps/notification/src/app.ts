import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { connectTransport, isTransient } from '#messaging';
import { createHttpApp, type Logger } from '#platform';
import { AppModule } from './app.module.js';
import type { NotificationSettings } from './settings.js';

/** The whole service, ready to listen; it consumes its commands from the moment it resolves. */
export async function createNotificationApp(
  settings: NotificationSettings,
  logger: Logger,
): Promise<NestFastifyApplication> {
  const app = await createHttpApp(AppModule.forRoot(settings, logger), {
    service: 'notification',
    title: 'Notification API',
    logger,
    isUnavailable: isTransient,
  });
  connectTransport(app);
  await app.startAllMicroservices();
  return app;
}
