import { describe as group, expect, it } from '@jest/globals';
import { describe } from './health.js';
import { Progress } from './progress.js';
import { describeMessage } from './tail.js';

group('what the stack shows', () => {
  it('names the parts of a service that are down', () => {
    const parts = { postgres: { status: 'up' }, kafka: { status: 'down', detail: 'no broker' } };
    expect(describe({ status: 'degraded', parts })).toBe('degraded, kafka down (no broker)');
    expect(describe({ status: 'ok', parts: {} })).toBe('ok');
  });

  it('puts a message on one line', () => {
    const line = describeMessage(3, {
      offset: '17',
      timestamp: '0',
      key: Buffer.from('k1'),
      value: Buffer.from('{"a":1}'),
      headers: { ce_type: Buffer.from('com.example.order.created') },
    });
    expect(line).toBe('1970-01-01T00:00:00.000Z 3/17 k1 com.example.order.created {"a":1}');
  });

  it('puts a message without anything on one line too', () => {
    const line = describeMessage(0, { offset: '1', timestamp: '0', key: null, value: null });
    expect(line).toBe('1970-01-01T00:00:00.000Z 0/1 - - ');
  });

  it('tells of a step when it is done, not when it failed', async () => {
    const lines: string[] = [];
    const progress = new Progress((line) => lines.push(line));
    await progress.step(
      'Kafka',
      () => Promise.resolve(5),
      (n) => `${n} topics`,
    );
    await expect(progress.step('x', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(lines).toEqual([expect.stringMatching(/^ {2}✓ Kafka: 5 topics \(\d+\.\d s\)$/)]);
  });
});
