/** Promise attacked here: what is wrong with an endpoint is said as at every other door. */
import { describe, expect, it } from '@jest/globals';
import { ProblemException, type FieldError } from '#platform';
import { PUBLIC_EVENTS } from '../webhooks/public-events.js';
import { readEndpointBody } from './webhook-endpoints.dto.js';

const fine = { url: 'https://m.example/hooks', events: ['order.confirmed'] };

function faultsOf(body: unknown): readonly FieldError[] {
  try {
    readEndpointBody(body);
    return [];
  } catch (error) {
    if (!(error instanceof ProblemException)) throw error;
    expect(error.problem.status).toBe(400);
    return error.problem.errors ?? [];
  }
}

describe('the body of an endpoint', () => {
  it('is read, each event once', () => {
    const events = ['order.confirmed', 'order.confirmed'];
    expect(readEndpointBody({ ...fine, events })).toEqual({ ...fine, enabled: true });
  });

  it.each([{}, null, undefined])('names every field that is missing in %j', (body) => {
    expect(faultsOf(body)).toEqual([
      { field: 'url', message: 'is missing' },
      { field: 'events', message: 'is missing' },
    ]);
  });

  it.each([
    [{ url: 7 }, 'url', 'must be a text'],
    [{ url: null }, 'url', 'must be a text'],
    [{ url: '' }, 'url', 'must not be empty'],
    [{ url: 'x'.repeat(2001) }, 'url', 'must have at most 2000 characters'],
    [{ events: 'order.confirmed' }, 'events', 'must be a list'],
    [{ events: [] }, 'events', 'must have at least 1 entries'],
    [{ events: ['order.lost'] }, 'events.0', `must be one of: ${PUBLIC_EVENTS.join(', ')}`],
    [{ enabled: 'yes' }, 'enabled', 'must be true or false'],
    [{ secret: 'x' }, 'secret', 'is not known'],
  ])('says of %j what it must be', (change, field, message) => {
    expect(faultsOf({ ...fine, ...change })).toEqual([{ field, message }]);
  });

  it('has to be an object', () => {
    for (const body of [[], 'x', 1]) {
      expect(faultsOf(body)).toEqual([{ field: '', message: 'must be a JSON object' }]);
    }
  });

  it('with thousands of faults gets no novel in answer', () => {
    const events = Array.from({ length: 5_000 }, () => 'none');
    expect(faultsOf({ ...fine, events })).toHaveLength(1);
    const more = Object.fromEntries(events.map((_, index) => [`x${index}`, 1]));
    expect(faultsOf({ ...fine, ...more })).toHaveLength(50);
    const [unknown] = faultsOf({ ...fine, ['x'.repeat(5_000)]: 1 });
    expect(unknown?.field).toHaveLength(200);
  });
});
