import { describe, expect, it } from '@jest/globals';
import { readArguments, UsageError } from './arguments.js';
import { explorer, integration, unit, type PlantedBug } from './bug.js';
import { roundsOf, verdictOf } from './detect.js';
import { bugsIn, markdownOf, rowOf, summaryOf, withTable } from './report.js';

const bug: PlantedBug = {
  ...{ id: 'no-guard', breaks: 'The guard | is gone.', file: 'a.ts', find: 'a', replace: 'b' },
  detectors: [unit('a.spec.ts'), integration('a.spec.ts')],
};
const caught = { kind: 'unit', by: 'a guard', seconds: 1.21 } as const;

const report = (status: string, ...tests: string[]) => ({
  testResults: [
    {
      ...{ status, message: 'the file says why' },
      assertionResults: tests.map((test) => ({ status: test, fullName: `a ${test} test` })),
    },
  ],
});

describe('who has noticed', () => {
  it('is the first test that failed', () => {
    const failed = { kind: 'failed', by: 'a failed test' };
    expect(verdictOf(report('failed', 'passed', 'failed'))).toEqual(failed);
  });

  it('is nobody when all passed', () => {
    expect(verdictOf(report('passed', 'passed', 'pending'))).toEqual({ kind: 'passed' });
  });

  it.each([
    ['could not be run', report('failed'), 'the file says why'],
    ['ran nothing', report('passed', 'pending'), 'no test was run'],
  ])('is not known of files that %s', (_, read, why) => {
    expect(verdictOf(read)).toEqual({ kind: 'broken', why });
  });
});

describe('the rounds without a bug', () => {
  it('run each file once, those with servers and those of chosen tests apart', () => {
    const b = unit('b.spec.ts', 'a.spec.ts');
    expect(
      roundsOf([...bug.detectors, b, explorer]).map(({ suite, files }) => [suite, files]),
    ).toEqual([
      ['unit', ['a.spec.ts', 'b.spec.ts']],
      ['integration', ['test/integration/a.spec.ts']],
      ['unit', explorer.files],
    ]);
  });
});

describe('the table', () => {
  const findings = [{ bug, caught }, { bug }];

  it('names the test, or that there was none', () => {
    expect(rowOf({ bug, caught })).toEqual(['✓', 'no-guard', 'unit', '1.2 s', 'a guard']);
    expect(rowOf({ bug })).toEqual(['✗', 'no-guard', 'nobody', '', 'The guard | is gone.']);
    expect(summaryOf(findings)).toBe('1 of 2 planted bugs were noticed');
  });

  it('takes the place of the one before, and of nothing else', () => {
    const page =
      '# Title\n\n<!-- planted bugs: begin -->\nold\n<!-- planted bugs: end -->\n\n## More\n';
    const table = markdownOf(findings);
    expect(table).toContain('| `no-guard` | The guard \\| is gone. | unit | 2 s | a guard |');
    const written = withTable(page, table);
    expect(written).toContain(table);
    expect(written).not.toContain('old');
    expect(withTable(written, table)).toBe(written);
    expect(written.endsWith('<!-- planted bugs: end -->\n\n## More\n')).toBe(true);
    expect(() => withTable('# Title', table)).toThrow('no place');
    expect(bugsIn(`| \`elsewhere\` | x |\n${written}`)).toEqual(['no-guard', 'no-guard']);
  });
});

describe('the arguments', () => {
  it('are names of bugs and what to do with them', () => {
    expect(readArguments(['no-guard'], ['no-guard'])).toEqual({
      ...{ ids: ['no-guard'], list: false, record: false },
    });
    expect(readArguments(['--help'], [])).toBeUndefined();
  });

  it.each([[['other']], [['no-guard', '--record']], [['--odd']]])('are refused: %j', (args) => {
    expect(() => readArguments(args, ['no-guard'])).toThrow(UsageError);
  });
});
