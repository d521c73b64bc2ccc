/**
 * Promises attacked here: what happens to an order is told once, in whatever order the events come
 * and however often; a provider that is down delays it, and nothing else.
 */
import { randomUUID } from 'node:crypto';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { WaitingSweeper } from '../../apps/notification/src/expiry/waiting.sweeper.js';
import { EVENT_TEMPLATES } from '../../apps/notification/src/domain/notice-events.js';
import type { Template } from '../../apps/notification/src/domain/notice.js';
import { mailChannel, smsChannel } from '../../apps/notification/src/handlers/notice.channel.js';
import { NoticeEvents } from '../../apps/notification/src/handlers/notice-events.js';
import { NoticeWorkers } from '../../apps/notification/src/handlers/notice.workers.js';
import { HttpSmsSender } from '../../apps/notification/src/provider/http-sms.sender.js';
import { SmtpSender } from '../../apps/notification/src/provider/smtp.sender.js';
import { NoticeTexts } from '../../apps/notification/src/texts/notice-texts.js';
import { createSandboxMail, type SandboxMail } from '../../apps/sandbox-mail/src/sandbox-mail.js';
import { createSandboxSms } from '../../apps/sandbox-sms/src/sandbox-sms.js';
import * as contracts from '#contracts';
import { eventType, type EventContract } from '#contracts';
import { migrations } from '#migrations/notification';
import type { ReceivedEvent, UnitOfWork } from '#messaging';
import { OutboundHttp } from '#platform';
import type { Sandbox } from '#sandbox';
import { testPostgres, waitFor, type PostgresServer } from '#testing';
import { Gate, ParticipantDatabase, deliver, silent, type Replica } from './participant-harness.js';

jest.setTimeout(240_000);

const texts = new NoticeTexts('UTC');
const PHONE = '+81312345678';
const NOBODY = '+8100000000';
const DAY_MS = 24 * 60 * 60 * 1000;

/** All events of one order; a contact without a phone unless it has one. */
class Story {
  readonly orderId = randomUUID();
  private revision = 0;
  readonly created: ReceivedEvent;

  /** @param contact null: as orders came before they brought one */
  constructor(contact: object | null = { email: 'kim@example.com' }) {
    this.created = this.event(contracts.orderCreated, {
      items: [{ productId: 'p', quantity: 2, unitPrice: 600 }],
      shippingAddress: { prefecture: 'p', city: 'c', line1: 'l', postalCode: '1' },
      ...(contact && { contact }),
    });
  }

  readonly cancelled = this.event(contracts.orderCancelled, this.because('insufficient-stock'));
  readonly instructed = this.event(contracts.paymentInstructed, {
    instructions: { reference: 'FT-1', payBy: '2026-12-01T00:00:00Z' },
  });
  readonly shipped = this.event(contracts.shipmentCreated, {
    shipmentId: 's',
    trackingNumber: 'TRK1',
  });

  failed(): ReceivedEvent {
    return this.event(contracts.paymentFailed, this.because('card_declined'));
  }

  private because(code: string) {
    return { reason: { code, message: '' } };
  }

  private event({ name, topic }: EventContract, more: object): ReceivedEvent {
    this.revision += 1;
    const { orderId, revision } = this;
    return {
      id: `${orderId}:${revision}`,
      source: 'test',
      type: eventType(name),
      subject: orderId,
      time: new Date().toISOString(),
      topic,
      key: orderId,
      partition: 0,
      offset: String(revision),
      headers: {},
      data: {
        orderId,
        revision,
        status: 'pending',
        customerId: 'c',
        merchantId: 'm',
        channel: 'web',
        method: 'bank_transfer',
        currency: 'JPY',
        amount: 1200,
        totalAmount: 1200,
        occurredAt: new Date().toISOString(),
        ...more,
      },
    };
  }
}

interface Options {
  readonly wanted?: readonly Template[];
  readonly attempts?: number;
}

class Service {
  private constructor(
    readonly replica: Replica,
    readonly notices: NoticeEvents,
    private readonly parts: readonly { stop(): Promise<void> }[],
  ) {}

