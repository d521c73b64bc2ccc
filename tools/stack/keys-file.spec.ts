import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readKeysFile, writeKeysFile } from './keys-file.js';

describe('the file with the keys of the stack', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stack-keys-'));
    file = join(folder, 'stack', 'keys.env');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is read by its owner alone, and by shells', () => {
    const keys = { READER_KEY: 'sk_1_a', MERCHANT_KEY: 'mk_1_b' };
    writeKeysFile(file, keys);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').split('\n')).toEqual([
      '# Keys of the stack on this machine, made by "npm start".',
      '# uma, who is a reader',
      'READER_KEY=sk_1_a',
      '# the merchant default-merchant',
      'MERCHANT_KEY=mk_1_b',
      '',
    ]);
    expect(readKeysFile(file)).toEqual(keys);
  });

  it('is closed to others also where it lay open before', () => {
    writeKeysFile(file, {});
    writeFileSync(`${file}.new`, 'left behind', { mode: 0o644 });
    writeKeysFile(file, { READER_KEY: 'x' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('may be missing, or hold what nobody knows', () => {
    expect(readKeysFile(file)).toEqual({});
    writeKeysFile(file, { OPERATOR_KEY: 'x' });
    writeFileSync(file, `${readFileSync(file, 'utf8')}PATH=/bin\nnonsense\n`);
    expect(readKeysFile(file)).toEqual({ OPERATOR_KEY: 'x' });
  });
});
