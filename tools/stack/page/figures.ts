/** The few figures of the page, out of what the services showed now and a moment ago. */
import { sumOf, type Sample } from './prometheus-text.js';

/** What was scraped at one moment, by service; those that did not answer are missing. */
export interface Scrape {
  /** Monotonic. */
  readonly atMs: number;
  readonly services: ReadonlyMap<string, readonly Sample[]>;
}

export interface Figures {
  /** Undefined: nobody who could tell answers, or there is nothing to compare with yet. */
  readonly ordersPerSecond?: number | undefined;
  readonly sagasEndedPerSecond?: number | undefined;
  readonly sagasLive?: number | undefined;
  readonly attention?: number | undefined;
  readonly lag?: number | undefined;
  readonly deadLetters?: number | undefined;
  readonly outboxOldestS?: number | undefined;
  /** Share of the answers that were 5xx, 0 to 1. */
  readonly errorRate?: number | undefined;
}

/** What people and machines ask to watch is not what is watched. */
const isWatching = ({ route = '' }: Sample['labels']): boolean =>
  route === '/metrics' || route.startsWith('/health');

const REQUESTS = 'http_request_duration_seconds_count';

export function figuresOf(now: Scrape, before: Scrape | undefined): Figures {
  const requests = increase(now, before, REQUESTS, (labels) => !isWatching(labels));
  const faults = increase(
    now,
    before,
    REQUESTS,
    (labels) => !isWatching(labels) && (labels['status'] ?? '').startsWith('5'),
  );
  return {
    ordersPerSecond: rate(now, before, REQUESTS, isAccepted),
    sagasEndedPerSecond: rate(now, before, 'saga_duration_seconds_count'),
    sagasLive: total(now, 'saga_live'),
    attention: total(now, 'saga_attention'),
    lag: total(now, 'messaging_consumer_lag'),
    deadLetters: deadLetters(now),
    outboxOldestS: highest(now, 'messaging_outbox_oldest_seconds'),
    errorRate: requests === undefined ? undefined : requests === 0 ? 0 : (faults ?? 0) / requests,
  };
}

const isAccepted = ({ service, method, route, status }: Sample['labels']): boolean =>
  service === 'order' && method === 'POST' && route === '/orders' && status === '202';

const total = ({ services }: Scrape, name: string): number | undefined =>
  added([...services.values()].map((samples) => sumOf(samples, name)));

/** Several services may read one topic, and each tells of the same dead letters. */
function deadLetters({ services }: Scrape): number | undefined {
  const byTopic = new Map<string, number>();
  for (const { name, labels, value } of [...services.values()].flat()) {
    if (name === 'messaging_dead_letters_kept') byTopic.set(labels['topic'] ?? '', value);
  }
  return byTopic.size === 0 && services.size === 0 ? undefined : added([0, ...byTopic.values()]);
}

function highest({ services }: Scrape, name: string): number | undefined {
  const values = [...services.values()]
    .flat()
    .flatMap((sample) => (sample.name === name ? [sample.value] : []));
  return values.length === 0 ? undefined : Math.max(...values);
}

/** Of counters, service by service: one that began anew counts from zero, as Prometheus does it. */
function increase(
  now: Scrape,
  before: Scrape | undefined,
  name: string,
  matches?: (labels: Sample['labels']) => boolean,
): number | undefined {
  if (before === undefined) return undefined;
  return added(
    [...now.services].map(([service, samples]) => {
      const was = before.services.get(service);
      if (was === undefined) return undefined;
      // One that counts nothing yet is not there.
      const isCount = sumOf(samples, name, matches) ?? 0;
      const wasCount = sumOf(was, name, matches) ?? 0;
      return isCount >= wasCount ? isCount - wasCount : isCount;
    }),
  );
}

function rate(
  now: Scrape,
  before: Scrape | undefined,
  name: string,
  matches?: (labels: Sample['labels']) => boolean,
): number | undefined {
  const more = increase(now, before, name, matches);
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1_000;
  return more === undefined || seconds <= 0 ? undefined : more / seconds;
}

const added = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
};
