/**
 * Finds messages that go round in circles between services. Each message that another one caused
 * carries its processing chain: how many hops it took, and how often each (type, subject) was on the
 * way. A resend has no cause and so does not count.
 *
 * On the wire, `ce_chain`: `<hops> <entry> <entry> …`, an entry being `<count>*<type>|<subject>`,
 * without `|<subject>` where that is the message's own. Types and subjects are URI-encoded. Only the
 * entries last seen are kept: a loop is found by its repeats, and one longer than that by its hops.
 */
import { CHAIN, CommonChains } from './common-chains.js';
import type { OutgoingEvent, ReceivedEvent } from './event.js';

const MAX_ENTRIES = 6;
/** Longer types and subjects are none of ours; whole, they would make each answer as long. */
const MAX_NAME = 200;
/** The tenth time the same message comes round, it is stopped. */
export const MAX_REPEATS = 10;
/** No honest chain is this long. */
export const MAX_HOPS = 250;

interface Link {
  readonly type: string;
  readonly subject: string;
  readonly count: number;
}
interface Chain {
  readonly hops: number;
  /** The one seen last at the end. */
  readonly links: readonly Link[];
}

/**
 * `event` as a consequence of `by`: it carries on the trace, the correlation and the processing
 * chain, and names what caused it, where it does not say so itself.
 */
export function caused<Data>(by: ReceivedEvent, event: OutgoingEvent<Data>): OutgoingEvent<Data> {
  const correlationid = event.correlationid ?? by.correlationid;
  const traceparent = event.traceparent ?? by.traceparent;
  return {
    ...event,
    causationid: event.causationid ?? by.id,
    ...(correlationid !== undefined && { correlationid }),
    ...(traceparent !== undefined && { traceparent }),
    extensions: { ...event.extensions, [CHAIN]: chainAfter(by, event.subject) },
  };
}

/** What was read of an event's chain, and written for what it causes: each is asked for repeatedly. */
interface Known {
  readonly chain: Chain;
  after?: { readonly chain: Chain; readonly subject: string; readonly text: string };
}
const known = new WeakMap<ReceivedEvent, Known>();

const commonChains = new CommonChains<string>();
const commonLoops = new CommonChains<string | undefined>();

/** The chain for what `by` causes, for those who answer it when it is long gone. */
export function chainAfter(by: ReceivedEvent, subject: string): string {
  if (subject !== by.subject) return newChainAfter(by, subject);
  return commonChains.of(by, () => newChainAfter(by, subject));
}

function newChainAfter(by: ReceivedEvent, subject: string): string {
  const of = knownOf(by);
  if (of.after?.subject === subject) return of.after.text;
  const chain = of.after?.chain ?? extend(of.chain, by);
  of.after = { chain, subject, text: write(chain, subject) };
  return of.after.text;
}

/** Why this event must not be handled any more; undefined for all that did not come in circles. */
export function loopOf(event: ReceivedEvent): string | undefined {
  if (event.extensions?.[CHAIN] === undefined) return undefined;
  return commonLoops.of(event, () => newLoopOf(event));
}

function newLoopOf(event: ReceivedEvent): string | undefined {
  const { chain } = knownOf(event);
  if (chain.hops >= MAX_HOPS) return `${chain.hops} messages caused each other`;
  const link = chain.links.find(({ type, subject }) => isOf(event, type, subject));
  const times = (link?.count ?? 0) + 1;
  if (times < MAX_REPEATS) return undefined;
  return `it came round ${times} times, each caused by the one before`;
}

const isOf = (event: ReceivedEvent, type: string, subject: string): boolean =>
  type === short(event.type) && subject === short(event.subject);

// A character cut in two cannot be URI-encoded.
const short = (text: string): string =>
  text.length <= MAX_NAME ? text : text.slice(0, MAX_NAME).toWellFormed();

function knownOf(event: ReceivedEvent): Known {
  const before = known.get(event);
  if (before) return before;
  const text = event.extensions?.[CHAIN];
  const chain = text === undefined ? { hops: 0, links: [] } : read(text, event.subject);
  const now: Known = { chain };
  known.set(event, now);
  return now;
}

function extend({ hops, links }: Chain, by: ReceivedEvent): Chain {
  const before = links.find(({ type, subject }) => isOf(by, type, subject));
  const others = links.filter((link) => link !== before);
  const count = (before?.count ?? 0) + 1;
  const link: Link = { type: short(by.type), subject: short(by.subject), count };
  return { hops: hops + 1, links: [...others, link].slice(-MAX_ENTRIES) };
}

const write = ({ hops, links }: Chain, ownSubject: string): string =>
  [
    String(hops),
    ...links.map(({ type, subject, count }) => {
      const name = encodeURIComponent(type);
      const about = subject === short(ownSubject) ? '' : `|${encodeURIComponent(subject)}`;
      return `${count}*${name}${about}`;
    }),
  ].join(' ');

/** Whatever it holds, a chain from outside must not make its message fail. */
function read(text: string, ownSubject: string): Chain {
  const [hops = '', ...entries] = text.split(' ');
  const links = entries.slice(-MAX_ENTRIES).flatMap((entry): Link[] => {
    const [, count, type, subject] = /^(\d{1,9})\*([^|]+)(?:\|(.*))?$/.exec(entry) ?? [];
    if (count === undefined || type === undefined) return [];
    return [
      {
        count: Number(count),
        type: short(decoded(type)),
        subject: short(subject === undefined ? ownSubject : decoded(subject)),
      },
    ];
  });
  return { hops: /^\d{1,9}$/.test(hops) ? Number(hops) : 0, links };
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
