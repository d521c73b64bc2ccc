import type { OrderEvent } from '../domain/order-event.js';
import type { OrderEventDto } from './events.dto.js';

/** One entry of a history, as the page and the stream show it. */
export const eventView = ({
  seq,
  type,
  status,
  revision,
  details,
  at,
}: OrderEvent): OrderEventDto => ({
  seq,
  type,
  status,
  revision,
  ...(details.reason && { reason: details.reason }),
  ...(details.trackingNumber !== undefined && { trackingNumber: details.trackingNumber }),
  ...(details.returnId !== undefined && { returnId: details.returnId }),
  at: at.toISOString(),
});

/** As the HTML standard frames it; JSON has no line breaks of its own. */
export const eventFrame = (event: OrderEvent): string =>
  `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(eventView(event))}\n\n`;
