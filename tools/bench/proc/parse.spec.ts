import { describe, expect, it } from '@jest/globals';
import { parseMachineTicks, parsePssBytes, parseStat, parseWrittenBytes, treeOf } from './parse.js';

describe('what /proc tells', () => {
  it('of a process: parent, and its time with that of its ended children', () => {
    const text =
      '2603 (postgres: a) b (c) S 2416 2603 2416 0 -1 4194560 5211 17 3 0 ' +
      '120 30 7 5 20 0 1 0 1234567 190140416 4321 18446744073709551615';
    expect(parseStat(text)).toEqual({ pid: 2603, parent: 2416, ticks: 162, ownTicks: 150 });
  });

  it('of its memory: pages shared with others count in part', () => {
    const text = '56007f059000-7ffe794bb000 ---p 00000000 00:00 0  [rollup]\nRss:  1784 kB\n';
    expect(parsePssBytes(`${text}Pss:                 171 kB\nPss_Dirty:  116 kB\n`)).toBe(175_104);
    expect(parsePssBytes('')).toBe(0);
  });

  it('of the processors: who worked, and what other machines took', () => {
    const text = 'cpu  100 20 30 4000 50 6 7 8 9 9\ncpu0 50 10 15 2000 25 3 3 4 4 4\n';
    expect(parseMachineTicks(text)).toEqual({ busy: 163, stolen: 8 });
  });

  it('of a disk: bytes written, by the number of the device', () => {
    const text =
      ' 253       0 vda 100 0 800 50 200 10 4096 90 0 60 140 0 0 0 0 0 0\n' +
      ' 259     300 nvme0n1p9 1 0 8 5 2 1 16 9 0 6 14 0 0 0 0 0 0\n';
    const device = (major: number, minor: number) =>
      (major << 8) | (minor & 0xff) | ((minor & ~0xff) << 12);
    expect(parseWrittenBytes(text, device(253, 0))).toBe(4096 * 512);
    expect(parseWrittenBytes(text, device(259, 300))).toBe(16 * 512);
    expect(parseWrittenBytes(text, device(0, 42))).toBeUndefined();
  });
});

it('finds everything below the roots, once', () => {
  const process = (pid: number, parent: number) => ({ pid, parent, ticks: 0, ownTicks: 0 });
  const all = [
    process(1, 0),
    process(10, 1),
    process(11, 10),
    process(12, 11),
    process(20, 1),
    process(21, 20),
    process(30, 1),
  ];
  const pids = (roots: number[]) => treeOf(all, roots).map(({ pid }) => pid);
  // 11 is a root of its own and lies below 10 as well; 99 has ended.
  expect(pids([10, 11, 20, 99]).sort((a, b) => a - b)).toEqual([10, 11, 12, 20, 21]);
});
