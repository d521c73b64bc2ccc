/** The part of a service's settings that messaging reads. */
export interface MessagingSettings {
  /** `postgres://role:password@host:port/database` */
  readonly DATABASE_URL: string;
  readonly DATABASE_POOL_SIZE: number;
  readonly KAFKA_BROKERS: readonly string[];
  /** Put before every topic and consumer group, so that environments can share a broker. */
  readonly TOPIC_PREFIX: string;
  /** Of so many events handled the log shows one; 0 or absent: none. */
  readonly LOG_SAMPLE_EVERY?: number;
}
