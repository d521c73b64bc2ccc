import { brokerAnswers } from './kafka-admin.js';
import { startContainerKafka } from './container-kafka.js';
import { chooseKafkaImage } from './kafka-image.js';
import { MissingToolError, type KafkaServer } from './kafka-server.js';
import { startLocalKafka, type LocalKafkaOptions } from './local-kafka.js';
import { NEVER_ENDS } from '../process/managed-process.js';
import { waitFor } from '../wait-for.js';

export interface KafkaOptions extends LocalKafkaOptions {
  /** Use these brokers instead of starting one. */
  brokers?: string;
  /** `auto` (default): a container where Docker and an image are to be had, else local jars. */
  mode?: 'auto' | 'container' | 'local';
  /** How long an image may take to be pulled; default 240,000. */
  pullTimeoutMs?: number;
  /** Told why a container is passed over. */
  onNote?: (note: string) => void;
}

/** Starts a broker and resolves when topics can be made on it. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  const { brokers, mode = 'auto', port } = options;
  if (brokers !== undefined) return givenKafka(brokers);
  if (mode === 'local') return startLocalKafka(options);
  const choice = await chooseKafkaImage(options.pullTimeoutMs);
  if ('image' in choice) {
    return startContainerKafka(choice.image, {
      ...(port === undefined ? {} : { port }),
      isShortLived: options.isShortLived ?? options.dataDir === undefined,
      ...(options.dataDir === undefined ? {} : { dataDir: `${options.dataDir}-container` }),
    });
  }
  if (mode === 'container') throw new Error(`No Kafka container: ${choice.passedOver}.`);
  options.onNote?.(`no Kafka container: ${choice.passedOver}; Apache Kafka's own jars are used`);
  try {
    return await startLocalKafka(options);
  } catch (error) {
    if (!(error instanceof MissingToolError)) throw error;
    throw new MissingToolError(
      `${error.message} Otherwise Docker (${choice.passedOver}), or KAFKA_BROKERS set to a broker.`,
    );
  }
}

/** A busy broker may take its time to answer. */
const GIVEN_WAIT_MS = 20_000;

async function givenKafka(brokers: string): Promise<KafkaServer> {
  await waitFor(() => brokerAnswers(brokers), { what: 'Kafka', timeoutMs: GIVEN_WAIT_MS }).catch(
    () => {
      throw new Error(`KAFKA_BROKERS is set, but no Kafka answers there (${brokers}).`);
    },
  );
  const notOurs = () => Promise.reject(new Error('This Kafka was given, not started here.'));
  return {
    brokers,
    kind: 'given',
    description: 'given by KAFKA_BROKERS',
    pid: undefined,
    containerId: undefined,
    exited: NEVER_ENDS,
    stop: () => Promise.resolve(),
    kill: () => Promise.resolve(),
    stopBroker: notOurs,
    startBroker: notOurs,
  };
}
