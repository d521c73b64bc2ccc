import { describe, expect, it } from '@jest/globals';
import { redriven, whyNotDecided, whyNotRedriven, whyNotWanted, type Judged } from './redrive.js';

const now = new Date('2026-11-27T00:00:00Z');
const open: Judged = {
  ...{ topic: 'order.events', code: 'handler-failed', unfit: null, notAfter: null, status: 'open' },
  ...{ closedAt: null, closedBy: null, closedWhy: null },
};
const closed = { status: 'discarded', closedAt: now, closedBy: 'kim', closedWhy: 'old' } as const;

describe('a dead letter', () => {
  it('may be sent again while it is open and its time is not over', () => {
    expect(whyNotRedriven(open, now)).toBeUndefined();
    expect(whyNotRedriven({ ...open, notAfter: new Date(now.getTime() + 1) }, now)).toBeUndefined();
  });

  it.each<[why: string, letter: Partial<Judged>]>([
    ['it was discarded by kim at 2026-11-27T00:00:00.000Z: old', closed],
    ['its time was over at 2026-11-27', { notAfter: now }],
    ['it is half', { unfit: 'it is half' }],
    ['product.events keeps the latest', { topic: 'product.events' }],
    ['there is no topic gone.events', { topic: 'gone.events' }],
    ['notification has handled it', { code: 'undeliverable' }],
    ['accounting has recorded it', { code: 'suspicious-fact' }],
  ])('may not: %s', (why, letter) => {
    expect(whyNotRedriven({ ...open, ...letter }, now)).toContain(why);
  });

  it('of a command may not where its saga waits for it no more, and is anybody’s else', () => {
    const letter = { topic: 'shipping.commands', sagaId: 's', eventId: 'c' };
    const over = { state: 'completed', steps: {} } as const;
    expect(whyNotWanted(letter, over)).toContain('another command since');
    expect(whyNotWanted(letter, undefined)).toBeUndefined();
    expect(whyNotWanted({ ...letter, topic: 'order.events' }, over)).toBeUndefined();
  });

  it('may be discarded whatever it is, once', () => {
    expect(whyNotDecided({ ...open, unfit: 'it is half' } as Judged)).toBeUndefined();
    expect(whyNotDecided({ ...open, ...closed })).toContain('discarded by kim');
  });

  it('goes where it lay, with its own headers, and begins a new chain', () => {
    const headers = {
      ce_id: 'i',
      ce_chain: '9 a',
      ce_redrive: '1',
      ce_redriveof: 'before',
      own: 'x',
    };
    const wholeKey = Buffer.from('ü');
    const letter = { id: 'L', topic: 't', partition: 3, attempt: 1, wholeKey, headers };
    expect(redriven({ ...letter, value: Buffer.from('{"a":1.0}') })).toEqual({
      ...{ topic: 't', partition: 3, key: 'ü', value: '{"a":1.0}' },
      headers: { ce_id: 'i', own: 'x', ce_redrive: '2', ce_redriveof: 'L' },
    });
  });
});
