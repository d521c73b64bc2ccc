import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import {
  BatchHandler,
  MessagingModule,
  Outbox,
  connectTransport,
  newId,
  KafkaClient,
  caused,
  type EventBatch,
  type UnitOfWork,
} from '#messaging';
import { createDatabase, testId } from '#testing';
import { createHttpApp, createLogger } from '#platform';
import { OutboxV11763700000000 } from '../../../migrations/shared/outbox-v1.js';

process.on('unhandledRejection', (e) => {
  console.error('UNHANDLED', e);
  process.exit(1);
});
const url = process.env['DBURL']!,
  brokers = process.env['BROKERS']!;
const id = testId();
const make = async (name: string, controller: any) => {
  const db = await createDatabase({ url }, `${id}_${name}`);
  @Module({
    imports: [
      MessagingModule.forRoot({
        service: name,
        settings: {
          DATABASE_URL: db.url,
          DATABASE_POOL_SIZE: 10,
          KAFKA_BROKERS: [brokers],
          TOPIC_PREFIX: `${id}.`,
        },
        migrations: [OutboxV11763700000000],
        log: createLogger({ service: name, level: process.env['LOG'] ?? 'warn' }),
      }),
    ],
    controllers: [controller],
  })
  class App {}
  const app = await createHttpApp(App, {
    service: name,
    title: name,
    logger: createLogger({ service: name, level: 'warn' }),
    openapi: false,
  });
  connectTransport(app);
  await app.startAllMicroservices();
  return app;
};
const ev = (topic: string, key: string, type: string, data: unknown) => ({
  id: newId(),
  source: 'x',
  type,
  subject: key,
  time: new Date().toISOString(),
  topic,
  key,
  data,
});
@Controller()
class Ponger {
  @BatchHandler('pings')
  async on(batch: EventBatch, unit: UnitOfWork) {
    unit.publish(...batch.events.map((e) => caused(e, ev('pongs', e.key, 'pong', e.data))));
  }
}
let onPong: (e: any) => void = () => {};
@Controller()
class Pinger {
  @BatchHandler('pongs')
  async on(batch: EventBatch, unit: UnitOfWork) {
    unit.afterCommit(() => batch.events.forEach(onPong));
  }
}
const admin = new KafkaClient({
  brokers: [brokers],
  clientId: 'admin',
  topicPrefix: `${id}.`,
  log: createLogger({ service: 'a', level: 'warn' }),
});
console.log(
  await admin.ensureTopics({
    pings: { partitions: 6, retentionMs: 1e8 },
    pongs: { partitions: 6, retentionMs: 1e8 },
  }),
);
const a = await make('pinger', Pinger);
const b = await make('ponger', Ponger);
const outbox = a.get(Outbox);
const ping = (n: number) =>
  outbox.transaction(async (unit) => {
    unit.publish(ev('pings', `k${n}`, 'ping', { n, pad: 'x'.repeat(300) }));
  });
// idle latency
const once = (n: number) =>
  new Promise<number>((res) => {
    const t = performance.now();
    onPong = () => res(performance.now() - t);
    void ping(n);
  });
await once(0);
const lat: number[] = [];
for (let i = 0; i < 200; i++) {
  lat.push(await once(i));
  await new Promise((r) => setTimeout(r, 20));
}
lat.sort((x, y) => x - y);
console.log(
  'ping-pong p50',
  lat[100]!.toFixed(1),
  'p90',
  lat[180]!.toFixed(1),
  'p99',
  lat[198]!.toFixed(1),
);
// throughput
const N = 60000;
let got = 0;
const t0 = performance.now();
const c0 = process.cpuUsage();
const done = new Promise<void>((res) => {
  onPong = () => {
    if (++got === N) res();
  };
});
for (let i = 0; i < N;) {
  await Promise.all(
    Array.from({ length: 8 }, () =>
      outbox.transaction(async (unit) => {
        for (let k = 0; k < 25; k++, i++)
          unit.publish(ev('pings', `k${i}`, 'ping', { i, pad: 'x'.repeat(300) }));
      }),
    ),
  );
}
await done;
const ms = performance.now() - t0;
const cpu = process.cpuUsage(c0);
console.log(
  `throughput ${((N / ms) * 1000).toFixed(0)} round trips/s (2 messages each), cpu ${(((cpu.user + cpu.system) / 1000 / N) * 1000).toFixed(0)} us each, wall ${ms.toFixed(0)}`,
);
// idle cpu
await new Promise((r) => setTimeout(r, 1000));
const c1 = process.cpuUsage();
await new Promise((r) => setTimeout(r, 10000));
const c2 = process.cpuUsage(c1);
console.log('idle cpu ms/s for two services', ((c2.user + c2.system) / 10000).toFixed(1));
const t1 = performance.now();
await a.close();
await b.close();
console.log('closed in', (performance.now() - t1).toFixed(0));
await admin.close();
setTimeout(() => {
  console.log('still alive?', process.getActiveResourcesInfo());
  process.exit();
}, 2000).unref();
