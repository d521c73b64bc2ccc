import { describe, expect, it } from '@jest/globals';
import type { StepInstance, StepStateName } from './instance.js';
import { whyUnwanted } from './unwanted.js';

describe('a command that was given up', () => {
  const sent = { commandId: 'c', issuedOn: '2026-11-27', attempts: 1, sentAt: 0 };
  const recall = { ...sent, commandId: 'r' };
  const undo = { ...sent, commandId: 'u', state: 'sent', round: 1 } as const;
  const ship = (state: StepStateName, more: Partial<StepInstance> = {}) => ({
    charge: { state: 'waiting' } as const,
    ship: { state, command: sent, ...more },
  });

  it.each([
    ['c', 'running', ship('sent')],
    ['c', 'running', ship('pending')],
    ['r', 'running', ship('sent', { recall })],
    ['u', 'compensating', ship('undoing', { undo })],
  ] as const)('%s is wanted while a %s saga waits for its answer', (id, state, steps) => {
    expect(whyUnwanted({ state, steps }, id)).toBeUndefined();
  });

  it.each([
    ['c', 'compensating', ship('refused'), "'ship' is refused"],
    ['c', 'compensating', ship('sent'), "'ship' is sent"],
    ['c', 'completed', ship('done'), "'ship' is done"],
    ['r', 'running', ship('done', { recall }), "'ship' is done"],
    ['u', 'compensated', ship('undone', { undo }), "'ship' is undone"],
    ['other', 'running', ship('sent', { undo, recall }), 'another command since'],
  ] as const)('%s is not wanted by a saga that is %s: %j', (id, state, steps, why) => {
    expect(whyUnwanted({ state, steps }, id)).toContain(why);
  });
});
