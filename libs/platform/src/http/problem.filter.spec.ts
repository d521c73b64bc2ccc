import { describe, expect, it, jest } from '@jest/globals';
import type { Logger } from '../logger.js';
import { ProblemFilter } from './problem.filter.js';
import { ProblemException } from './problem.js';

function answered(error: unknown) {
  const warn = jest.fn();
  const err = jest.fn();
  const logger = { warn, error: err } as unknown as Logger;
  const filter = new ProblemFilter({ logger, methodsOf: () => [] });
  const status = jest.fn();
  const reply = { sent: false, status, header: jest.fn(), send: jest.fn() };
  filter.reply(error, { method: 'GET', url: '/events' }, reply);
  return { status, warn, error: err };
}

describe('what is logged of an answer', () => {
  it('is a fault with its stack', () => {
    const { status, warn, error } = answered(new Error('a bug'));
    expect(status).toHaveBeenCalledWith(500);
    expect(error).toHaveBeenCalledTimes(1);
    expect(warn).not.toHaveBeenCalled();
  });

  it('is a line without a stack where the service refuses on purpose', () => {
    const { status, warn, error } = answered(
      new ProblemException(503, 'Busy', 'Too many streams.'),
    );
    expect(status).toHaveBeenCalledWith(503);
    expect(error).not.toHaveBeenCalled();
    expect(warn.mock.calls).toEqual([
      [{ status: 503, why: 'Too many streams.', method: 'GET', url: '/events' }, 'http'],
    ]);
  });

  it('is nothing where the caller is wrong', () => {
    const { warn, error } = answered(new ProblemException(400, 'Wrong', 'No.'));
    expect([warn, error].flatMap(({ mock }) => mock.calls)).toEqual([]);
  });
});
