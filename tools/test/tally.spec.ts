import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#testing';
import { planTests, suiteOf } from './suites.js';
import { Tally } from './tally.js';

const file = (name: string, status: string, ...outcomes: string[]) => ({
  name,
  status,
  startTime: 0,
  endTime: 2000,
  assertionResults: outcomes.map((outcome) => ({ status: outcome })),
});

describe('the sum of the tests', () => {
  it('is the last line, over all suites', () => {
    const tally = new Tally();
    tally.add({
      testResults: [file('/p/libs/saga/src/a.spec.ts', 'passed', 'passed', 'pending')],
    });
    tally.add({
      testResults: [file('/p/test/e2e/b.spec.ts', 'failed', 'passed', 'failed')],
    });
    const lines = tally.toString().split('\n');
    expect(lines).toContain('  unit  1 passed  0 failed  1 skipped  2 s');
    expect(lines.at(-1)).toBe('2 passed, 1 failed');
  });

  it('names each failed test with its reason, without the places in the code', () => {
    const tally = new Tally();
    tally.add({
      testResults: [
        {
          ...file(join(projectRoot(), 'libs/saga/src/a.spec.ts'), 'failed'),
          assertionResults: [
            {
              status: 'failed',
              fullName: 'a saga ends',
              failureMessages: [
                '\u001B[31mError: too late\u001B[39m\n\n    at Object.<anonymous> (/p/a.ts:1:2)\n',
              ],
            },
          ],
        },
        { ...file('/p/libs/saga/src/b.spec.ts', 'failed'), message: 'no such module' },
      ],
    });
    tally.addCrash('chaos');
    expect(tally.toString().split('\n').slice(0, 6)).toEqual([
      '✗ libs/saga/src/a.spec.ts: a saga ends',
      '    Error: too late',
      '',
      '✗ /p/libs/saga/src/b.spec.ts: could not be run',
      '    no such module',
      '',
    ]);
    expect(tally.toString()).toContain('✗ chaos: ended without a report');
  });

  it('counts a file that could not be run as a failure', () => {
    const tally = new Tally();
    tally.add({ testResults: [file('/p/test/chaos/c.spec.ts', 'failed')] });
    tally.add({
      testResults: [file('/p/test/chaos/d.spec.ts', 'failed', 'passed')],
    });
    tally.addCrash('e2e');
    expect(tally).toMatchObject({ passed: 1, failed: 3 });
  });
});

describe('what is run', () => {
  it('is everything by default, what starts processes of its own after the rest', () => {
    const plan = planTests([]);
    expect(plan?.suites).toEqual(['unit', 'contract', 'integration', 'e2e', 'chaos']);
    expect(plan?.rounds.map(({ suites, part = 'all' }) => `${suites.join()}: ${part}`)).toEqual([
      'unit,contract,integration: all but tools',
      'unit: tools',
      'e2e,chaos: all',
    ]);
    expect(plan?.needsServers).toBe(true);
  });

  it('is a suite without servers where it needs none, with arguments for Jest', () => {
    expect(planTests(['unit', '--coverage', '-t', 'cancel'])).toMatchObject({
      suites: ['unit'],
      needsServers: false,
      coverage: 'measured',
      jestArgs: ['-t', 'cancel'],
    });
  });

  it('holds the coverage only where everything that counts for it runs', () => {
    expect(planTests([])?.coverage).toBe('enforced');
    expect(planTests(['integration', 'unit', 'contract'])?.coverage).toBe('enforced');
    expect(planTests(['-t', 'cancel'])?.coverage).toBe('off');
    expect(planTests(['e2e'])?.coverage).toBe('off');
  });

  it('needs a browser where pages may be looked at', () => {
    expect(planTests([])?.needsBrowser).toBe(true);
    expect(planTests(['integration', 'orchestrator/dashboard'])?.needsBrowser).toBe(true);
    expect(planTests(['integration', 'order-list'])?.needsBrowser).toBe(false);
    expect(planTests(['unit', 'e2e'])?.needsBrowser).toBe(false);
  });

  it.each([['--help'], ['e2e', '--help'], ['-h', '-t', 'cancel']])(
    'is nothing for %s',
    (...args) => {
      expect(planTests(args)).toBeUndefined();
    },
  );

  it('takes the suite from where a file lies', () => {
    expect(suiteOf('/x/test/e2e/order.spec.ts')).toBe('e2e');
    expect(suiteOf('C:\\x\\test\\chaos\\order.spec.ts')).toBe('chaos');
    expect(suiteOf('/x/tools/test/tally.spec.ts')).toBe('unit');
  });
});
