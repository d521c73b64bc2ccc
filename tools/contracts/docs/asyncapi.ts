/** The contracts as an AsyncAPI 3.0 document. Pure. */
import { deadLetterTopic, type TopicSpec } from '#contracts';
import type { Topics } from '../topics.js';
import type { Entry } from './catalogue.js';
import { headerSchemas, headersFor } from './headers.js';
import { OPERATORS, readersOf, RETELLER, sendersOf, type Handled } from './services.js';

export interface Documented {
  readonly entries: readonly Entry[];
  readonly topics: Topics;
  /** The topics that each service reads. */
  readonly handled: Handled;
  readonly version: string;
}

export const participantsOf = (entries: readonly Entry[]): readonly string[] =>
  [...new Set(entries.flatMap(({ participants = [] }) => participants))].toSorted();

export const isReplay = (topic: string): boolean => topic.endsWith('.replay');

/** On a topic of facts told again there is each fact; elsewhere what is declared for it. */
export const messagesOf = (topic: string, entries: readonly Entry[]): readonly Entry[] =>
  isReplay(topic)
    ? entries.filter(({ kind }) => kind === 'event')
    : entries.filter((entry) => entry.topic === topic);

export const asyncapiOf = (documented: Documented): object => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Messages of the saga orchestrator',
    version: documented.version,
    description: DESCRIPTION,
  },
  defaultContentType: 'application/json',
  channels: Object.fromEntries(
    Object.entries(documented.topics).map(([topic, spec]) => [
      topic,
      channel(topic, spec, documented.entries),
    ]),
  ),
  operations: operationsOf(documented),
  components: {
    messages: Object.fromEntries(
      documented.entries.map((entry) => [entry.name, message(entry, documented.topics)]),
    ),
    schemas: headerSchemas,
  },
});

const DESCRIPTION = `Commands, their replies and facts between the services, as CloudEvents 1.0 over Kafka in binary mode:
attributes are headers, the value is the data as JSON. Fields that a reader does not know are ignored.
Messages come at least once; the header ce_id is the same when one comes again.`;

function channel(topic: string, spec: TopicSpec, entries: readonly Entry[]): object {
  const { partitions, retentionMs, key, compacted } = spec;
  return {
    address: topic,
    description: `Keyed by ${key}. What cannot be handled goes to ${deadLetterTopic(topic)}.`,
    messages: Object.fromEntries(
      messagesOf(topic, entries).map(({ name }) => [
        name,
        { $ref: `#/components/messages/${name}` },
      ]),
    ),
    bindings: {
      kafka: {
        topic,
        partitions,
        topicConfiguration: {
          'cleanup.policy': [compacted ? 'compact' : 'delete'],
          'retention.ms': retentionMs,
        },
        bindingVersion: '0.5.0',
      },
    },
  };
}

function message(entry: Entry, topics: Topics): object {
  const { name, version, kind, type, topic, payload, summary, example } = entry;
  return {
    name: type,
    title: `${name} v${version}`,
    ...(summary !== undefined && { summary }),
    tags: [{ name: kind }],
    headers: headersFor(kind, type),
    payload,
    ...(kind !== 'event' && { correlationId: { location: '$message.header#/ce_correlationid' } }),
    bindings: {
      kafka: {
        key: { type: 'string', description: topics[topic]?.key ?? '' },
        bindingVersion: '0.5.0',
      },
    },
    ...(example !== undefined && { examples: [{ name: 'golden', payload: example }] }),
  };
}

function operationsOf({ entries, topics, handled }: Documented): object {
  const operations: Record<string, object> = {};
  const participants = participantsOf(entries);
  for (const topic of Object.keys(topics)) {
    const read = messagesOf(topic, entries);
    const sent = new Map<string, readonly Entry[]>(isReplay(topic) ? [[RETELLER, read]] : []);
    for (const entry of entries.filter((one) => one.topic === topic)) {
      for (const sender of sendersOf(entry, participants)) {
        sent.set(sender, [...(sent.get(sender) ?? []), entry]);
      }
    }
    for (const [sender, messages] of [...sent].toSorted(([one], [other]) =>
      one < other ? -1 : 1,
    )) {
      operations[`${sender}-sends-to-${topic}`] = operation('send', sender, topic, messages);
    }
    for (const reader of readersOf(topic, handled)) {
      operations[`${reader}-reads-${topic}`] = operation('receive', reader, topic, read);
    }
  }
  return operations;
}

function operation(
  action: 'send' | 'receive',
  service: string,
  topic: string,
  messages: readonly Entry[],
): object {
  const replies = [...new Set(messages.flatMap(({ replies: names = [] }) => names))];
  return {
    action,
    title: `${service} ${action === 'send' ? 'sends to' : 'reads'} ${topic}`,
    ...(service === OPERATORS && { description: 'People, with the tools they run the system by.' }),
    tags: [{ name: service }],
    channel: { $ref: `#/channels/${topic}` },
    messages: messages.map(({ name }) => ({ $ref: `#/channels/${topic}/messages/${name}` })),
    ...(replies.length > 0 && {
      reply: {
        channel: { $ref: '#/channels/saga.inbox' },
        messages: replies.map((name) => ({ $ref: `#/channels/saga.inbox/messages/${name}` })),
      },
    }),
  };
}
