/**
 * A service that answers each event of `calls` with one in `echoes`, once, whatever is redelivered.
 * Run in a process of its own, so that tests can kill and pause it. An event with `slow` in its data
 * is announced on stdout and keeps its transaction open for a while.
 */
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  BatchHandler,
  caused,
  connectTransport,
  DEFAULT_TUNING,
  MessagingModule,
  type EventBatch,
  type UnitOfWork,
} from '#messaging';
import { anEvent, migrations } from './harness.js';

const SLOW_MS = 1_500;

@Controller()
export class EchoController {
  @BatchHandler('calls')
  async onCalls({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    const fresh = await unit.tx.query<{ id: string }>(
      `insert into seen (id) select distinct unnest($1::text[]) on conflict do nothing returning id`,
      [events.map(({ id }) => id)],
    );
    const ids = new Set(fresh.map(({ id }) => id));
    for (const event of events) {
      if (!ids.delete(event.id)) continue;
      const key = event.key;
      unit.publish(caused(event, anEvent({ topic: 'echoes', key, id: `echo-${event.id}` })));
      if ((event.data as { slow?: boolean }).slow) {
        process.stdout.write(`handling ${event.id}\n`);
        await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      }
    }
  }
}

const setting = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
};

@Module({
  imports: [
    MessagingModule.forRoot({
      service: 'echo',
      settings: {
        DATABASE_URL: setting('DATABASE_URL'),
        DATABASE_POOL_SIZE: 5,
        KAFKA_BROKERS: [setting('KAFKA_BROKERS')],
        TOPIC_PREFIX: setting('TOPIC_PREFIX'),
      },
      migrations,
      // The shortest that brokers allow, so that tests need not wait longer.
      tuning: { ...DEFAULT_TUNING, sessionTimeoutMs: 6_000 },
    }),
  ],
  controllers: [EchoController],
})
export class EchoModule {}

const app = await NestFactory.create(EchoModule, new FastifyAdapter());
connectTransport(app);
await app.startAllMicroservices();
process.stdout.write('started\n');
process.once('SIGTERM', () => void app.close().then(() => process.exit(0)));
