import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Poll } from './poll.js';

const log = { debug: jest.fn(), info: jest.fn(), warn: jest.fn(), error: jest.fn() };
/** Lets what was started by a timer go as far as it can. */
const settled = () => jest.advanceTimersByTimeAsync(0);

describe('Poll', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const poll = (run: () => Promise<boolean>) => new Poll({ name: 'x', everyMs: 1000, log, run });

  it('goes on at once while there is more, then waits', async () => {
    const left = [true, true, false, false];
    let runs = 0;
    const polling = poll(() => Promise.resolve(left[runs++] ?? false));
    polling.start();
    await settled();
    expect(runs).toBe(3);
    await jest.advanceTimersByTimeAsync(1200);
    expect(runs).toBe(4);
    await polling.stop();
    await jest.advanceTimersByTimeAsync(5000);
    expect(runs).toBe(4);
  });

  it('never runs twice at a time, and once more when it was woken meanwhile', async () => {
    let release = (): void => undefined;
    let runs = 0;
    const polling = poll(() => {
      runs += 1;
      return new Promise((resolve) => (release = () => resolve(false)));
    });
    polling.start();
    polling.wake();
    polling.wake();
    expect(runs).toBe(1);
    release();
    await settled();
    expect(runs).toBe(2);
    const stopped = polling.stop();
    release();
    await stopped;
    polling.wake();
    expect(runs).toBe(2);
  });

  it('outlives a failure', async () => {
    let runs = 0;
    const polling = poll(() => {
      runs += 1;
      return Promise.reject(new Error('away'));
    });
    polling.start();
    await jest.advanceTimersByTimeAsync(1200);
    expect(runs).toBe(2);
    expect(log.warn).toHaveBeenCalled();
    await polling.stop();
  });
});
