import { describe, expect, it } from '@jest/globals';
import type { HistoryEntry } from '../api/types.js';
import { changeText, timelineOf } from './timeline.js';

const entry = (revision: number, more: Partial<HistoryEntry>): HistoryEntry => ({
  ...{ revision, at: new Date(revision * 1_000).toISOString(), kind: 'reply', state: 'running' },
  ...more,
});
const titleOf = (more: Partial<HistoryEntry>) => timelineOf([entry(1, more)])[0]?.title;

describe('a timeline', () => {
  it('says how long nothing happened', () => {
    const moments = timelineOf([entry(1, { kind: 'start' }), entry(5, {}), entry(4, {})]);
    expect(moments.map(({ waitedMs }) => waitedMs)).toEqual([0, 4_000, 0]);
  });

  it('says what came, why, who did it, what changed and what went out', () => {
    const [moment] = timelineOf([
      entry(3, {
        kind: 'intervene',
        ...{ actor: 'kim', step: 'hand-over', note: 'noted' },
        reason: { code: 'by-hand', message: 'the carrier is back' },
        changes: [{ step: 'hand-over', to: 'sent' }],
        sent: ['saga-1:hand-over', 'saga-1:reserve-stock:undo', 'saga-1:charge:2'],
        detail: { intervention: { action: 'retry', step: 'hand-over' } },
      }),
    ]);
    expect(moment).toMatchObject({
      title: 'Asked again by hand: hand-over',
      actor: 'kim',
      lines: ['by-hand: the carrier is back', 'noted'],
      sent: [
        { step: 'hand-over', what: 'command' },
        { step: 'reserve-stock', what: 'compensation' },
        { step: 'charge', what: 'command' },
      ],
    });
    expect(moment?.changes.map(changeText)).toEqual(['hand-over: Asked']);
  });

  it.each<[Partial<HistoryEntry>, string]>([
    [{ kind: 'start' }, 'Started'],
    [{ name: 'payment.charged', outcome: 'succeeded' }, 'payment.charged (succeeded)'],
    [{}, 'Answer'],
    [{ kind: 'report' }, 'Effects reported'],
    [{ kind: 'cancel' }, 'Cancel asked for'],
    [{ kind: 'timer', sent: ['s:a'] }, 'No answer in time'],
    [{ kind: 'timer' }, 'Timer, and nothing was due'],
    [{ kind: 'mend', step: 'charge' }, 'A better input for charge'],
    [{ kind: 'hold' }, 'Held'],
    [{ kind: 'release' }, 'Released'],
    [{ kind: 'move', detail: { toVersion: 3 } }, 'Moved to version 3'],
    [{ kind: 'intervene' }, 'Something done by hand'],
    [
      { kind: 'intervene', detail: { intervention: { action: 'compensate' } } },
      'Turned around by hand',
    ],
    [
      {
        kind: 'intervene',
        detail: { intervention: { action: 'resolve', step: 'a', outcome: 'happened' } },
      },
      'Resolved by hand: it happened (a)',
    ],
    [
      {
        kind: 'intervene',
        detail: { intervention: { action: 'resolve', outcome: 'did-not-happen' } },
      },
      'Resolved by hand: it did not happen',
    ],
  ])('calls %j %s', (more, title) => {
    expect(titleOf(more)).toBe(title);
  });

  it.each([
    ['succeeded', 'done'],
    ['refused', 'bad'],
    ['dead', 'bad'],
    ['pending', 'plain'],
  ])('an answer that is %s looks %s', (outcome, tone) => {
    expect(timelineOf([entry(1, { outcome })])[0]?.tone).toBe(tone);
  });
});