  static async start(
    database: ParticipantDatabase,
    urls: { smtp: string; sms: string },
    { wanted = EVENT_TEMPLATES, attempts = 1_000 }: Options,
  ): Promise<Service> {
    const replica = await database.replica();
    const sender = new SmtpSender({
      url: urls.smtp,
      from: 'shop@example.com',
      connections: 5,
      timeoutMs: 2_000,
    });
    const http = new OutboundHttp({
      target: 'sms',
      baseUrl: urls.sms,
      headers: { authorization: 'Bearer k' },
      halfOpenAfterMs: 50,
    });
    const workers = (channel: ReturnType<typeof mailChannel>) =>
      new NoticeWorkers({
        database: replica.database,
        outbox: replica.outbox,
        channel,
        log: silent,
        pollMs: 50,
      });
    const mail = workers(
      mailChannel(sender, texts, {
        MAIL_CONNECTIONS: 5,
        MAIL_TIMEOUT_MS: 2_000,
        MAIL_ATTEMPTS: attempts,
        MAIL_BACKOFF_MS: 20,
        MAIL_BACKOFF_MAX_MS: 100,
      }),
    );
    const sms = workers(
      smsChannel(new HttpSmsSender(http), texts, {
        SMS_CONNECTIONS: 5,
        SMS_TIMEOUT_MS: 2_000,
        SMS_ATTEMPTS: attempts,
        SMS_BACKOFF_MS: 20,
        SMS_BACKOFF_MAX_MS: 100,
      }),
    );
    mail.start();
    sms.start();
    const notices = new NoticeEvents({ wanted: new Set(wanted), mail, sms });
    const ends = [
      { stop: () => Promise.resolve(sender.onApplicationShutdown()) },
      { stop: () => http.close() },
    ];
    return new Service(replica, notices, [mail, sms, ...ends]);
  }

  deliver(...events: ReceivedEvent[]): Promise<number> {
    const inbox = {
      onBatch: (batch: { events: readonly ReceivedEvent[] }, unit: UnitOfWork) =>
        this.notices.handle(unit, batch.events),
      onPoison: ({ error }: { error: Error }) => Promise.reject(error),
    };
    return deliver(this.replica, inbox, events);
  }

  /** Each notice about an order with where it stands. */
  async states({ orderId }: Story): Promise<string[]> {
    const rows = await this.replica.database.query<{ id: string; status: string }>(
      'select notice_id as id, status from notice where subject_id = $1 order by notice_id',
      [orderId],
    );
    return rows.map(({ id, status }) => `${id.replace(`:${orderId}`, '')} ${status}`);
  }

  async count(table: 'contact' | 'waiting_event', { orderId }: Story): Promise<number> {
    const [row] = await this.replica.database.query<{ count: number }>(
      `select count(*)::int as count from ${table} where order_id = $1`,
      [orderId],
    );
    return row?.count ?? 0;
  }

  async until(story: Story, ...states: string[]): Promise<void> {
    await waitFor(async () => JSON.stringify(await this.states(story)) === JSON.stringify(states), {
      what: `the notices to be ${states.join(', ')}`,
      intervalMs: 10,
    });
  }

  async stop(): Promise<void> {
    for (const part of this.parts) await part.stop();
  }
}

