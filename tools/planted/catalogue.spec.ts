import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { projectRoot } from '#testing';
import { catalogue } from './catalogue/index.js';
import { plant, StaleBug } from './plant.js';
import { bugsIn } from './report.js';

const syntaxErrorsIn = (text: string): unknown[] =>
  (ts.transpileModule(text, { reportDiagnostics: true }).diagnostics ?? []).map(
    ({ messageText }) => messageText,
  );

const read = (file: string): string => readFileSync(projectRoot(file), 'utf8');

describe('the catalogue of planted bugs', () => {
  it('has many, each under a name of its own', () => {
    const ids = catalogue.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(30);
  });

  it.each(catalogue.map((bug) => [bug.id, bug] as const))('fits the code: %s', (_, bug) => {
    const text = read(bug.file);
    const planted = plant(bug, text);
    expect(planted).not.toBe(text);
    // One that keeps its file from being read would be noticed by whatever reads it.
    expect(syntaxErrorsIn(planted)).toEqual([]);
  });

  it('names test files that there are', () => {
    const files = catalogue.flatMap(({ detectors }) => detectors.flatMap((d) => d.files));
    for (const file of new Set(files)) expect(() => read(file)).not.toThrow();
    expect(catalogue.filter(({ detectors }) => detectors.length === 0)).toEqual([]);
  });
});

describe('the table in docs/RELIABILITY.md', () => {
  it('has each bug of the catalogue, and no other: `npm run planted -- --record` writes it', () => {
    const written = bugsIn(read('docs/RELIABILITY.md'));
    const planted = catalogue.map(({ id }) => id);
    expect({
      'only in the catalogue': planted.filter((id) => !written.includes(id)),
      'only in the table': written.filter((id) => !planted.includes(id)),
    }).toEqual({ 'only in the catalogue': [], 'only in the table': [] });
  });
});

describe('planting a bug', () => {
  const [first] = catalogue;
  if (!first) throw new Error('the catalogue is empty');
  const bug = { ...first, find: 'is on', replace: 'is off ($&)' };

  it('replaces its text, whatever is in it', () => {
    expect(plant(bug, 'the guard is on, always')).toBe('the guard is off ($&), always');
  });

  it.each(['the guard is gone', 'the guard is on and is on'])('refuses a guess: %s', (text) => {
    expect(() => plant(bug, text)).toThrow(StaleBug);
  });
});
