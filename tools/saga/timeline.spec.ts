import { describe, expect, it } from '@jest/globals';
import type { ToldEntry } from './answers.js';
import { paintFor } from './output.js';
import { widthOf } from './table.js';
import { commandOf, Timeline } from './timeline.js';

const id = '0198f7a6-0b54-7c43-9d1e-3f3c2a1b4c5e';
const told = (entries: readonly Partial<ToldEntry>[], width = 100): string[] => {
  const timeline = new Timeline({ width, paint: paintFor(false, undefined) });
  return entries.flatMap((entry, i) =>
    timeline.linesOf({
      ...{ revision: i + 1, at: '2026-11-27T10:00:00.000Z', kind: 'timer', messageId: `m${i}` },
      ...{ state: 'running', ...entry },
    }),
  );
};
const at = (seconds: number): string =>
  new Date(Date.UTC(2026, 10, 27) + seconds * 1e3).toISOString();

describe('a timeline', () => {
  it('tells what came, how long an answer took, what is retried and by whom', () => {
    const lines = told([
      {
        kind: 'start',
        at: at(0),
        changes: [{ step: 'charge', to: 'sent' }],
        sent: [`${id}:charge`],
      },
      { at: at(10), sent: [`${id}:charge`] },
      {
        ...{ kind: 'intervene', at: at(15), actor: 'kim', step: 'charge', sent: [`${id}:charge`] },
        reason: { code: 'by-hand', message: 'it is back' },
        detail: { jitter: 0, intervention: { action: 'retry', step: 'charge' } },
      },
      {
        ...{ kind: 'reply', at: at(15.25), name: 'payment.declined', outcome: 'refused' },
        ...{ state: 'compensating', changes: [{ step: 'charge', to: 'refused' }] },
        reason: { code: 'card', message: 'no money' },
        ...{ sent: [`${id}:reserve:undo`], detail: { jitter: 0, commandId: `${id}:charge` } },
      },
    ]);
    expect(lines).toEqual([
      '2026-11-27 (UTC)',
      '00:00:00.000                1  started',
      '                               → charge sent',
      '00:00:10.000      +10 s     2  time is up',
      '                               → charge sent again (2)',
      '00:00:15.000       +5 s     3  retry charge by kim: by-hand: it is back',
      '                               → charge sent again (3)',
      '00:00:15.250    +250 ms     4  payment.declined (refused), charge after 250 ms: card: no money',
      '                               → charge refused, undo of reserve sent',
      '                               → the saga is compensating',
    ]);
  });

  it('says when a new day begins, and wraps what is long', () => {
    const lines = told(
      [
        { kind: 'start', at: at(0) },
        {
          kind: 'hold',
          at: at(90_000),
          actor: 'kim',
          reason: { code: 'by-hand', message: 'wait '.repeat(40) },
        },
      ],
      80,
    );
    expect(lines).toContain('2026-11-28 (UTC)');
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(80);
    expect(lines.join('').match(/wait/g)).toHaveLength(40);
  });

  it.each([
    [`${id}:charge`, { step: 'charge', what: '' }],
    [`${id}:charge:2`, { step: 'charge', what: 'new command (2) of ' }],
    [`${id}:charge:undo-2`, { step: 'charge', what: 'undo of ' }],
    [`${id}:ship:recall`, { step: 'ship', what: 'recall of ' }],
  ])('knows by its id what %s is', (command, expected) => {
    expect(commandOf(command)).toEqual(expected);
  });
});
