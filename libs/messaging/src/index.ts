export { allStatements } from './all-statements.js';
// Messages
export { newId } from './event.js';
export type {
  CloudEvent,
  EventBatch,
  EventFailure,
  OutgoingEvent,
  ReceivedEvent,
} from './event.js';
export { doneBy } from './actor.js';
export { decode, forwardProblem, textHeaders } from './codec.js';
export { CHAIN } from './common-chains.js';
export { caused, chainAfter } from './loop-guard.js';
export { DEAD_LETTER_TYPE, deadLetter, deadLetterTopicOf } from './dead-letter.js';
export type { DeadLetterData, DeadLetterReason } from './dead-letter.js';

// Transactions
export { Database } from './database.js';
export type { Tx } from './database.js';
export { openDatabase } from './database-connect.js';
export type { DatabaseOptions } from './database-connect.js';
export type { AskedPosition, StreamPosition, UnitOfWork } from './unit-of-work.js';
export { CommitUnknownError, EventTooLargeError, isTransient } from './errors.js';
export { RequestTooLargeError, RetryableError } from './errors.js';
export { asStillLocked, StillLockedError, waitingAtMost } from './lock-wait.js';
export { PartitionUpkeep } from './partition-upkeep.js';
export type { DayPartition, PartitionedTable } from './partitions.js';

// Services
export { MessagingModule } from './module.js';
export type { MessagingOptions } from './module.js';
export type { MessagingSettings } from './settings.js';
export { jsonList, jsonListSql, jsonTexts } from './json-list.js';
export type { MessagingLog } from './log.js';
export { BatchHandler, PoisonHandler, RawBatchHandler } from './transport/decorators.js';
export { connectTransport } from './transport/connect.js';
export { createService, runService } from './service.js';
export type { ServiceDefinition } from './service.js';

// The parts, for tools, tests and the simulator
export { systemClock } from './clock.js';
export type { Clock } from './clock.js';
export { crashPoint, divertCrashPoints } from './crash-point.js';
export { Outbox } from './outbox/outbox.js';
export type { OutboxOptions } from './outbox/outbox.js';
export { DEFAULT_LEASE_TIMES } from './outbox/leases.js';
export type { LeaseTimes } from './outbox/leases.js';
export { OUTBOX_TABLE } from './outbox/partitions.js';
export type * from './outbox/ports.js';
export { PostgresOutboxStorage } from './outbox/postgres-storage.js';
export { DEFAULT_PUBLISHER_LIMITS } from './outbox/publisher.js';
export type { PublisherLimits } from './outbox/publisher.js';
export { BatchGatherer } from './transport/gatherer.js';
export { BatchRunner } from './transport/batch-runner.js';
export type { BatchControl, BatchRunnerPorts, TopicHandlers } from './transport/batch-runner.js';
export type { RawMessage, WireMessage } from './wire.js';
export { KafkaClient } from './kafka/client.js';
export type { TailOptions } from './kafka/client.js';
export type { KafkaOptions } from './kafka/options.js';
export { KafkaPublisher } from './kafka/producer.js';
export { GroupConsumer } from './kafka/group-consumer.js';
export { DEFAULT_TUNING, READER_TUNING } from './kafka/consumer-options.js';
export type {
  ConsumerTuning,
  GroupConsumerOptions,
  PartitionControl,
} from './kafka/consumer-options.js';
export { createKafka } from './kafka/kafkajs.js';
export type {
  ConnectKafka,
  ConsumerPort,
  ConsumerRun,
  FetchedPayload,
  KafkaPort,
  ProducerPort,
} from './kafka/ports.js';
export type { TopicChanges, TopicRequirement } from './kafka/topics.js';
