import type { ProducerPort } from '#messaging';
import type { SentMessage } from './broker.js';
import type { Connection } from './connection.js';

/** How long a client waits for an acknowledgement that does not come. */
const SEND_TIMEOUT_MS = 2_000;

type Sent = readonly { readonly topic: string; readonly messages: readonly SentMessage[] }[];

/** One process's producer: a request is taken whole, in part, or not, and its answer may get lost. */
export class SimProducer implements ProducerPort {
  constructor(private readonly connection: Connection) {}

  connect(): Promise<void> {
    return this.connection.request(1, () => undefined);
  }

  disconnect(): Promise<void> {
    return Promise.resolve();
  }

  sendBatch({
    topicMessages = [],
  }: Parameters<ProducerPort['sendBatch']>[0]): ReturnType<ProducerPort['sendBatch']> {
    const { world, broker, actor } = this.connection;
    if (!actor.isAlive) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      // Under way it belongs to nobody: it arrives also when its sender is dead by then.
      world.scheduler.after(world.delays.broker(), broker.actor, () => {
        const failure = this.arrive(topicMessages);
        const afterMs = failure === UNANSWERED ? SEND_TIMEOUT_MS : world.delays.answer();
        world.scheduler.after(afterMs, actor, () =>
          failure === undefined ? resolve([]) : reject(new Error(failure)),
        );
      });
    });
  }

  /** At the broker. @returns what the sender sees of a failure */
  private arrive(sent: Sent): string | undefined {
    const { world, broker, actor } = this.connection;
    if (broker.isAway) return 'the broker cannot be reached';
    if (sent.some(({ topic }) => broker.partitions(topic).length === 0)) {
      return 'the broker does not host this topic';
    }
    const count = sent.reduce((sum, { messages }) => sum + messages.length, 0);
    const what = `${count} messages of ${actor.name}`;
    if (world.faults.strikes('send-lost', what)) return 'the request was lost';
    const leaderless =
      count > 1 && world.faults.strikes('send-partial', what) ? this.someOf(sent) : undefined;
    for (const { topic, messages } of sent) {
      for (const message of messages) {
        if (!leaderless?.has(this.placeOf(topic, message))) broker.append(topic, message);
      }
    }
    if (leaderless) return 'some partitions have no leader';
    if (!world.faults.strikes('send-unanswered', what)) return undefined;
    world.met('messages sent, but reported as failed');
    return UNANSWERED;
  }

  /** Some of the partitions that messages go to. */
  private someOf(sent: Sent): ReadonlySet<string> {
    const { random } = this.connection.world;
    const places = new Set(
      sent.flatMap(({ topic, messages }) =>
        messages.map((message) => this.placeOf(topic, message)),
      ),
    );
    return new Set(random.sample([...places], random.whole(1, places.size)));
  }

  private placeOf(topic: string, message: SentMessage): string {
    return `${topic}/${this.connection.broker.placeOf(topic, message)}`;
  }
}

const UNANSWERED = 'no acknowledgement came';
