import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { cureRequestQueue, requestQueueClass, type RequestQueue } from './request-queue.js';

const silent = { debug: () => undefined, warn: () => undefined };

interface Queue extends RequestQueue {
  push(request: object): void;
  fulfillRequest(response: object): void;
  maybeThrottle(ms: number): void;
}

const aQueue = (maxInFlightRequests: number | null = null): Queue => {
  const Queue = requestQueueClass();
  if (Queue === undefined) throw new Error('kafkajs has no request queue where it was');
  return new Queue({
    maxInFlightRequests,
    requestTimeout: 5_000,
    enforceRequestTimeout: true,
    clientId: 'test',
    broker: 'test',
    logger: silent,
  }) as Queue;
};

let sent: number[];
let failed: number[];
const request = (correlationId: number) => ({
  entry: {
    correlationId,
    apiName: 'Test',
    resolve: () => undefined,
    reject: () => failed.push(correlationId),
  },
  expectResponse: true,
  sendRequest: () => sent.push(correlationId),
});

beforeEach(() => {
  jest.useFakeTimers();
  sent = [];
  failed = [];
});
afterEach(() => {
  jest.useRealTimers();
});

describe('the cured request queue', () => {
  test('was found, for else every idle connection costs CPU', () => {
    expect(cureRequestQueue()).toBe(true);
    expect(cureRequestQueue()).toBe(true);
  });

  test('has no timer while nothing waits', () => {
    const queue = aQueue();
    queue.push(request(1));
    queue.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
    expect(sent).toEqual([1]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('still sends what had to wait for room', () => {
    const queue = aQueue(1);
    queue.push(request(1));
    queue.push(request(2));
    expect(sent).toEqual([1]);
    queue.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
    expect(sent).toEqual([1, 2]);
  });

  test('still sends what the broker asked to delay', () => {
    const queue = aQueue();
    queue.maybeThrottle(300);
    queue.push(request(1));
    jest.advanceTimersByTime(250);
    expect(sent).toEqual([]);
    jest.advanceTimersByTime(100);
    expect(sent).toEqual([1]);
  });

  test('still gives up on requests that are not answered', () => {
    const queue = aQueue();
    queue.scheduleRequestTimeoutCheck();
    queue.push(request(1));
    jest.advanceTimersByTime(4_900);
    expect(failed).toEqual([]);
    jest.advanceTimersByTime(2_000);
    expect(failed).toEqual([1]);
    queue.destroy();
    expect(jest.getTimerCount()).toBe(0);
  });
});
