import { describe, expect, it } from '@jest/globals';
import { queryText } from './admin-api.js';
import { keyIn } from './connection.js';
import { readDlqArguments } from './dlq-arguments.js';
import { explained, readIntervention } from './interventions.js';
import { CommandProblem, EXIT } from './exit-status.js';
import { LIST_OPTIONS, sagaQuery } from './list-query.js';
import { readOptions, wholeIn, wordsIn } from './options.js';

const words = (text: string): string[] => text.split(' ').filter(Boolean);
const ID = '0198f7a6-0b54-7c43-9d1e-3f3c2a1b4c5e';
const NOW = Date.UTC(2026, 10, 27, 12);

describe('the conditions of list', () => {
  const query = (text: string) =>
    queryText(sagaQuery(readOptions(words(text), LIST_OPTIONS), NOW)).slice(1);

  it('are those of the admin API', () => {
    expect(query('--state running --definition place-order --version 3 --step ship')).toBe(
      'state=running&definition=place-order&version=3&step=ship',
    );
    expect(query('--step-state in-doubt --error card --attention --no-held')).toBe(
      'stepState=in-doubt&error=card&attention=true&held=false',
    );
    expect(query('--order o-1 --customer c-1 --attribute merchant:m-1 --attribute a:b')).toBe(
      'orderId=o-1&customer=c-1&attribute=merchant%3Am-1&attribute=a%3Ab',
    );
    expect(query('--currency GBP --amount-from 10 --amount-to 99.99')).toBe(
      'currency=GBP&amountFrom=1000&amountTo=9999',
    );
    expect(decodeURIComponent(query('--idle-since 2h --created-from 2026-11-01T00:00:00Z'))).toBe(
      'createdFrom=2026-11-01T00:00:00Z&idleSince=2026-11-27T10:00:00.000Z',
    );
  });

  it.each([
    ['--amount-from 5', 'needs --currency'],
    ['--currency gbp', 'three capital letters'],
    ['--version x', '--version must be a whole number'],
    ['--colour red', '--colour'],
    ['--key sk_1', 'a key is never an argument'],
    ['--api-key=sk_1', 'a key is never an argument'],
    [`--customer sk_${ID}_secret`, 'a key is never an argument'],
  ])('are refused where they make no sense: %s', (text, why) => {
    expect(() => query(text)).toThrow(why);
  });

  it('know numbers and words that are missing or too many', () => {
    const given = readOptions(['a', 'b', '--limit', '0'], { limit: 'text' });
    expect(() => wholeIn(given, 'limit')).toThrow('from 1');
    expect(() => wordsIn(given, 'the saga')).toThrow("'b' is not understood");
    expect(() => wordsIn(given, 'x', 'y', 'the step')).toThrow('the step is missing');
    expect(() => readOptions(['--url='], {}).text('url')).toThrow('--url is empty');
  });
});

describe('an intervention', () => {
  const read = (text: string) =>
    readIntervention(text.split(' ')[0] as 'retry', [...words(text).slice(1), '--reason', 'a b']);

  it('is read as the admin API takes it', () => {
    expect(read('retry s-1').wanted).toEqual({ action: 'retry', reason: 'a b' });
    expect(read('retry s-1 charge').wanted).toMatchObject({ step: 'charge' });
    expect(read('skip s-1 charge --revision 7')).toMatchObject({ saga: 's-1', revision: 7 });
    expect(read('resolve s-1 charge --happened --result {"a":1}').wanted).toMatchObject({
      ...{ outcome: 'happened', result: { a: 1 } },
    });
    expect(read('resolve s-1 charge --did-not-happen').wanted.outcome).toBe('did-not-happen');
    expect(read('settle-effect s-1 e-1').wanted).toMatchObject({ effect: 'e-1' });
    expect(read('clear-attention s-1').wanted).toEqual({
      action: 'clear-attention',
      reason: 'a b',
    });
    expect(read('move s-1 --to 2').wanted).toMatchObject({ version: 2 });
  });

  it.each([
    ['skip s-1', 'the step is missing'],
    ['settle-effect s-1', 'the effect is missing'],
    ['cancel', 'the saga is missing'],
    ['cancel s-1 charge', "'charge' is not understood"],
    ['resolve s-1 charge', 'one of the two'],
    ['resolve s-1 charge --happened --did-not-happen', 'one of the two'],
    ['resolve s-1 charge --did-not-happen --result {}', 'goes with --happened'],
    ['resolve s-1 charge --happened --result [1]', 'an object of JSON'],
    ['resolve s-1 charge --happened --result x', 'an object of JSON'],
    ['move s-1', '--to N'],
    ['hold s-1 --to 3', '--to'],
  ])('is refused where it says too little or too much: %s', (text, why) => {
    expect(() => read(text)).toThrow(why);
  });

  it('needs a reason', () => {
    expect(() => readIntervention('hold', ['s-1'])).toThrow('--reason TEXT is missing');
    expect(() => readIntervention('hold', ['s-1', '--reason', ' '])).toThrow('1 to 500');
    expect(() => readIntervention('hold', ['s-1', '--reason', 'x'.repeat(501)])).toThrow(
      '1 to 500',
    );
  });

  it('of a saga that has moved says what to do', () => {
    const moved = explained(new CommandProblem(EXIT.moved, 'It is at 8.'), 's-1', 7);
    expect(moved).toMatchObject({ status: 4 });
    expect(String(moved)).toContain('nothing was done: the saga has moved since revision 7');
    expect(String(moved)).toContain('show s-1');
  });
});

describe('the arguments of dlq', () => {
  const read = (text: string) => readDlqArguments(words(text), NOW);

  it('say which ones are meant', () => {
    expect(read('list --topic t')).toMatchObject({ filter: { topic: 't' }, status: 'open' });
    expect(read('list --status all')).toMatchObject({ filter: {}, status: undefined });
    expect(read('list --key k-1')).toMatchObject({ filter: { key: 'k-1' } });
    expect(read('show d-1')).toMatchObject({ id: 'd-1' });
    expect(read('redrive a b --reason x')).toMatchObject({ chosen: { ids: ['a', 'b'] } });
    expect(read('discard --saga s-1 --to 1h --reason x')).toMatchObject({
      chosen: { filter: { sagaId: 's-1', to: '2026-11-27T11:00:00.000Z' } },
    });
  });

  it.each([
    ['', 'list, show, redrive or discard'],
    ['list more', "'more' is not understood"],
    ['list --status gone', '--status must be one of'],
    ['redrive a', '--reason TEXT is missing'],
    ['redrive --reason x', 'which ones?'],
    ['redrive a --topic t --reason x', 'not both'],
    ['show', 'the id of a dead letter is missing'],
    [`list --key sk_${ID}_secret`, 'a key is never an argument'],
  ])('are refused where they do not: %s', (text, why) => {
    expect(() => read(text)).toThrow(why);
  });
});

describe('a file of keys', () => {
  it('has one key, or is the one of the stack', () => {
    expect(keyIn('sk_1\n')).toBe('sk_1');
    expect(keyIn('# mine\nREADER_KEY=sk_r\nOPERATOR_KEY=sk_o\n')).toBe('sk_o');
    expect(keyIn('export SAGA_API_KEY="sk_x"\nOPERATOR_KEY=sk_o')).toBe('sk_x');
    expect(keyIn('MERCHANT_KEY=mk_1')).toBeUndefined();
    expect(keyIn('')).toBeUndefined();
    expect(keyIn('one\ntwo')).toBeUndefined();
  });
});
