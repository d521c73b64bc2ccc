import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../sagas/arguments.js';
import { readBulkArguments } from './bulk-arguments.js';

const NOW = Date.parse('2026-11-27T10:00:00Z');
const read = (line: string) => readBulkArguments(line.split(' '), NOW);

describe('a bulk action on the command line', () => {
  it('names the deed, the sagas and the pace', () => {
    const line =
      'make retry hand-over --attention --step hand-over --idle-since 2h --reason back ' +
      '--per-second 20 --max-errors 0 --start';
    expect(read(line)).toMatchObject({
      action: 'make',
      start: true,
      wanted: {
        ...{ action: 'retry', step: 'hand-over', reason: 'back', perSecond: 20 },
        maxErrorPercent: 0,
        filter: { attention: 'true', step: 'hand-over', idleSince: '2026-11-27T08:00:00.000Z' },
      },
    });
  });

  it.each([
    [
      'make resolve charge-payment --did-not-happen --held --reason x',
      { outcome: 'did-not-happen' },
    ],
    ['make move --to 3 --definition place-order --version 2 --reason x', { version: 3 }],
    ['make clear-attention --attention --reason x', { action: 'clear-attention' }],
  ])('takes what an action needs: %s', (line, wanted) => {
    expect(read(line)).toMatchObject({ action: 'make', start: false, wanted });
  });

  it.each([
    ['', 'what is to be done?'],
    ['paint 1', 'what is to be done?'],
    ['make', 'what is to be done to each?'],
    ['make settle-effect x --attention --reason x', 'what is to be done to each?'],
    ['make retry --attention --reason x', 'which step?'],
    ['make retry hand-over now --attention --reason x', "'now' is not understood"],
    ['make resolve s --attention --reason x', 'what came of it?'],
    ['make resolve s --happened --did-not-happen --attention --reason x', 'one of the two'],
    ['make move --attention --reason x', 'to which version?'],
    ['make cancel --reason x', 'which ones?'],
    ['make cancel --attention', '--reason TEXT is missing'],
    ['make cancel --attention --reason x --per-second 0', '--per-second must be'],
    ['make cancel --attention --reason x --max-errors 101', '--max-errors must be'],
    ['make cancel --attention --reason x --limit 3', "Unknown option '--limit'"],
    ['list --state odd', '--state must be one of'],
    ['items 1 --outcome odd', '--outcome must be one of'],
    ['show', 'the id of a bulk action is missing'],
    ['start 1', '--reason TEXT is missing'],
    ['approve --reason x', 'the id of a bulk action is missing'],
  ])('is refused with a sentence: %s', (line, sentence) => {
    expect(() => read(line)).toThrow(UsageError);
    expect(() => read(line)).toThrow(sentence);
  });

  it('decides about one, and lists, shows and watches', () => {
    expect(read('pause 1 --reason x')).toMatchObject({ action: 'pause', id: '1', reason: 'x' });
    expect(read('list --state draft')).toMatchObject({ state: 'draft', limit: 20 });
    expect(read('items 1 --outcome moved')).toMatchObject({ id: '1', outcome: 'moved', limit: 50 });
    expect(read('watch 1')).toMatchObject({ action: 'watch', id: '1' });
  });
});
