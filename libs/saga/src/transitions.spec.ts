import { describe, expect, it } from '@jest/globals';
import { decide } from './decide.js';
import { newInstance, sagaStates } from './instance.js';
import type { SagaMessage } from './messages.js';
import { sample } from './spec/saga-run.js';
import { defaultTiming } from './timing.js';
import { transitions } from './transitions.js';

const reason = { code: 'c', message: '' };
const messages: readonly SagaMessage[] = [
  { kind: 'start', messageId: 'm', input: { id: 'other' } },
  { kind: 'reply', messageId: 'm', name: 'done', commandId: 'c', outcome: 'succeeded' },
  { kind: 'report', messageId: 'm', effects: [] },
  { kind: 'cancel', messageId: 'm', reason },
  { kind: 'timer', messageId: 'm', publishedBy: 0 },
  { kind: 'mend', messageId: 'm', step: 'charge', data: {} },
  { kind: 'hold', messageId: 'm', reason },
  { kind: 'release', messageId: 'm', reason },
  { kind: 'move', messageId: 'm', to: { ...sample, version: 2 }, reason },
  {
    ...{ kind: 'intervene', messageId: 'm', actor: 'kim', reason },
    intervention: { action: 'compensate' },
  },
];

const recorded = sagaStates.flatMap((state) =>
  messages.flatMap((message) => {
    const entry = transitions[state][message.kind];
    return entry.treatment === 'recorded' ? [{ state, message, why: entry.why }] : [];
  }),
);

describe('a pair that is only recorded', () => {
  it.each(recorded.map((pair) => [pair.message.kind, pair.state, pair] as const))(
    'says why, and changes nothing: %s when %s',
    (kind, state, { message, why }) => {
      const head = { id: 'saga-1', definition: 'sample', version: 1, businessKey: 'k', now: 5 };
      const before = { ...newInstance(head), state, input: { id: 'order-1' }, cause: reason };
      const context = { now: 9, jitter: 0, timing: defaultTiming };
      const { instance, commands, history } = decide(sample, before, message, context);
      expect(why).toMatch(/[a-z]{2}/);
      expect(history.note).toBe(`${kind} recorded: ${why}`);
      expect(instance).toEqual({ ...before, revision: 1, updatedAt: 9 });
      expect(commands).toEqual([]);
    },
  );
});

describe('every other pair', () => {
  it('is handled, by that name', () => {
    const entries = sagaStates.flatMap((state) => Object.values(transitions[state]));
    const others = entries.filter(({ treatment }) => treatment !== 'recorded');
    expect(others.length).toBeGreaterThan(20);
    for (const entry of others) expect(entry).toEqual({ treatment: 'handled' });
  });
});
