/** Promises attacked here: a notice goes out once, and a mail server never keeps an order waiting. */
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
import { mailChannel } from '../../apps/notification/src/handlers/notice.channel.js';
import { NoticeHandler } from '../../apps/notification/src/handlers/notice.handler.js';
import { NoticeWorkers } from '../../apps/notification/src/handlers/notice.workers.js';
import {
  MailRefusedError,
  type MailSender,
} from '../../apps/notification/src/provider/mail-sender.js';
import { SmtpSender } from '../../apps/notification/src/provider/smtp.sender.js';
import { NoticeTexts } from '../../apps/notification/src/texts/notice-texts.js';
import { createSandboxMail, type SandboxMail } from '../../apps/sandbox-mail/src/sandbox-mail.js';
import { notifyCustomer, type SagaReply } from '#contracts';
import { migrations } from '#migrations/notification';
import type { ReceivedEvent } from '#messaging';
import { createParticipant } from '#participant';
import { testPostgres, waitFor, type PostgresServer } from '#testing';
import {
  Gate,
  ParticipantDatabase,
  command,
  deliver,
  silent,
  type Replica,
} from './participant-harness.js';

jest.setTimeout(240_000);

const texts = new NoticeTexts('UTC');

interface ReceivedMail {
  readonly to: string[];
  readonly from: string;
  readonly subject: string;
  readonly messageId: string;
  readonly text: string;
  readonly html?: string;
}

const newNotice = (email = 'kim@example.com') => {
  const orderId = randomUUID();
  const items = [{ productId: 'p-1', quantity: 2, unitPrice: 600 }];
  const order = { orderId, currency: 'JPY', totalAmount: 1200, items, trackingNumber: 'TRK1' };
  const data = { template: 'order-confirmed', subjectId: orderId, email, order };
  return { orderId, notify: command({ name: notifyCustomer.name, key: orderId, data }) };
};

interface ServiceOptions {
  readonly attempts?: number;
  readonly around?: (sender: MailSender) => MailSender;
}

class NotificationService {
  private constructor(
    readonly replica: Replica,
    readonly sender: SmtpSender,
    private readonly workers: NoticeWorkers,
    private readonly inbox: ReturnType<typeof createParticipant>['inbox'],
  ) {}

  static async start(
    database: ParticipantDatabase,
    url: string,
    { attempts = 1_000, around = (sender) => sender }: ServiceOptions = {},
  ): Promise<NotificationService> {
    const replica = await database.replica();
    const from = 'shop@example.com';
    const sender = new SmtpSender({ url, from, connections: 5, timeoutMs: 2_000 });
    const workers = new NoticeWorkers({
      database: replica.database,
      outbox: replica.outbox,
      channel: mailChannel(around(sender), texts, {
        MAIL_CONNECTIONS: 5,
        MAIL_TIMEOUT_MS: 2_000,
        MAIL_ATTEMPTS: attempts,
        MAIL_BACKOFF_MS: 20,
        MAIL_BACKOFF_MAX_MS: 100,
      }),
      log: silent,
      pollMs: 50,
    });
    const { inbox } = createParticipant({
      participant: 'notification',
      handlers: [new NoticeHandler(workers)],
      outbox: replica.outbox,
      parking: { attempts: 4, backoffMs: 10 },
      log: silent,
    });
    workers.start();
    return new NotificationService(replica, sender, workers, inbox);
  }

  deliver(...events: ReceivedEvent[]): Promise<number> {
    return deliver(this.replica, this.inbox, events);
  }

  replies(event: ReceivedEvent): SagaReply[] {
    return this.replica.published
      .filter(({ topic, causationid }) => topic === 'saga.inbox' && causationid === event.id)
      .map(({ data }) => data as SagaReply);
  }

  async status(orderId: string): Promise<string | undefined> {
    const [row] = await this.replica.database.query<{ status: string }>(
      'select status from notice where subject_id = $1',
      [orderId],
    );
    return row?.status;
  }

  async until(orderId: string, status: string): Promise<void> {
    await waitFor(async () => (await this.status(orderId)) === status, {
      what: `the notice about ${orderId} to be ${status}`,
      intervalMs: 10,
    });
  }

  async stop(): Promise<void> {
    await this.workers.stop();
    this.sender.onApplicationShutdown();
  }
}

