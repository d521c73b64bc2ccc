import { describe, expect, it } from '@jest/globals';
import { counter, gauge, histogram, metricsRegistry, startProcessMetrics } from './metrics.js';

describe('metrics', () => {
  it('answers the existing metric when it is asked for again', async () => {
    counter({ name: 'a_total', help: 'a', labelNames: ['kind'] }).inc({ kind: 'x' });
    counter({ name: 'a_total', help: 'a', labelNames: ['kind'] }).inc({ kind: 'x' });
    gauge({ name: 'b', help: 'b' }).set(3);
    gauge({ name: 'b', help: 'b' }).inc();
    histogram({ name: 'c', help: 'c', buckets: [1] }).observe(0.5);
    histogram({ name: 'c', help: 'c', buckets: [1] }).observe(2);
    startProcessMetrics('demo');
    startProcessMetrics('demo');
    const text = await metricsRegistry.metrics();
    expect(text).toContain('a_total{kind="x",service="demo"} 2');
    expect(text).toContain('b{service="demo"} 4');
    expect(text).toContain('c_count{service="demo"} 2');
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });
});
