import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ACCEPTED,
  readAccepted,
  readFolder,
  readFolderAt,
  RELEASED,
  tamperedWith,
} from './files.js';

let root: string;
const git = (...args: string[]): void => {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false'];
  const { status, stderr } = spawnSync('git', ['-C', root, ...who, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
};
const put = (name: string, text: string): void => writeFileSync(join(root, RELEASED, name), text);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'contracts-'));
  mkdirSync(join(root, RELEASED), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('snapshots in git', () => {
  const commitOne = (): void => {
    git('init', '-q', '-b', 'main');
    put('a.v1.json', '{}');
    git('add', '-A');
    git('commit', '-qm', 'one');
  };

  it('may be added', () => {
    commitOne();
    put('a.v1.1.json', '{}');
    git('add', '-A');
    expect(tamperedWith(root)).toEqual([]);
    git('commit', '-qm', 'two');
    expect(tamperedWith(root)).toEqual([]);
  });

  it('are not changed or removed unnoticed, before a commit or after it', () => {
    commitOne();
    put('a.v1.json', '{"x":1}');
    expect(tamperedWith(root)).toEqual([`${RELEASED}/a.v1.json`]);
    git('commit', '-qam', 'two');
    expect(tamperedWith(root)).toEqual([`${RELEASED}/a.v1.json`]);
    rmSync(join(root, RELEASED, 'a.v1.json'));
    git('commit', '-qam', 'three');
    expect(tamperedWith(root)).toEqual([`${RELEASED}/a.v1.json`]);
  });

  it('cannot be told about outside of git', () => {
    expect(tamperedWith(root)).toBeUndefined();
    expect(readFolderAt('main', root)).toBeUndefined();
  });

  it('are read as they were at a ref', () => {
    commitOne();
    put('b.v1.json', '[]');
    expect(readFolder(root)).toEqual({ 'a.v1.json': '{}', 'b.v1.json': '[]' });
    expect(readFolderAt('main', root)).toEqual({ 'a.v1.json': '{}' });
    expect(readFolderAt('nowhere', root)).toBeUndefined();
    expect(readFolderAt('--help', root)).toBeUndefined();
  });
});

describe('the list of what is accepted', () => {
  it('is read whole, or not at all', () => {
    writeFileSync(join(root, ACCEPTED), '[{"finding":"f","reason":"r"}]');
    expect(readAccepted(root)).toEqual([{ finding: 'f', reason: 'r' }]);
    writeFileSync(join(root, ACCEPTED), '[{"finding":"f","why":"r"}]');
    expect(() => readAccepted(root)).toThrow(ACCEPTED);
  });
});
