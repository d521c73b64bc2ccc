import { expect, it } from '@jest/globals';
import { fileSystemOf } from './machine.js';

it('knows the file system of a folder by the longest mount point above it', () => {
  const mounts = [
    '/dev/vda / ext4 rw 0 0',
    'tmpfs /work tmpfs rw 0 0',
    '/dev/vdb /work/data xfs rw 0 0',
    '',
  ].join('\n');
  expect(fileSystemOf('/home/a', mounts)).toBe('ext4');
  expect(fileSystemOf('/work/a', mounts)).toBe('tmpfs');
  expect(fileSystemOf('/work/data/a', mounts)).toBe('xfs');
  expect(fileSystemOf('/work/database', mounts)).toBe('tmpfs');
  expect(fileSystemOf('/a', '')).toBeUndefined();
});
