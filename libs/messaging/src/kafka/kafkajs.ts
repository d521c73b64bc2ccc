/** How this project configures kafkajs, in one place. */
import { Kafka, logLevel, type RetryOptions, type logCreator } from 'kafkajs';
import { runtime } from '#platform';
import type { MessagingLog } from '../log.js';
import type { KafkaOptions } from './options.js';
import { useOwnCodec } from './own-codec.js';
import { cureRequestQueue } from './request-queue.js';

/**
 * Complete, because NODE_ENV=test changes the defaults. Few retries: whoever uses the client goes on
 * trying by itself and for ever, and must hear of failures to report them. The consumer never
 * restarts itself, since it does not do so after every error; it is built anew instead.
 */
export const RETRY: RetryOptions = {
  retries: 3,
  initialRetryTime: 100,
  maxRetryTime: 1_000,
  factor: 0.2,
  multiplier: 2,
  restartOnFailure: () => Promise.resolve(false),
};

export function createKafka({ brokers, clientId, log }: KafkaOptions, retry = RETRY): Kafka {
  cureRequestQueue();
  useOwnCodec();
  return new Kafka({
    brokers: [...brokers],
    clientId,
    retry,
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    enforceRequestTimeout: true,
    logLevel: logLevel.WARN,
    logCreator: logTo(log),
  });
}

/** The same line again within this time says nothing new: in an outage there are many a second. */
const REPEAT_AFTER_MS = 60_000;
const MAX_REMEMBERED = 500;

/** By log, not by client: in an outage clients are built anew again and again. */
const saidAtMs = new WeakMap<MessagingLog, Map<string, number>>();

/** What kafkajs calls an error is mostly a retry, so nothing of it is more than a warning here. */
const logTo =
  (log: MessagingLog): logCreator =>
  () =>
  ({ namespace, log: { message, timestamp: _timestamp, logger: _logger, ...fields } }) => {
    if (isNews(log, `${namespace}: ${message.replaceAll(/\d+/g, '#')}`)) {
      log.warn({ kafka: namespace, ...fields }, message);
    }
  };

function isNews(log: MessagingLog, line: string): boolean {
  const nowMs = runtime.monotonicMs();
  const said = saidAtMs.get(log) ?? new Map<string, number>();
  if (nowMs - (said.get(line) ?? -Infinity) < REPEAT_AFTER_MS) return false;
  if (said.size >= MAX_REMEMBERED) said.clear();
  saidAtMs.set(log, said.set(line, nowMs));
  return true;
}
