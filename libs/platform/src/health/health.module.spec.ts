import { Global, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createHttpApp } from '../http/app.js';
import { createLogger } from '../logger.js';
import { HEALTH_PARTS, HealthModule, type HealthOptions } from './health.module.js';
import type { HealthPart } from './health.js';

let database = true;
let kafka = true;
const part = (name: string, isUp: () => boolean): HealthPart => ({
  name,
  required: true,
  check: () => (isUp() ? Promise.resolve(undefined) : Promise.reject(new Error('away'))),
});

@Global()
@Module({
  providers: [
    { provide: HEALTH_PARTS, useValue: [part('kafka', () => kafka)] satisfies HealthPart[] },
  ],
  exports: [HEALTH_PARTS],
})
class SharedModule {}

describe('HealthModule', () => {
  let app: NestFastifyApplication | undefined;
  afterEach(async () => {
    database = kafka = true;
    await app?.close();
  });

  const health = async (options: HealthOptions) => {
    @Module({ imports: [SharedModule, HealthModule.forRoot(options)] })
    class AppModule {}
    const logger = createLogger({ service: 'x', level: 'silent' });
    app = await createHttpApp(AppModule, { service: 'x', title: 'X', logger, openapi: false });
    await app.init();
    const answer = await app.inject('/health');
    return { code: answer.statusCode, ...answer.json() };
  };
  const parts = [part('database', () => database)];

  it('checks its own parts and those of global modules', async () => {
    expect(await health({ parts })).toMatchObject({
      code: 200,
      status: 'ok',
      parts: { kafka: { status: 'up' }, database: { status: 'up' } },
    });
  });

  it('answers 503 while a required part is down', async () => {
    database = false;
    expect(await health({ parts })).toMatchObject({ code: 503, status: 'error' });
  });

  it('reports a part that it can do without, and stays 200', async () => {
    kafka = false;
    expect(await health({ parts, required: { kafka: false } })).toMatchObject({
      code: 200,
      status: 'degraded',
      parts: { kafka: { status: 'down', detail: 'away' } },
    });
  });
});
