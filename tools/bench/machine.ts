import { execFileSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem } from 'node:os';
import { dataFolder, projectRoot } from '#testing';

/** What the figures were taken on. */
export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly architecture: string;
  /** Of the folder with the data of all contenders; undefined when the system does not tell. */
  readonly fileSystem: string | undefined;
  readonly freeDiskGib: number;
  readonly node: string;
  /** Over one minute, before anything was started. */
  readonly loadBefore: number;
  readonly commit: string;
  readonly takenAt: string;
}

export function machineFacts(): MachineFacts {
  const { bavail, bsize } = statfsSync(projectRoot());
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGib: round(totalmem() / 2 ** 30),
    kernel: release(),
    architecture: arch(),
    fileSystem: fileSystemOf(dataFolder(), mounts()),
    freeDiskGib: round((bavail * bsize) / 2 ** 30),
    node: process.versions.node,
    loadBefore: round(loadavg()[0] ?? 0),
    commit: commit(),
    takenAt: new Date().toISOString(),
  };
}

/** The type of the file system with the longest mount point above the folder. */
export function fileSystemOf(folder: string, mountTable: string): string | undefined {
  const found = mountTable.split('\n').flatMap((line) => {
    const [, point = '', type = ''] = line.split(' ');
    const isAbove = point === '/' || folder === point || folder.startsWith(`${point}/`);
    return point !== '' && isAbove ? [{ point, type }] : [];
  });
  return found.sort((a, b) => b.point.length - a.point.length)[0]?.type;
}

function mounts(): string {
  try {
    return readFileSync('/proc/mounts', 'utf8');
  } catch {
    return '';
  }
}

function commit(): string {
  try {
    const args = ['describe', '--always', '--dirty'];
    return execFileSync('git', args, { cwd: projectRoot(), encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

const round = (value: number): number => Math.round(value * 10) / 10;
