/** Situations must have been what they are called. */
import { describe, expect, it } from '@jest/globals';
import type { HistoryEntry } from '#saga';
import { isBehind, lateAnswer } from './watch.js';

describe('a timer behind a backlog', () => {
  const inbox = new Map([
    ['answer', { partition: 1, offset: 6 }],
    ['tick', { partition: 1, offset: 7 }],
    ['later', { partition: 1, offset: 8 }],
    ['elsewhere', { partition: 2, offset: 1 }],
    ['earlier-tick', { partition: 1, offset: 5 }],
  ]);
  const tick = { kind: 'timer', messageId: 'tick' } as const;
  const reply = (messageId: string) => ({ kind: 'reply', messageId }) as const;

  it('took effect after an answer that lay in front of it', () => {
    expect(isBehind(tick, [reply('answer'), tick], inbox)).toBe(true);
  });

  it.each([
    ['alone', []],
    ['with what lay behind it', [reply('later')]],
    ['with what lay in another partition', [reply('elsewhere')]],
    ['with another tick', [{ kind: 'timer', messageId: 'earlier-tick' } as const]],
    ['with what nobody has seen arrive', [reply('unknown')]],
  ])('is none that took effect %s', (_, others) => {
    expect(isBehind(tick, [...others, tick], inbox)).toBe(false);
  });

  it('is a timer', () => {
    expect(isBehind(reply('later'), [reply('answer'), reply('later')], inbox)).toBe(false);
  });
});

describe('a late answer', () => {
  const entry = (change: Partial<HistoryEntry>): HistoryEntry => ({
    ...{ revision: 4, at: 0, kind: 'reply', messageId: 'm', state: 'compensating' },
    ...{ outcome: 'succeeded', note: "late succeeded recorded for 'charge-payment'" },
    ...change,
  });

  it('comes when its saga is on its way back, or over', () => {
    expect(lateAnswer(entry({}))).toBe('late success after compensation began');
    const refused = { outcome: 'refused', note: "late refused recorded for 'x'" } as const;
    expect(lateAnswer(entry({ ...refused, state: 'compensated' }))).toBe(
      'late refusal after compensation began',
    );
  });

  it.each<Partial<HistoryEntry>>([
    { state: 'completed' },
    { state: 'running' },
    { note: "succeeded recorded: step 'x' is done" },
    { kind: 'report' },
    { outcome: 'parked' },
  ])('is none with %j', (change) => {
    expect(lateAnswer(entry(change))).toBeUndefined();
  });
});
