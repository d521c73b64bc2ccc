/** All facts that there ever were, from the service that keeps them. */
import { z } from 'zod';
import { eventType } from '#contracts';
import type { CloudEvent } from '#messaging';
import { OutboundError, backoffMs, runtime, type OutboundHttp } from '#platform';

const storedEvent = z.object({
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  time: z.string(),
  topic: z.string(),
  key: z.string(),
  data: z.unknown(),
  correlationid: z.string().optional(),
  causationid: z.string().optional(),
  extensions: z.record(z.string(), z.string()).optional(),
});
const storedPage = z.object({
  items: z.array(storedEvent),
  /** Reading on from here misses nothing and repeats nothing. */
  cursor: z.string(),
  more: z.boolean(),
});

export interface StorePage {
  readonly events: readonly CloudEvent[];
  readonly cursor: string;
  readonly more: boolean;
}

/** @param after where the page before ended; undefined for the first */
export type ReadStore = (after: string | undefined, signal: AbortSignal) => Promise<StorePage>;

export interface EventStoreOptions {
  readonly http: Pick<OutboundHttp, 'request'>;
  /** Names of the contracts that are asked for. */
  readonly types: readonly string[];
  /** How long a store that does not answer is asked again. Default 60,000. */
  readonly patienceMs?: number;
}

/** The most the store gives, and what one transaction takes in. */
const PAGE = 1_000;
const BACKOFF = { baseMs: 100, maxMs: 2_000 };

/**
 * Reads page after page. Answers have a largest size: where a page is too large for it, shorter ones
 * are asked for, and from then on.
 * @throws OutboundError when the store stays silent, Error when it does not know what it is asked
 */
export function eventStore({ http, types, patienceMs = 60_000 }: EventStoreOptions): ReadStore {
  const wanted = types.map((name) => ['type', name] satisfies [string, string]);
  const expected = new Set(types.map(eventType));
  let limit = PAGE;

  const ask = async (after: string | undefined): Promise<StorePage> => {
    const query = new URLSearchParams([...wanted, ['limit', String(limit)]]);
    if (after !== undefined) query.set('after', after);
    const answer = await http.request({ method: 'GET', path: `/events?${query.toString()}` });
    if (answer.status !== 200) throw new Error(`the event store answered ${answer.status}`);
    const page = storedPage.safeParse(answer.body);
    if (!page.success) throw new Error('the event store answered what is no page of events');
    const { items, cursor, more } = page.data;
    return {
      events: items.filter(({ type }) => expected.has(type)).map(withoutAbsent),
      cursor,
      more,
    };
  };

  return async (after, signal) => {
    const deadline = runtime.monotonicMs() + patienceMs;
    for (let attempts = 1; ; attempts += 1) {
      signal.throwIfAborted();
      try {
        return await ask(after);
      } catch (error) {
        if (!(error instanceof OutboundError)) throw error;
        if (isTooLarge(error) && limit > 1) limit = Math.ceil(limit / 4);
        else if (runtime.monotonicMs() > deadline) throw error;
        else await pause(Math.max(backoffMs(BACKOFF, attempts), error.retryAfterMs), signal);
      }
    }
  };
}

type StoredEvent = z.output<typeof storedEvent>;

/** What is absent is not there as undefined either. */
function withoutAbsent({
  correlationid,
  causationid,
  extensions,
  ...event
}: StoredEvent): CloudEvent {
  return {
    ...event,
    ...(correlationid !== undefined && { correlationid }),
    ...(causationid !== undefined && { causationid }),
    ...(extensions && { extensions }),
  };
}

const isTooLarge = ({ message }: OutboundError): boolean =>
  message.includes('UND_ERR_RES_EXCEEDED_MAX_SIZE');

/** Resolves early, too, when the signal is given. */
export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = runtime.after(delayMs, end);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}
