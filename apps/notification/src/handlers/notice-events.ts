import type { ReceivedEvent, Tx, UnitOfWork } from '#messaging';
import type { Contact } from '../domain/contact.js';
import { readFacts, type Fact } from '../domain/facts.js';
import { contactOf, noticesOf, occasionOf, type Occasion } from '../domain/notice-events.js';
import { noticeIdOf, type Channel, type NewNotice, type Template } from '../domain/notice.js';
import * as contacts from '../persistence/contact-rows.js';
import { recordNotices } from '../persistence/record-notices.js';
import type { EventListener } from './event-listener.js';
import type { NoticeWorkers } from './notice.workers.js';

export interface NoticeEventsParts {
  /** Which notices this shop wants to be sent. */
  readonly wanted: ReadonlySet<Template>;
  readonly mail: Pick<NoticeWorkers, 'want'>;
  /** Absent: no short messages. */
  readonly sms?: Pick<NoticeWorkers, 'want'> | undefined;
}

interface Heard {
  readonly fact: Fact;
  readonly event: ReceivedEvent;
}

/** What is to be told about an order, and the event that said so. */
interface News {
  readonly orderId: string;
  readonly occasion: Occasion;
  readonly event: ReceivedEvent;
}

/**
 * Records the notices that are no step of a saga. An order's events lie on several topics, so some
 * come before the order itself, which has the contact: those wait for it.
 */
export class NoticeEvents implements EventListener {
  constructor(private readonly parts: NoticeEventsParts) {}

  /** One statement a table, however many events there are. */
  async handle(unit: UnitOfWork, events: readonly ReceivedEvent[]): Promise<void> {
    const { tx } = unit;
    const heard = hear(events);
    const arrived = heard.flatMap(({ fact }) => contactOf(fact) ?? []);
    const brought = new Map(arrived.map((contact) => [contact.orderId, contact]));
    await contacts.keepContacts(tx, [...brought.values()]);
    const waited = hear(await contacts.takeWaiting(tx, [...brought.keys()]));
    const news = this.newsOf([...heard, ...waited]);
    const known = await this.contactsOf(tx, news);
    const waiting = news.filter(({ orderId }) => !known.has(orderId)).map(waitingOf);
    await contacts.keepWaiting(tx, distinct(waiting));
    await this.record(unit, news, known);
  }

  /** What of it this shop wants to be told. */
  private newsOf(heard: readonly Heard[]): News[] {
    return heard.flatMap(({ fact, event }) => {
      const occasion = occasionOf(fact);
      if (!occasion || !this.parts.wanted.has(occasion.template)) return [];
      return [{ orderId: occasion.subject.subjectId.toLowerCase(), occasion, event }];
    });
  }

  private async contactsOf(tx: Tx, news: readonly News[]): Promise<Map<string, Contact>> {
    const orderIds = [...new Set(news.map(({ orderId }) => orderId))];
    const known = await contacts.findContacts(tx, orderIds);
    const missing = orderIds.filter((orderId) => !known.has(orderId));
    for (const [orderId, contact] of await contacts.awaitContacts(tx, missing)) {
      known.set(orderId, contact);
    }
    return known;
  }

  private async record(
    unit: UnitOfWork,
    news: readonly News[],
    known: ReadonlyMap<string, Contact>,
  ): Promise<void> {
    const { mail, sms } = this.parts;
    const notices = news.flatMap(({ orderId, occasion, event: cause }) => {
      const contact = known.get(orderId);
      return contact ? noticesOf(occasion, contact, { sms: sms !== undefined, cause }) : [];
    });
    const asked = new Map(distinct(notices).map((notice) => [notice.noticeId, notice]));
    const recorded = await recordNotices(unit.tx, [...asked.values()]);
    const of = (channel: Channel) =>
      recorded.filter((noticeId) => (asked.get(noticeId) as NewNotice).channel === channel);
    await mail.want(unit, of('email'));
    await sms?.want(unit, of('sms'));
  }
}

const hear = (events: readonly ReceivedEvent[]): Heard[] =>
  readFacts(events).map((fact) => ({ fact, event: fact.event }));

const waitingOf = ({ orderId, occasion: { template, subject }, event }: News) => ({
  orderId,
  noticeId: noticeIdOf(template, subject),
  event,
});

/** A batch may hold the same event twice. */
const distinct = <Item extends { readonly noticeId: string }>(items: readonly Item[]): Item[] => [
  ...new Map(items.map((item) => [item.noticeId, item])).values(),
];
