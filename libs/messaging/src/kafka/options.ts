import type { MessagingLog } from '../log.js';

export interface KafkaOptions {
  readonly brokers: readonly string[];
  /** Shown in the broker's logs and metrics. */
  readonly clientId: string;
  /** Put before every topic and group. */
  readonly topicPrefix: string;
  readonly log: MessagingLog;
}
