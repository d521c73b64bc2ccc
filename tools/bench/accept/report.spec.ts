import { describe, expect, it } from '@jest/globals';
import type { Measurement } from './measure.js';
import { acceptRemarks, acceptTable } from './report.js';

const given = (changes: Partial<Measurement> = {}): Measurement => ({
  mode: 'paused',
  connections: 100,
  figures: {
    accepted: 6_000,
    failures: {},
    seconds: 3,
    meanMs: 41.26,
    p50Ms: 40,
    p95Ms: 80,
    p99Ms: 120.4,
    maxMs: 1_234,
  },
  usage: {
    seconds: 3,
    cpuMs: 3_000,
    writtenBytes: 0,
    peakBytes: 0,
    foreignCpuMs: 500,
    stolenCpuMs: 100,
  },
  problems: [],
  ...changes,
});

const running = given({ mode: 'running', backlog: { orders: 5_432, seconds: 12.34, left: 0 } });

/** The cells of the only line below the head. */
const cells = (measurement: Measurement): string[] =>
  (acceptTable([measurement], 2).split('\n')[1] ?? '').trim().split(/ {2,}/);

describe('the table of accept', () => {
  it('has rates and times, and what each request took', () => {
    const expected = 'sagas paused, 100 connections|2,000|41.3|40|80|120|1,234|0|0.5|10 %|-|-|ok';
    expect(cells(given())).toEqual(expected.split('|'));
  });

  it('says how long the backlog took', () => {
    expect(cells(running).slice(-3)).toEqual(['5,432', '12.3', 'ok']);
    expect(acceptRemarks([running])).toEqual([
      'sagas running, 100 connections: backlog gone after 12.3 s',
    ]);
  });

  it('shows no figure that is void', () => {
    const problems = ['1 of 3 orders have no start'];
    const row = cells(given({ problems }));
    expect(row.filter((cell) => cell === 'void')).toHaveLength(7);
    expect(row.at(-1)).toBe('FAILED');
    expect(acceptRemarks([given({ problems })])).toEqual([
      'void: sagas paused, 100 connections: 1 of 3 orders have no start',
    ]);
  });

  it('names the failures', () => {
    const failures = { ECONNRESET: 2, 'answered 503': 1 };
    const failed = given({ figures: { ...given().figures, failures } });
    expect(cells(failed)[7]).toBe('3');
    expect(acceptRemarks([failed])).toEqual([
      'failures: sagas paused, 100 connections: 2 × ECONNRESET; 1 × answered 503',
    ]);
  });

  it('says when the backlog never went', () => {
    const backlog = { orders: 10, seconds: 600, left: 3 };
    expect(cells(given({ mode: 'running', backlog })).at(-2)).toBe('never');
  });
});
