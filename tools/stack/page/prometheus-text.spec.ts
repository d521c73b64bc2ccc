import { describe, expect, it } from '@jest/globals';
import { readExposition, sumOf } from './prometheus-text.js';

const TEXT = `# HELP requests_total All of them
# TYPE requests_total counter
requests_total{route="/a\\"b\\\\c\\nd",status="200"} 3
requests_total{route="/b",status="503"} 1.5e1

# TYPE lag gauge
lag 7 1764191000000
# TYPE seconds histogram
seconds_bucket{le="+Inf"} +Inf
not a sample
# TYPE silent counter
`;

describe('the text of /metrics', () => {
  it('is read with labels, types and every kind of number', () => {
    const { samples, types } = readExposition(TEXT);
    expect(samples).toEqual([
      { name: 'requests_total', labels: { route: '/a"b\\c\nd', status: '200' }, value: 3 },
      { name: 'requests_total', labels: { route: '/b', status: '503' }, value: 15 },
      { name: 'lag', labels: {}, value: 7 },
      { name: 'seconds_bucket', labels: { le: '+Inf' }, value: Infinity },
    ]);
    expect([...types]).toEqual([
      ['requests_total', 'counter'],
      ['lag', 'gauge'],
      ['seconds', 'histogram'],
      ['silent', 'counter'],
    ]);
  });

  it('is added up where there is something', () => {
    const { samples } = readExposition(TEXT);
    expect(sumOf(samples, 'requests_total')).toBe(18);
    expect(sumOf(samples, 'requests_total', ({ status }) => status === '200')).toBe(3);
    expect(sumOf(samples, 'silent')).toBeUndefined();
  });
});
