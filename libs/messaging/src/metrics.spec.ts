import { describe, expect, it } from '@jest/globals';
import { metricsRegistry, runtime } from '#platform';
import type { ReceivedEvent } from './event.js';
import { anEvent, fetched } from './fixtures/events.js';
import { decode } from './codec.js';
import { beginCounting, observeHandled, observePublished } from './metrics.js';

const received = (type: string, time: string): ReceivedEvent => {
  const decoded = decode(fetched(anEvent({ type, time })));
  if ('undecodable' in decoded) throw new Error(decoded.undecodable.message);
  return decoded.event;
};
const ago = (ms: number): string => new Date(runtime.date().getTime() - ms).toISOString();
const shown = (name: string): Promise<string> => metricsRegistry.getSingleMetricAsString(name);

describe('what a batch is counted as', () => {
  it('is each event, and one observation a type', async () => {
    const events = [
      received('first', ago(60_000)),
      received('first', ago(10)),
      received('second', ago(-60_000)),
      received('second', 'no time'),
    ];
    observeHandled(events, 250);
    observeHandled([], 250);
    const counted = await shown('messaging_events_total');
    expect(counted).toMatch(/type="first"[^}]*\} 2/);
    expect(counted).toMatch(/type="second"[^}]*\} 2/);
    const processing = await shown('messaging_event_processing_seconds');
    expect(processing).toMatch(/_count\{[^}]*type="first"[^}]*\} 1\n/);
    expect(processing).toMatch(/_sum\{[^}]*type="first"[^}]*\} 0\.25\n/);
    const age = await shown('messaging_event_age_seconds');
    expect(age).toMatch(/le="30",[^}]*type="first"[^}]*\} 0\n/);
    expect(age).toMatch(/le="300",[^}]*type="first"[^}]*\} 1\n/);
    expect(age).not.toContain('type="second"');
  });

  it('has no more types than anybody needs, whatever a sender calls its events', async () => {
    for (let n = 0; n < 400; n += 1) observeHandled([received(`made-up-${n}`, ago(1))], 1);
    observeHandled([received('x'.repeat(101), ago(1))], 1);
    const counted = await shown('messaging_events_total');
    expect(counted.match(/made-up-/g)?.length).toBeLessThanOrEqual(300);
    expect(Number(/type="other"[^}]*\} (\d+)/.exec(counted)?.[1])).toBeGreaterThan(100);
  });

  it('knows dead letters by their topic, and begins with none', async () => {
    beginCounting('quiet.events');
    const row = (topic: string) => ({
      seq: 1,
      message: { topic, partition: null, key: 'k', headers: {}, value: '{}' },
    });
    observePublished([row('order.events'), row('order.events'), row('order.events.dlq')]);
    const dead = await shown('messaging_dead_letters_total');
    expect(dead).toMatch(/topic="order\.events"[^}]*\} 1/);
    expect(dead).toMatch(/topic="quiet\.events"[^}]*\} 0/);
    expect(await shown('messaging_published_total')).toMatch(/topic="order\.events"[^}]*\} 2/);
    expect(await shown('messaging_loops_total')).toMatch(/topic="quiet\.events"[^}]*\} 0/);
  });
});
