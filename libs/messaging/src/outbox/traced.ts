/** Spans of events on their way to the broker: from the transaction that made them to its answer. */
import { spanBelow, type TraceSpan } from '#platform';
import { encode } from '../codec.js';
import type { OutgoingEvent } from '../event.js';
import type { WireMessage } from '../wire.js';

const spans = new WeakMap<WireMessage, TraceSpan>();

/**
 * The event as it is encoded: what is traced names the span of its sending as its trace.
 * One whose transaction is rolled back is never ended, and so never shown.
 */
export function encodeTraced(event: OutgoingEvent): WireMessage {
  const span = spanBelow(event.traceparent, () => sending(event));
  if (span === undefined) return encode(event);
  const message = encode({ ...event, traceparent: span.traceparent });
  spans.set(message, span);
  return message;
}

/** The broker has it, or it waits in the table for whoever comes to send it: `spilled`. */
export function endSending(message: WireMessage, how: 'sent' | 'spilled' = 'sent'): void {
  const span = spans.get(message);
  if (span === undefined) return;
  if (how === 'spilled') span.set({ 'outbox.spilled': true });
  span.end();
}

const sending = ({ topic, key, id, type, source }: OutgoingEvent) => ({
  name: `send ${type}`,
  kind: 'producer' as const,
  attributes: {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'send',
    'messaging.destination.name': topic,
    'messaging.kafka.message.key': key,
    'messaging.message.id': id,
    'cloudevents.event_type': type,
    'cloudevents.event_source': source,
  },
});
