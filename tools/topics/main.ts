/**
 * Creates every topic of the system on KAFKA_BROKERS, those that are missing only, with the prefix
 * TOPIC_PREFIX. Waits for a broker that is still starting.
 */
import { brokerAnswers, createTopics, waitFor } from '#testing';

const brokers = process.env['KAFKA_BROKERS'];
if (!brokers) {
  console.error('✗ KAFKA_BROKERS is not set.');
  process.exit(1);
}
try {
  await waitFor(() => brokerAnswers(brokers), {
    what: `Kafka to answer at ${brokers}`,
    timeoutMs: 120_000,
    intervalMs: 500,
  });
  const topics = await createTopics(brokers, process.env['TOPIC_PREFIX'] ?? '');
  console.log(`✓ ${topics.length} topics`);
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
