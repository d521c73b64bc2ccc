/** Promise attacked here: a situation counts as met by its own sign, and not by what looks like it. */
import { describe, expect, it } from '@jest/globals';
import type { HistoryEntry } from '#saga';
import { situationsOf } from './history-signs.js';

const entry = (fields: Partial<HistoryEntry>): HistoryEntry => ({
  ...{ revision: 1, at: 0, kind: 'reply', messageId: 'other', state: 'running' },
  ...fields,
});

/** To the same command, by its own message. */
const answer = (outcome: 'succeeded' | 'refused' | 'pending', fields: Partial<HistoryEntry>) =>
  entry({ outcome, detail: { jitter: 0, commandId: 'saga:charge' }, ...fields });

const met = (earlier: readonly HistoryEntry[], ...added: readonly HistoryEntry[]) => [
  ...situationsOf(earlier, added),
];

describe.each([
  ['succeeded', 'late success after compensation began'],
  ['refused', 'late refusal after compensation began'],
] as const)('a command that is %s late', (outcome, situation) => {
  const note = `late ${outcome} recorded for 'charge'`;
  const late = (state: HistoryEntry['state']) =>
    answer(outcome, { messageId: 'late', state, note });
  const turned = entry({ kind: 'cancel', state: 'compensating' });

  it.each(['compensating', 'compensated'] as const)('counts while the saga is %s', (state) => {
    expect(met([entry({ state })], late(state))).toEqual([situation]);
    expect(met([], entry({ state }), late(state))).toEqual([situation]);
  });

  it('counts although it was said before that it takes longer', () => {
    expect(met([answer('pending', {}), turned], late('compensating'))).toEqual([situation]);
  });

  it.each(['running', 'completed'] as const)('does not count while the saga is %s', (state) => {
    expect(met([entry({ state })], late(state))).toEqual([]);
  });

  it('does not count when the saga turned around only by it', () => {
    expect(met([entry({ state: 'running' })], late('compensating'))).toEqual([]);
  });

  it('does not count when the same message was heard before', () => {
    const first = entry({ messageId: 'late' });
    expect(met([first, turned], late('compensating'))).toEqual([]);
  });

  it.each(['succeeded', 'refused'] as const)('does not count where it was %s before', (before) => {
    expect(met([answer(before, {}), turned], late('compensating'))).toEqual([]);
    expect(met([turned], late('compensating'), late('compensating'))).toEqual([situation]);
  });

  it('counts where another command was answered before', () => {
    const detail = { jitter: 0, commandId: 'saga:charge:2' };
    expect(met([answer(outcome, { detail }), turned], late('compensating'))).toEqual([situation]);
  });

  it('is not an answer that came in time', () => {
    const refused = { state: 'compensating' as const, note: "'charge' waits for a better input" };
    expect(met([turned], answer(outcome, refused))).toEqual([]);
  });
});

describe('a timer', () => {
  const timer = entry({ kind: 'timer', messageId: 'tick' });
  const backlog = 'timer behind a backlog';

  it('is behind a backlog when its saga has heard something else before it in the batch', () => {
    expect(met([], entry({}), timer)).toEqual([backlog]);
    expect(met([entry({})], timer, entry({}), timer)).toEqual([backlog]);
  });

  it('is not when nothing lay in front of it', () => {
    expect(met([], timer)).toEqual([]);
    expect(met([entry({})], timer)).toEqual([]);
    expect(met([entry({})], timer, entry({}))).toEqual([]);
    expect(met([], timer, timer)).toEqual([]);
  });

  it('is not met by a batch without one', () => {
    expect(met([], entry({}), entry({ kind: 'report' }))).toEqual([]);
  });
});

describe('a note', () => {
  it.each([
    ['cancel waits for the answer of the pivot', 'cancel while the pivot is out'],
    ['cancel refused: the pivot is done', 'cancel refused after the pivot'],
    ['cancel came before the start and waits for it', 'cancel before the start'],
    ["the clock of 'charge' starts anew", 'clock started anew after a late publication'],
    ['start recorded: already started', 'start arrived twice'],
    ["nobody brought a better input for 'charge' in time", 'card waited for in vain'],
    ['attention: nobody answers', 'attention raised'],
  ])('tells of what it says, among others: %s', (note, situation) => {
    expect(met([], entry({ note }))).toEqual([situation]);
    expect(met([], entry({ note: `it is held; ${note}` }))).toEqual([situation]);
  });

  it.each([
    'cancel refused: it is completed',
    'cancel recorded: already being undone',
    'timer recorded: nothing is waited for',
    "'charge' waits for a better input",
    "succeeded recorded: step 'charge' is done",
  ])('that says something else tells of none: %s', (note) => {
    expect(met([], entry({ note, state: 'compensating' }))).toEqual([]);
  });
});
