import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { connectTransport, isTransient } from '#messaging';
import { createHttpApp, type Logger } from '#platform';
import { AppModule } from './app.module.js';
import type { PaymentSettings } from './settings.js';

/** The whole service, ready to listen; it consumes its commands from the moment it resolves. */
export async function createPaymentApp(
  settings: PaymentSettings,
  logger: Logger,
): Promise<NestFastifyApplication> {
  const app = await createHttpApp(AppModule.forRoot(settings, logger), {
    service: 'payment',
    title: 'Payment API',
    logger,
    isUnavailable: isTransient,
  });
  connectTransport(app);
  await app.startAllMicroservices();
  return app;
}
