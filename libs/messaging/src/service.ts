/** The frame of every service: an HTTP application that also consumes its topics. */
import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import {
  createHttpApp,
  runMain,
  settings,
  startTracing,
  type Environment,
  type Logger,
  type serviceSettings,
} from '#platform';
import { isTransient } from './errors.js';
import { connectTransport } from './transport/connect.js';

/** What makes one service different from another. */
export interface ServiceDefinition<Schema extends typeof serviceSettings> {
  readonly name: string;
  /** Of its OpenAPI document. */
  readonly title: string;
  readonly settings: Schema;
  /** Routes with a signature over their body; see `rawBodyOf`. */
  readonly rawBodyRoutes?: readonly string[];
  readonly module: (settings: z.output<Schema>, logger: Logger) => DynamicModule;
}

/**
 * The whole service, ready to listen; it consumes from the moment it resolves.
 * @throws SettingsError
 */
export async function createService<Schema extends typeof serviceSettings>(
  { name, title, module, settings: schema, rawBodyRoutes }: ServiceDefinition<Schema>,
  env: Environment,
  logger: Logger,
): Promise<NestFastifyApplication> {
  const app = await createHttpApp(module(settings(schema, env), logger), {
    service: name,
    title,
    logger,
    isUnavailable: isTransient,
    ...(rawBodyRoutes && { rawBodyRoutes }),
  });
  connectTransport(app);
  await app.startAllMicroservices();
  return app;
}

/** The service as a process: it listens where its settings say, until a signal ends it. */
export const runService = <Schema extends typeof serviceSettings>(
  service: ServiceDefinition<Schema>,
): Promise<void> =>
  runMain(service.name, async ({ env, logger }) => {
    const stopTracing = await startTracing(service.name, env);
    const app = await createService(service, env, logger);
    const { PORT, HOST } = settings(service.settings, env);
    await app.listen(PORT, HOST);
    logger.info({ port: PORT }, 'listening');
    return {
      stop: async () => {
        await app.close();
        await stopTracing?.();
      },
    };
  });
