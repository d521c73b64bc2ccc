import { describe, expect, it } from '@jest/globals';
import { readKeysArguments } from './keys-arguments.js';

const ID = '0198f7a6-0b54-7c43-9d1e-3f3c2a1b4c5e';
const read = (text: string) => readKeysArguments(text.split(' ').filter(Boolean));

describe('the arguments of keys', () => {
  it('say for whom a key is made, and why', () => {
    expect(read('create --role approver --owner ada --json')).toEqual({
      ...{ action: 'create', role: 'approver', owner: 'ada', json: true },
      ...{ reason: 'no reason given', databaseUrl: undefined },
    });
    expect(read(`revoke ${ID} --reason lost --database postgres://x/y`)).toEqual({
      ...{ action: 'revoke', keyId: ID, reason: 'lost', json: false },
      databaseUrl: 'postgres://x/y',
    });
    expect(read('list')).toMatchObject({ action: 'list' });
  });

  it.each([
    ['', 'create, list or revoke'],
    ['make', 'create, list or revoke'],
    ['create --owner ada', '--role must be one of: reader, operator, approver'],
    ['create --role admin --owner ada', '--role must be one of'],
    ['create --role reader', '--owner must be'],
    ['create --role reader --owner Ada', '--owner must be small letters'],
    ['create --role reader --owner ada more', "'more' is not understood"],
    ['create --role reader --owner ada --colour red', '--colour'],
    ['revoke', 'revoke wants the id of a key'],
    ['revoke sk_1', 'revoke wants the id of a key'],
    [`revoke ${ID} ${ID}`, 'is not understood'],
    [`revoke ${ID} --reason ${'x'.repeat(501)}`, '--reason must have'],
  ])('are refused where they say too little: %s', (text, problem) => {
    expect(() => read(text)).toThrow(problem);
  });
});
