import { describe, expect, it } from '@jest/globals';
import { breakerStateOf } from './breaker-watch.js';

const metrics = (value: string) =>
  `# TYPE outbound_breaker_state gauge\noutbound_breaker_state{target="payment-provider",service="payment"} ${value}\n`;

describe('the state of a breaker', () => {
  it.each([
    ['0', 'closed'],
    ['1', 'half open'],
    ['2', 'open'],
  ])('is read from its metric: %s', (value, state) => {
    expect(breakerStateOf(metrics(value))).toBe(state);
  });

  it('is closed when it was never anything else', () => {
    expect(breakerStateOf('# HELP outbound_breaker_state Circuit breaker\n')).toBe('closed');
  });
});
