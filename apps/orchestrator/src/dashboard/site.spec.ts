import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codingFor, Site } from './site.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'site-'));
  mkdirSync(join(folder, 'assets'));
  const files = {
    'index.html': '<!doctype html>',
    'assets/index-a1B2c3D4.js': 'plain',
    'assets/index-a1B2c3D4.js.br': 'smallest',
    'assets/index-a1B2c3D4.js.gz': 'smaller',
    'assets/notes.txt': 'secret',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a site', () => {
  it('has what was built, by its path', () => {
    const site = new Site(folder);
    expect(site.find('index.html')).toMatchObject({ isForGood: false });
    expect(site.find('assets/index-a1B2c3D4.js')).toMatchObject({ isForGood: true });
  });

  it('answers a place in it with its first page, and a file that it has not with nothing', () => {
    const site = new Site(folder);
    expect(site.find('')).toBe(site.find('index.html'));
    expect(site.find('sagas/1')).toBe(site.find('index.html'));
    for (const path of ['assets/notes.txt', 'assets/index-a1B2c3D4.js.br', '../site.ts']) {
      expect(site.find(path)).toBeUndefined();
    }
  });

  it('that nobody has built is empty', () => {
    expect(new Site(undefined).find('')).toBeUndefined();
  });

  it.each([
    ['br, gzip', 'br'],
    ['GZIP', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['br; q=0.0', 'identity'],
    ['', 'identity'],
    [undefined, 'identity'],
  ])('comes in the smallest form that the reader takes: %s', (accepted, coding) => {
    const file = new Site(folder).find('assets/index-a1B2c3D4.js');
    expect(file && codingFor(file, accepted)).toBe(coding);
  });
});
