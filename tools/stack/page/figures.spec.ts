import { describe, expect, it } from '@jest/globals';
import { figuresOf, type Scrape } from './figures.js';
import { readExposition } from './prometheus-text.js';

const scrape = (atMs: number, services: Record<string, string>): Scrape => ({
  atMs,
  services: new Map(
    Object.entries(services).map(([name, text]) => [name, readExposition(text).samples]),
  ),
});
const requests = (accepted: number, faults = 0): string => `
http_request_duration_seconds_count{method="POST",route="/orders",status="202",service="order"} ${accepted}
http_request_duration_seconds_count{method="GET",route="/orders",status="503",service="order"} ${faults}
http_request_duration_seconds_count{method="GET",route="/health",status="503",service="order"} 1000
http_request_duration_seconds_count{method="GET",route="/metrics",status="200",service="order"} 1000`;

describe('the figures of the page', () => {
  it('are rates between two looks, and sums of what is now', () => {
    const before = scrape(1_000, { order: requests(10), orchestrator: '' });
    const now = scrape(3_000, {
      order: `${requests(16, 2)}
messaging_outbox_oldest_seconds{service="order"} 0.5
messaging_dead_letters_kept{topic="shipment.events"} 3`,
      orchestrator: `
saga_duration_seconds_count{definition="a",state="completed"} 4
saga_duration_seconds_count{definition="b",state="compensated"} 2
saga_live{definition="a",state="running"} 7
saga_live{definition="a",state="compensating"} 1
saga_attention{definition="a"} 1
messaging_consumer_lag{topic="t",partition="0"} 5
messaging_consumer_lag{topic="t",partition="1"} 6
messaging_outbox_oldest_seconds{service="orchestrator"} 2
messaging_dead_letters_kept{topic="shipment.events"} 3
messaging_dead_letters_kept{topic="saga.inbox"} 1`,
    });
    expect(figuresOf(now, before)).toEqual({
      ordersPerSecond: 3,
      sagasEndedPerSecond: 3,
      sagasLive: 8,
      attention: 1,
      lag: 11,
      deadLetters: 4,
      outboxOldestS: 2,
      errorRate: 2 / 8,
    });
  });

  it('are unknown while there is nothing to compare with, and where nobody answers', () => {
    const first = figuresOf(scrape(0, { order: requests(5) }), undefined);
    expect(first).toMatchObject({
      ordersPerSecond: undefined,
      errorRate: undefined,
      deadLetters: 0,
    });
    const nobody = figuresOf(scrape(1_000, {}), scrape(0, { order: requests(5) }));
    expect(Object.values(nobody).every((value) => value === undefined)).toBe(true);
  });

  it('see a service that began anew count from zero', () => {
    const before = scrape(0, { order: requests(100) });
    expect(figuresOf(scrape(1_000, { order: requests(4) }), before).ordersPerSecond).toBe(4);
    const idle = figuresOf(scrape(1_000, { order: requests(100) }), before);
    expect(idle).toMatchObject({ ordersPerSecond: 0, errorRate: 0 });
  });
});
