import { describe, expect, it } from '@jest/globals';
import type { StepInstance, StepStateName } from '#saga';
import { redriven, whyNotDecided, whyNotRedriven, whyUnwanted, type Judged } from './redrive.js';

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

  describe('of a command', () => {
    const sent = (state: StepStateName, more: Partial<StepInstance> = {}) => {
      const command = { commandId: 'c', issuedOn: '2026-11-27', attempts: 1, sentAt: 0 };
      return { ship: { state, command, ...more } };
    };
    const recall = { commandId: 'r', issuedOn: '2026-11-27', attempts: 1, sentAt: 0 };
    const undo = { ...recall, commandId: 'u', state: 'sent', round: 1 } as const;
    const letter = { topic: 'shipping.commands', sagaId: 's' };

    it.each([
      ['c', 'running', sent('sent')],
      ['c', 'running', sent('pending')],
      ['r', 'running', sent('sent', { recall })],
      ['u', 'compensating', sent('undoing', { undo })],
    ] as const)('%s is wanted while a %s saga waits for its answer', (eventId, state, steps) => {
      expect(whyUnwanted({ ...letter, eventId }, { state, steps })).toBeUndefined();
    });

    it.each([
      ['c', 'compensating', sent('refused'), "'ship' is refused"],
      ['c', 'compensating', sent('sent'), "'ship' is sent"],
      ['c', 'completed', sent('done'), "'ship' is done"],
      ['r', 'running', sent('done', { recall }), "'ship' is done"],
      ['u', 'compensated', sent('undone', { undo }), "'ship' is undone"],
      ['other', 'running', sent('sent', { undo, recall }), 'another command since'],
    ] as const)('%s is not wanted by a saga that is %s: %j', (eventId, state, steps, why) => {
      expect(whyUnwanted({ ...letter, eventId }, { state, steps })).toContain(why);
    });

    it('is anybody’s where no saga of ours has sent it, and an event is no command', () => {
      expect(whyUnwanted({ ...letter, eventId: 'c' }, undefined)).toBeUndefined();
      const event = { ...letter, topic: 'order.events', eventId: 'c' };
      expect(whyUnwanted(event, { state: 'completed', steps: {} })).toBeUndefined();
    });
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
