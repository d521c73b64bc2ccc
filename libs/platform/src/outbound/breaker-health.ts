import type { HealthPart } from '../health/health.js';
import type { OutboundHttp } from './outbound-http.js';

/**
 * Down while the breaker is open. Never required: what cannot be done now is kept and done later, so
 * a service does not go down with those it calls.
 */
export const breakerHealth = (name: string, http: Pick<OutboundHttp, 'broken'>): HealthPart => ({
  name,
  required: false,
  check: () =>
    http.broken
      ? Promise.reject(new Error('the circuit breaker is open'))
      : Promise.resolve(undefined),
});
