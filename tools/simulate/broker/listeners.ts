import type { ConsumerPort } from '#messaging';

type Events = ConsumerPort['events'];
interface Event {
  readonly payload: unknown;
}
type Listener = (event: Event) => void;

const NOTHING_MORE: Event = { payload: undefined };

/** Who is told of what happens to a consumer. */
export class Listeners {
  readonly events: Events = {
    CRASH: 'consumer.crash',
    GROUP_JOIN: 'consumer.group_join',
    HEARTBEAT: 'consumer.heartbeat',
  };
  private readonly byEvent = new Map<string, Listener[]>();

  readonly on = (event: string, listener: (event: never) => void): void => {
    const listeners = this.byEvent.get(event) ?? [];
    this.byEvent.set(event, [...listeners, listener as Listener]);
  };

  emit(name: keyof Events, event = NOTHING_MORE): void {
    for (const tell of this.byEvent.get(this.events[name]) ?? []) tell(event);
  }
}
