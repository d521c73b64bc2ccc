/** The service as it hears of events, without a broker, and all that can happen to an order. */
import { randomUUID } from 'node:crypto';
import { EVENT_TEMPLATES } from '../../apps/notification/src/domain/notice-events.js';
import type { Template } from '../../apps/notification/src/domain/notice.js';
import { mailChannel, smsChannel } from '../../apps/notification/src/handlers/notice.channel.js';
import { NoticeEvents } from '../../apps/notification/src/handlers/notice-events.js';
import { NoticeWorkers } from '../../apps/notification/src/handlers/notice.workers.js';
import { HttpSmsSender } from '../../apps/notification/src/provider/http-sms.sender.js';
import { SmtpSender } from '../../apps/notification/src/provider/smtp.sender.js';
import { NoticeTexts } from '../../apps/notification/src/texts/notice-texts.js';
import * as contracts from '#contracts';
import { eventType, type EventContract } from '#contracts';
import type { ReceivedEvent, UnitOfWork } from '#messaging';
import { OutboundHttp } from '#platform';
import { waitFor } from '#testing';
import { deliver, silent, type ParticipantDatabase, type Replica } from './participant-harness.js';

const texts = new NoticeTexts('UTC');

/** All events of one order; a contact without a phone unless it has one. */
export class Story {
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
  readonly shipped = this.event(contracts.shipmentHandedOver, {
    shipmentId: 's',
    trackingNumber: 'TRK1',
  });

  failed(): ReceivedEvent {
    const declined = { method: 'credit_card', ...this.because('card_declined') };
    return this.event(contracts.paymentFailed, declined);
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

export interface ServiceOptions {
  readonly wanted?: readonly Template[];
  readonly attempts?: number;
}

export class NotificationOfEvents {
  private constructor(
    readonly replica: Replica,
    readonly notices: NoticeEvents,
    private readonly parts: readonly { stop(): Promise<void> }[],
  ) {}

  static async start(
    database: ParticipantDatabase,
    urls: { smtp: string; sms: string },
    { wanted = EVENT_TEMPLATES, attempts = 1_000 }: ServiceOptions,
  ): Promise<NotificationOfEvents> {
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
    return new NotificationOfEvents(replica, notices, [mail, sms, ...ends]);
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
