/**
 * Promises attacked here: what happens to an order is told once, in whatever order the events come
 * and however often; a provider that is down delays it, and nothing else.
 */
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
import { Sweeper } from '../../apps/notification/src/expiry/sweeper.js';
import type { Template } from '../../apps/notification/src/domain/notice.js';
import { createSandboxMail, type SandboxMail } from '../../apps/sandbox-mail/src/sandbox-mail.js';
import { createSandboxSms } from '../../apps/sandbox-sms/src/sandbox-sms.js';
import { migrations } from '#migrations/notification';
import type { ReceivedEvent } from '#messaging';
import type { Sandbox } from '#sandbox';
import { testPostgres, waitFor, type PostgresServer } from '#testing';
import { NotificationOfEvents, Story, type ServiceOptions } from './notification-world.js';
import { deathAt, Gate, ParticipantDatabase, silent } from './participant-harness.js';

jest.setTimeout(240_000);

const PHONE = '+81312345678';
const NOBODY = '+8100000000';
const DAY_MS = 24 * 60 * 60 * 1000;

describe('notification of events', () => {
  let server: PostgresServer;
  let database: ParticipantDatabase;
  let mailServer: SandboxMail;
  let smsProvider: Sandbox;
  const services: NotificationOfEvents[] = [];
  const start = async (options: ServiceOptions = {}): Promise<NotificationOfEvents> => {
    const urls = { smtp: mailServer.smtpUrl, sms: smsProvider.url };
    const service = await NotificationOfEvents.start(database, urls, options);
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
      new Sweeper({
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

  it('texts once, though a process ends before it has written that it did', async () => {
    const service = await start({ wanted: ['order-shipped'] });
    const story = new Story({ email: 'kim@example.com', phone: PHONE });
    const death = deathAt('effect.sms.executed');
    await service.deliver(story.created, story.shipped);
    await death;
    expect(await texted(story, 'order-shipped')).toHaveLength(1);
    await service.until(story, 'order-shipped sent', 'order-shipped:sms recorded');
    await service.replica.expireLeases();
    await service.until(story, 'order-shipped sent', 'order-shipped:sms sent');
    expect(await texted(story, 'order-shipped')).toHaveLength(1);
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
