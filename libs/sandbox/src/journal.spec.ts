import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Journal, JournalError } from './journal.js';

interface Entry {
  readonly n: number;
}

describe('the journal of a sandbox', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'journal-'));
    file = join(folder, 'inner', 'books.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const reopen = async (): Promise<{ journal: Journal<Entry>; entries: Entry[] }> => {
    const entries: Entry[] = [];
    const journal = await Journal.open<Entry>({ file, replay: (entry) => entries.push(entry) });
    return { journal, entries };
  };

  it('gives back everything written, in order, after a restart', async () => {
    const { journal } = await reopen();
    for (let n = 0; n < 100; n += 2) journal.append([{ n }, { n: n + 1 }]);
    await journal.written();
    await journal.close();

    const { journal: second, entries } = await reopen();
    await second.close();
    expect(entries).toEqual(Array.from({ length: 100 }, (_, n) => ({ n })));
  });

  it('has an entry in the file before `written` resolves, whoever started the write', async () => {
    const { journal } = await reopen();
    const inFile = async (n: number): Promise<boolean> =>
      (await readFile(file, 'utf8')).includes(`[{"n":${n}}]\n`);
    const writers = Array.from({ length: 50 }, async (_, n) => {
      // Some join a write that waits, some come while one is under way.
      for (let turn = 0; turn < n % 5; turn += 1) await new Promise(setImmediate);
      journal.append([{ n }]);
      await journal.written();
      expect(await inFile(n)).toBe(true);
    });
    await Promise.all(writers);
    await journal.close();
  });

  it('cuts off a torn last line and goes on after the whole ones', async () => {
    const { journal } = await reopen();
    journal.append([{ n: 1 }]);
    await journal.close();
    await appendFile(file, '[{"n":2},{"n"');

    const { journal: second, entries } = await reopen();
    expect(entries).toEqual([{ n: 1 }]);
    second.append([{ n: 3 }]);
    await second.close();
    const { journal: third, entries: all } = await reopen();
    await third.close();
    expect(all).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it('refuses books that are damaged in the middle, naming file and line', async () => {
    const { journal } = await reopen();
    journal.append([{ n: 1 }]);
    await journal.close();
    await appendFile(file, 'not json\n[{"n":3}]\n');
    await expect(reopen()).rejects.toThrow(`${file}:2 is not JSON`);
  });

  it('stops for good when a write fails, and says why', async () => {
    const { journal } = await reopen();
    await journal.close();
    journal.append([{ n: 1 }]);
    await expect(journal.written()).rejects.toThrow(JournalError);
    expect(() => journal.append([{ n: 2 }])).toThrow(JournalError);
    expect(() => journal.check()).toThrow(`cannot write ${file}`);
  });

  it('keeps nothing when it has no file', async () => {
    const journal = await Journal.open<Entry>({ replay: () => undefined });
    journal.append([{ n: 1 }]);
    await expect(journal.written()).resolves.toBeUndefined();
    await journal.close();
  });
});
