import { expect, it } from '@jest/globals';
import { fileSystemOf } from './machine.js';

it('knows the file system of a folder by the longest mount point above it', () => {
  const mounts = [
    '/dev/vda / ext4 rw 0 0',
    'tmpfs /srv tmpfs rw 0 0',
    '/dev/vdb /srv/data xfs rw 0 0',
    '',
  ].join('\n');
  expect(fileSystemOf('/home/a', mounts)).toBe('ext4');
  expect(fileSystemOf('/srv/a', mounts)).toBe('tmpfs');
  expect(fileSystemOf('/srv/data/a', mounts)).toBe('xfs');
  expect(fileSystemOf('/srv/database', mounts)).toBe('tmpfs');
  expect(fileSystemOf('/a', '')).toBeUndefined();
});
