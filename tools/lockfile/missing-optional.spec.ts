import { describe, expect, it } from '@jest/globals';
import { missingOptional } from './missing-optional.mjs';

const parent = (optionalDependencies: Record<string, string>) => ({
  'node_modules/tool': { version: '1.0.0', dev: true, optionalDependencies },
});

describe('packages for other systems', () => {
  it('are added with their system and version', () => {
    expect(missingOptional(parent({ '@tool/core-linux-ppc64-musl': '1.2.3' }))).toEqual([
      {
        path: 'node_modules/@tool/core-linux-ppc64-musl',
        entry: {
          version: '1.2.3',
          cpu: ['ppc64'],
          dev: true,
          libc: ['musl'],
          optional: true,
          os: ['linux'],
        },
      },
    ]);
  });

  it('are left alone where the lock holds them, beside the package or above it', () => {
    const packages = {
      ...parent({ 'tool-win32-x64': '1.0.0' }),
      'node_modules/tool-win32-x64': { version: '1.0.0' },
      'node_modules/a/node_modules/b': { optionalDependencies: { 'b-darwin-arm64': '2.0.0' } },
      'node_modules/a/node_modules/b-darwin-arm64': { version: '2.0.0' },
    };
    expect(missingOptional(packages)).toEqual([]);
  });

  it('are not guessed', () => {
    expect(() => missingOptional(parent({ fsevents: '~2.3.3' }))).toThrow('fsevents@~2.3.3');
  });
});