describe('notification of events', () => {
  let server: PostgresServer;
  let database: ParticipantDatabase;
  let mailServer: SandboxMail;
  let smsProvider: Sandbox;
  const services: Service[] = [];
  const start = async (options: Options = {}): Promise<Service> => {
    const urls = { smtp: mailServer.smtpUrl, sms: smsProvider.url };
    const service = await Service.start(database, urls, options);
    services.push(service);
    return service;
  };
  beforeAll(async () => {
    server = await testPostgres();
    database = await ParticipantDatabase.create(server, async (runner) => {
      for (const Migration of migrations) await new Migration().up(runner);
    });
    mailServer = await createSandboxMail();
    smsProvider = await createSandboxSms();
  }, 240_000);
  beforeEach(() => {
    mailServer.mood.set({ mode: 'ok' });
    smsProvider.mood.set({ mode: 'ok' });
  });
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
  });
  afterAll(async () => {
    await Promise.all([mailServer.stop(), smsProvider.stop()]);
    await database.close();
    await server.stop();
  });

  const itemsOf = async <Item>(url: string): Promise<Item[]> =>
    ((await (await fetch(url)).json()) as { items: Item[] }).items;
  const mails = ({ orderId }: Story) =>
    itemsOf<{ notice: string; html: string; text: string }>(
      `${mailServer.url}/messages?orderId=${orderId}`,
    );
  const texted = (story: Story, template: Template) =>
    itemsOf<{ to: string; text: string; status: string }>(
      `${smsProvider.url}/messages?key=${template}:${story.orderId}:sms`,
    );

  it('tells each thing once, in the language of the customer, whatever comes again', async () => {
    const [first, second] = [await start(), await start()];
    const story = new Story({ email: 'kim@example.com', phone: PHONE, locale: 'ja-JP' });
    const { created, instructed, shipped } = story;
    const failed = [story.failed(), story.failed()];
    await first.deliver(created, created);
    await Promise.all([
      first.deliver(instructed, instructed, ...failed),
      second.deliver(instructed, ...failed.toReversed()),
    ]);
    await second.deliver(shipped);
    await first.deliver(created, shipped, instructed, ...failed);
    await first.until(
      story,
      'order-created sent',
      'order-shipped sent',
      'order-shipped:sms sent',
      'payment-created sent',
      'payment-created:sms sent',
      'payment-failed:5 sent',
      'payment-failed:6 sent',
    );
    const arrived = await mails(story);
    expect(arrived.map(({ notice }) => notice).toSorted()).toEqual([
      'order-created',
      'order-shipped',
      'payment-created',
      'payment-failed',
      'payment-failed',
    ]);
    for (const { html } of arrived) expect(html).toContain('<html lang="ja">');
    expect(await texted(story, 'payment-created')).toMatchObject([
      { to: PHONE, text: expect.stringContaining('FT-1') },
    ]);
    expect(await texted(story, 'order-shipped')).toHaveLength(1);
  });

  it('keeps what comes before its order, once, and tells it when the order is there', async () => {
    const service = await start();
    const story = new Story({ email: 'kim@example.com', phone: PHONE });
    const { created, instructed, cancelled } = story;
    await service.deliver(instructed, instructed, cancelled);
    await service.deliver(instructed);
    expect(await service.states(story)).toEqual([]);
    expect(await service.count('waiting_event', story)).toBe(2);
    await service.deliver(created);
    await service.until(
      story,
      'order-cancelled sent',
      'order-created sent',
      'payment-created sent',
      'payment-created:sms sent',
    );
    expect(await service.count('waiting_event', story)).toBe(0);
  });

  it.each<[string, (story: Story) => [ReceivedEvent, ReceivedEvent, ReceivedEvent?]]>([
    ['the order', ({ created, shipped }) => [created, shipped]],
    ['the event', ({ created, shipped }) => [shipped, created]],
    [
      'the order, while another event waits',
      ({ created, shipped, instructed }) => [created, shipped, instructed],
    ],
    [
      'the event, while another one waits',
      ({ created, shipped, instructed }) => [shipped, created, instructed],
    ],
  ])('overlooks neither when both come at once, and %s begins', async (_what, order) => {
    const service = await start({ wanted: ['order-shipped', 'payment-created'] });
    const story = new Story();
    const [begins, waits, before] = order(story);
    if (before) await service.deliver(before);
    const reached = new Gate();
    const goOn = new Gate();
    const first = service.replica.outbox.transaction(async (unit) => {
      await service.notices.handle(unit, [begins]);
      reached.open();
      await goOn.passed;
    });
    await reached.passed;
    const other = await start({ wanted: ['order-shipped', 'payment-created'] });
    const second = other.deliver(waits);
    await waitFor(
      async () => {
        const [row] = await other.replica.database.query<{ count: number }>(
          `select count(*)::int as count from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return (row?.count ?? 0) > 0;
      },
      { what: 'the second to wait for the first' },
    );
    goOn.open();
    await Promise.all([first, second]);
    await service.until(story, 'order-shipped sent', ...(before ? ['payment-created sent'] : []));
    expect(await service.count('waiting_event', story)).toBe(0);
  });

  it('tells nothing that the shop does not want told, and keeps nothing of it', async () => {
    const service = await start({ wanted: ['order-cancelled'] });
    const story = new Story();
    await service.deliver(story.shipped, story.failed());
    expect(await service.count('waiting_event', story)).toBe(0);
    await service.deliver(story.created, story.shipped, story.cancelled);
    await service.until(story, 'order-cancelled sent');
  });

  it('drops what waited in vain for a week, and what was kept for it, and no sooner', async () => {
    const service = await start();
    const { replica } = service;
    const old = new Story(null);
    const known = new Story();
    await service.deliver(old.created, old.shipped, known.created);
    expect(await service.states(old)).toEqual([]);
    const sweepAt = (days: number) =>
      new WaitingSweeper({
        database: replica.database,
        log: silent,
        clock: () => new Date(Date.now() + days * DAY_MS),
      }).sweep();
    await sweepAt(6);
    expect(await service.count('waiting_event', old)).toBe(1);
    await sweepAt(8);
    expect(await service.count('waiting_event', old)).toBe(0);
    expect(await service.count('contact', old)).toBe(0);
    expect(await service.count('contact', known)).toBe(1);
  });

  it('delivers when the provider of short messages is back, and mails meanwhile', async () => {
    const service = await start({ wanted: ['order-shipped'] });
    smsProvider.mood.set({ mode: 'down' });
    const stories = Array.from(
      { length: 20 },
      () => new Story({ email: 'a@b.example', phone: PHONE }),
    );
    await service.deliver(...stories.map(({ created }) => created));
    await service.deliver(...stories.map(({ shipped }) => shipped));
    for (const story of stories) {
      await service.until(story, 'order-shipped sent', 'order-shipped:sms recorded');
    }
    smsProvider.mood.set({ mode: 'ok' });
    for (const story of stories) {
      await service.until(story, 'order-shipped sent', 'order-shipped:sms sent');
      expect(await texted(story, 'order-shipped')).toHaveLength(1);
    }
  });

  it('puts the event of a refused number aside, with the reason, and mails all the same', async () => {
    const service = await start({ wanted: ['order-shipped'] });
    const story = new Story({ email: 'kim@example.com', phone: NOBODY });
    await service.deliver(story.created, story.shipped);
    await service.until(story, 'order-shipped sent', 'order-shipped:sms undeliverable');
    const [letter, ...others] = service.replica.deadLetters();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      topic: 'shipment.events.dlq',
      causationid: story.shipped.id,
      extensions: { deadcode: 'undeliverable' },
      data: { key: story.orderId, value: JSON.stringify(story.shipped.data) },
    });
    expect(letter?.extensions?.['deadmessage']).toMatch(/^unreachable_number: .*refuses/);
    await service.deliver(story.shipped);
    expect(service.replica.deadLetters()).toHaveLength(1);
  });

  it('writes a batch with one statement a table, however large it is', async () => {
    const service = await start();
    const stories = Array.from({ length: 100 }, () => new Story({ email: 'a@b.example' }));
    const statementsOf = async (events: ReceivedEvent[]): Promise<string[]> => {
      service.replica.statements = [];
      await service.replica.outbox.transaction((unit) => service.notices.handle(unit, events));
      return service.replica.statements.map((sql) => sql.trim().split(/\s+/).slice(0, 3).join(' '));
    };
    expect(await statementsOf(stories.map(({ instructed }) => instructed))).toHaveLength(3);
    const statements = await statementsOf(stories.map(({ created }) => created));
    expect(statements.filter((sql) => sql === 'insert into notice')).toHaveLength(1);
    expect(statements).toHaveLength(5);
    expect(await statementsOf(stories.map(({ shipped }) => shipped))).toHaveLength(3);
    for (const story of stories) {
      await service.until(
        story,
        'order-created sent',
        'order-shipped sent',
        'payment-created sent',
      );
    }
  });
});
