import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { CommitUnknownError, isTransient, RetryableError, sqlStateOf } from './errors.js';

const serverError = (code: string): Error =>
  Object.assign(new pg.DatabaseError('from the server', 0, 'error'), { severity: 'ERROR', code });

describe('which failures pass by themselves', () => {
  test.each([
    '08006',
    '40001',
    '40P01',
    '53300',
    '53100',
    '55P03',
    '57014',
    '57P01',
    '57P03',
    '58030',
    '25P03',
  ])('SQLSTATE %s does', (code) => expect(isTransient(serverError(code))).toBe(true));

  // A message's content can cause these; retrying them for ever would block its partition.
  test.each(['23505', '23514', '22P02', '22001', '42703', '25P02', 'P0001'])(
    'SQLSTATE %s does not',
    (code) => expect(isTransient(serverError(code))).toBe(false),
  );

  test.each([
    new RetryableError('version conflict'),
    new CommitUnknownError('lost'),
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
    new Error('outer', { cause: serverError('40001') }),
    Object.assign(new Error('QueryFailedError'), { driverError: serverError('40P01') }),
  ])('%s does', (error) => expect(isTransient(error)).toBe(true));

  test.each([new TypeError('x is undefined'), new Error('business'), 'thrown text', undefined])(
    '%s does not',
    (error) => expect(isTransient(error)).toBe(false),
  );

  test('a system error is not taken for a SQLSTATE', () => {
    expect(sqlStateOf(Object.assign(new Error('broken pipe'), { code: 'EPIPE' }))).toBeUndefined();
  });
});