describe('notification against the mail server', () => {
  let server: PostgresServer;
  let database: ParticipantDatabase;
  let sandbox: SandboxMail;
  const services: NotificationService[] = [];
  const start = async (options?: ServiceOptions): Promise<NotificationService> => {
    const service = await NotificationService.start(database, sandbox.smtpUrl, options);
    services.push(service);
    return service;
  };
  beforeAll(async () => {
    server = await testPostgres();
    database = await ParticipantDatabase.create(server, async (runner) => {
      for (const Migration of migrations) await new Migration().up(runner);
    });
    sandbox = await createSandboxMail();
  }, 240_000);
  beforeEach(() => sandbox.mood.set({ mode: 'ok' }));
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
  });
  afterAll(async () => {
    await sandbox.stop();
    await database.close();
    await server.stop();
  });

  const mails = async (orderId: string): Promise<ReceivedMail[]> => {
    const answer = await fetch(`${sandbox.url}/messages?orderId=${orderId}`);
    return ((await answer.json()) as { items: ReceivedMail[] }).items;
  };

  it('answers when the notice is recorded, and delivers it', async () => {
    const service = await start();
    const { orderId, notify } = newNotice();
    await service.deliver(notify);
    expect(service.replies(notify)).toMatchObject([
      { outcome: 'succeeded', result: { noticeId: `order-confirmed:${orderId}` } },
    ]);
    await service.until(orderId, 'sent');
    const [mail, ...others] = await mails(orderId);
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      to: ['kim@example.com'],
      from: 'shop@example.com',
      notice: 'order-confirmed',
      messageId: `<order-confirmed.${orderId}@saga.example.com>`,
    });
    expect(mail?.subject).toContain(orderId);
    expect(mail?.text).toContain('Total: ¥1,200');
    expect(mail?.text).toContain('TRK1');
    expect(mail?.html).toMatch(/<html lang="en">[^]*TRK1/);
  });

  it('sends one mail, whatever asks for the same notice again', async () => {
    const service = await start();
    const { orderId, notify } = newNotice();
    const other = { ...notify, id: `${notify.id}-again` };
    await service.deliver(notify, other, notify);
    await service.until(orderId, 'sent');
    await service.deliver({ ...notify, id: `${notify.id}-late` }, notify);
    // a notice behind it that is sent shows that nothing of it is still on its way
    const last = newNotice();
    await service.deliver(last.notify);
    await service.until(last.orderId, 'sent');
    expect(await mails(orderId)).toHaveLength(1);
    expect(service.replies(other)).toMatchObject([{ outcome: 'succeeded' }]);
  });

  it('sends one mail when two replicas get the same notice at the same time', async () => {
    const [first, second] = [await start(), await start()];
    const { orderId, notify } = newNotice();
    const other = { ...notify, id: `${notify.id}-again` };
    await Promise.all([first.deliver(notify), second.deliver(other)]);
    await first.until(orderId, 'sent');
    expect(await mails(orderId)).toHaveLength(1);
  });

  it('keeps nobody waiting while the mail server is down, and delivers when it is back', async () => {
    const service = await start();
    sandbox.mood.set({ mode: 'down' });
    const notices = Array.from({ length: 20 }, () => newNotice());
    await service.deliver(...notices.map(({ notify }) => notify));
    for (const { notify } of notices) {
      expect(service.replies(notify)).toMatchObject([{ outcome: 'succeeded' }]);
    }
    const health = service.sender.health;
    await waitFor(
      () =>
        health.check().then(
          () => false,
          () => true,
        ),
      { what: 'a failed try' },
    );
    expect(health.required).toBe(false);
    sandbox.mood.set({ mode: 'ok' });
    for (const { orderId } of notices) {
      await service.until(orderId, 'sent');
      expect(await mails(orderId)).toHaveLength(1);
    }
    await expect(health.check()).resolves.toBeUndefined();
  });

  it('gives up a notice that was tried for too long, and fails nothing else', async () => {
    const service = await start({ attempts: 3 });
    sandbox.mood.set({ mode: 'down' });
    const { orderId, notify } = newNotice();
    await service.deliver(notify);
    await service.until(orderId, 'undeliverable');
    expect(service.replies(notify)).toMatchObject([{ outcome: 'succeeded' }]);
    const [letter, ...others] = service.replica.deadLetters();
    expect(others).toEqual([]);
    expect(letter?.extensions).toMatchObject({ deadcode: 'undeliverable' });
    expect(letter?.extensions?.['deadmessage']).toContain('given-up: 3 tries');
  });

  it('puts a command aside whose mail is refused for good, with the reason', async () => {
    const refusing = new Set<string>();
    const service = await start({
      around: (sender) => ({
        send: (mail) => {
          if (!refusing.has(mail.to)) return sender.send(mail);
          return Promise.reject(new MailRefusedError('550', '550 no \0 such user'));
        },
      }),
    });
    const [refused, next] = [newNotice('nobody@example.com'), newNotice()];
    refusing.add('nobody@example.com');
    await service.deliver(refused.notify, next.notify);
    await service.until(refused.orderId, 'undeliverable');
    await service.until(next.orderId, 'sent');
    const [letter, ...others] = service.replica.deadLetters();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      topic: 'notification.commands.dlq',
      causationid: refused.notify.id,
      extensions: { deadcode: 'undeliverable' },
      data: { key: refused.orderId, value: JSON.stringify(refused.notify.data) },
    });
    expect(letter?.extensions?.['deadmessage']).toMatch(/^550: .*such user$/);
    await service.deliver(refused.notify);
    expect(service.replica.deadLetters()).toHaveLength(1);
  });

  it('sends an address to one recipient, whatever stands in it', async () => {
    const service = await start();
    const { orderId, notify } = newNotice('kim@example.com,lee@example.com');
    const next = newNotice();
    await service.deliver(notify, next.notify);
    await service.until(next.orderId, 'sent');
    await waitFor(async () => (await service.status(orderId)) !== 'recorded', { what: 'its end' });
    for (const { to } of await mails(orderId)) expect(to).toHaveLength(1);
    const answer = await fetch(`${sandbox.url}/messages?to=lee@example.com`);
    expect(((await answer.json()) as { items: unknown[] }).items).toEqual([]);
  });

  it('repeats at most the same mail when a process ends before it could record it', async () => {
    const reached = new Gate();
    const goOn = new Gate();
    let stalled = false;
    const first = await start({
      around: (sender) => ({
        send: async (mail) => {
          await sender.send(mail);
          if (stalled) return;
          stalled = true;
          reached.open();
          await goOn.passed;
        },
      }),
    });
    const { orderId, notify } = newNotice();
    await first.deliver(notify);
    await reached.passed;
    await start();
    await first.replica.database.query('update effect_task set due_at = clock_timestamp()');
    await first.until(orderId, 'sent');
    goOn.open();
    await first.stop();
    const sent = await mails(orderId);
    expect(sent).toHaveLength(2); // SMTP has no key; the one window that it leaves
    expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(1);
  });
});
