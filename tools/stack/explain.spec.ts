import { describe, expect, it } from '@jest/globals';
import { ProcessFailure } from '#testing';
import { explain } from './explain.js';
import { StackProblem } from './settings.js';

const failed = (name: string, ...lines: string[]) =>
  new ProcessFailure(name, `${name} did not start; it ended with exit code 1`, '/l/x.log', lines);

describe('the line about a failed start', () => {
  it.each([
    ['Postgres', 'FATAL:  could not write lock file: No space left on device', 'the disk is full'],
    ['Kafka', 'java.io.IOException: No space left on device', 'the disk is full'],
    ['Postgres', 'PANIC:  could not locate a valid checkpoint record at 0/0', 'is damaged'],
    ['Postgres', 'FATAL:  "/d" is not a valid data directory', 'is damaged'],
    ['Postgres', 'FATAL:  database files are incompatible with server', 'damaged, or'],
    ['Kafka', 'java.lang.RuntimeException: No readable meta.properties files found.', 'is damaged'],
    ['Kafka', 'java.lang.RuntimeException: Error: node ID not found in /d/logs', 'is damaged'],
    ['order', 'Error: listen EADDRINUSE: address already in use 127.0.0.1:3000', 'port was taken'],
  ])('%s: %s', (name, line, cause) => {
    const text = explain(name, failed(name, 'something before', line));
    expect(text).toContain(cause);
    expect(text).toContain(name);
    expect(text.split('\n')).toHaveLength(1);
  });

  it('says how to get rid of damaged data', () => {
    const text = explain(
      'Postgres',
      failed('Postgres', 'FATAL: "/d" is not a valid data directory'),
    );
    expect(text).toContain('npm run stack -- reset');
  });

  it('shows the last lines where the cause is not known', () => {
    const text = explain('order', failed('order', 'KAFKA_BROKERS is missing'));
    expect(text).toContain('order did not start; it ended with exit code 1');
    expect(text).toContain('    KAFKA_BROKERS is missing');
    expect(text).toContain('/l/x.log');
  });

  it('leaves what was written for the user as it is', () => {
    expect(explain('Kafka', new StackProblem('Do this.'))).toBe('Do this.');
    expect(explain('Kafka', new Error('No Java here.'))).toBe('Kafka: No Java here.');
  });
});
