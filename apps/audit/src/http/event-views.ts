import type { EventPage } from '../persistence/read-events.js';
import type { StoredEvent } from '../domain/stored-event.js';
import type { EventDto, EventPageDto } from './events.dto.js';
import { cursorOf } from './input.js';

export const pageView = ({ events, cursor, more }: EventPage): EventPageDto => ({
  items: events.map(eventView),
  cursor: cursorOf(cursor),
  more,
});

export function eventView(event: StoredEvent): EventDto {
  const { id, source, type, subject, time, topic, key, aggregateType, aggregateId } = event;
  const { revision, correlationid, causationid, traceparent, extensions } = event;
  return {
    ...{ id, source, type, subject, time, topic, key, aggregateType, aggregateId },
    ...(revision !== null && { revision: Number(revision) }),
    data: JSON.parse(event.data) as unknown,
    ...(correlationid !== null && { correlationid }),
    ...(causationid !== null && { causationid }),
    ...(traceparent !== null && { traceparent }),
    ...(extensions !== null && { extensions }),
  };
}
