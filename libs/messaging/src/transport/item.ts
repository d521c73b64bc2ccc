/** One message of a batch, as it is looked at before anything is done with it. */
import { spanBelow, type TraceSpan } from '#platform';
import { decode } from '../codec.js';
import { eventFields } from '../event-fields.js';
import type { ReceivedEvent } from '../event.js';
import type { MessagingLog } from '../log.js';
import { loopOf } from '../loop-guard.js';
import type { RawMessage } from '../wire.js';

export interface Item {
  readonly raw: RawMessage;
  /** Absent when it cannot be decoded. What is traced names the span of its handling as its trace. */
  readonly event?: ReceivedEvent;
  /** Why it is to be put aside. */
  readonly aside?: { readonly code: string; readonly message: string };
  /** Of its handling, where its trace is sampled. Ended when its transaction is committed. */
  readonly span?: TraceSpan;
}

interface InspectPorts {
  readonly log: MessagingLog;
  readonly count?: (what: 'loop', topic: string) => void;
}

export function inspect(raw: RawMessage, { log, count }: InspectPorts): Item {
  const decoded = decode(raw);
  if ('undecodable' in decoded) {
    const { topic, partition, offset } = raw;
    const { code, message } = decoded.undecodable;
    log.error({ topic, partition, offset, code }, `undecodable message: ${message}`);
    return { raw, aside: decoded.undecodable };
  }
  const { event } = decoded;
  const loop = loopOf(event);
  if (loop !== undefined) {
    log.error(eventFields(event), `loop: ${loop}`);
    count?.('loop', raw.topic);
    return { raw, event, aside: { code: 'loop', message: loop } };
  }
  const span = spanBelow(event.traceparent, () => handling(event));
  if (span === undefined) return { raw, event };
  return { raw, event: { ...event, traceparent: span.traceparent }, span };
}

const handling = (event: ReceivedEvent) => ({
  name: `handle ${event.type}`,
  kind: 'consumer' as const,
  attributes: {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.destination.name': event.topic,
    'messaging.destination.partition.id': String(event.partition),
    'messaging.kafka.offset': Number(event.offset),
    'messaging.kafka.message.key': event.key,
    'messaging.message.id': event.id,
    'cloudevents.event_type': event.type,
    'cloudevents.event_source': event.source,
    'cloudevents.event_subject': event.subject,
  },
});
