import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#testing';
import { explained, oneLine, unsettled, type Explained, type Report } from './survivors.js';

const read = (...path: string[]): string => readFileSync(projectRoot(...path), 'utf8');
const listed = explained.parse(JSON.parse(read('tools', 'mutation', 'survivors.json')));

const FILE = 'libs/a.ts';
const SOURCE = `const a = b ?? c;
if (a) {
  act();
}
`;

const at = (start: readonly [number, number], end: readonly [number, number]) => ({
  start: { line: start[0], column: start[1] },
  end: { line: end[0], column: end[1] },
});
const or = (status: string) => ({
  ...{ mutatorName: 'LogicalOperator', replacement: 'b && c', status },
  location: at([1, 11], [1, 17]),
});
const block = (status: string) => ({
  ...{ mutatorName: 'BlockStatement', replacement: '{}', status },
  location: at([2, 8], [4, 2]),
});
const reportOf = (...mutants: Report['files'][string]['mutants']): Report => ({
  files: { [FILE]: { source: SOURCE, mutants } },
});

const OR: Explained = {
  ...{ file: FILE, mutator: 'LogicalOperator', line: 'const a = b ?? c;' },
  ...{ original: 'b ?? c', replacement: 'b && c', reason: 'they are the same' },
};
const BLOCK: Explained = {
  ...{ file: FILE, mutator: 'BlockStatement', line: 'if (a) {' },
  ...{ original: '{ act(); }', replacement: '{}', reason: 'nobody sees it' },
};

describe('mutants that survive', () => {
  it('are settled when each is explained, wherever it stands', () => {
    const found = reportOf(or('Survived'), block('NoCoverage'));
    expect(unsettled(found, [BLOCK, OR])).toEqual({ unexplained: [], outdated: [] });
  });

  it('are named where there is no reason', () => {
    const { reason: _, ...unexplained } = BLOCK;
    const found = reportOf(or('Survived'), block('Survived'));
    expect(unsettled(found, [OR])).toEqual({ unexplained: [unexplained], outdated: [] });
  });

  it.each(['Killed', 'Timeout'])('are no longer to be explained when they are %s', (status) => {
    const found = reportOf(or('Survived'), block(status));
    expect(unsettled(found, [OR, BLOCK])).toEqual({ unexplained: [], outdated: [BLOCK] });
  });

  it('are explained one by one', () => {
    const { reason: _, ...unexplained } = OR;
    const twice = reportOf(or('Survived'), or('Survived'));
    expect(unsettled(twice, [OR]).unexplained).toEqual([unexplained]);
    expect(unsettled(twice, [OR, OR])).toEqual({ unexplained: [], outdated: [] });
    expect(unsettled(reportOf(or('Survived')), [OR, OR]).outdated).toEqual([OR]);
  });

  it('say nothing of a file that was not looked at', () => {
    const elsewhere = { ...OR, file: 'libs/b.ts' };
    expect(unsettled(reportOf(), [elsewhere])).toEqual({ unexplained: [], outdated: [] });
    expect(unsettled(reportOf(), [OR]).outdated).toEqual([OR]);
  });
});

describe('the list of mutants that survive', () => {
  it('is of code that there is', () => {
    const gone = listed.filter(({ file, line, original }) => {
      const lines = read(file).split('\n').map(oneLine);
      const text = lines.join(' ').replaceAll(/\s+/g, ' ');
      return !lines.includes(line) || !text.includes(original);
    });
    expect(gone).toEqual([]);
  });

  it('is in the order of files, and says of each why', () => {
    const files = listed.map(({ file }) => file);
    expect(files).toEqual(files.toSorted());
    for (const { reason } of listed) expect(reason).toMatch(/^[^]{20,}\.$/);
  });
});
