/** Who had something done travels with the facts of it, as a CloudEvents extension. */
import type { OutgoingEvent } from './event.js';

const ACTOR = 'actor';

/** @param actor undefined where nobody is known: then the event is as it was */
export const doneBy = <Data>(
  actor: string | undefined,
  event: OutgoingEvent<Data>,
): OutgoingEvent<Data> =>
  actor === undefined ? event : { ...event, extensions: { ...event.extensions, [ACTOR]: actor } };
