import { describe, expect, it } from '@jest/globals';
import { decide } from './decide.js';
import { newInstance, sagaStates } from './instance.js';
import type { SagaMessage } from './messages.js';
import { BY_HAND, sample } from './spec/saga-run.js';
import { defaultTiming } from './timing.js';
import { transitions } from './transitions.js';

const reason = { code: 'c', message: '' };
type MessageOf = { readonly [Kind in SagaMessage['kind']]: Extract<SagaMessage, { kind: Kind }> };

/** One of each kind; one that is missing here does not compile. */
const messageOf: MessageOf = {
  start: { kind: 'start', messageId: 'm', input: { id: 'other' } },
  reply: { kind: 'reply', messageId: 'm', name: 'done', commandId: 'c', outcome: 'succeeded' },
  report: { kind: 'report', messageId: 'm', effects: [] },
  cancel: { kind: 'cancel', messageId: 'm', reason },
  timer: { kind: 'timer', messageId: 'm', publishedBy: 0, dueBefore: 0 },
  mend: { kind: 'mend', messageId: 'm', step: 'charge', data: {} },
  hold: { kind: 'hold', messageId: 'm', reason },
  release: { kind: 'release', messageId: 'm', reason },
  move: { kind: 'move', messageId: 'm', to: { ...sample, version: 2 }, reason },
  intervene: { ...BY_HAND, messageId: 'm', intervention: { action: 'retry', step: 'charge' } },
};

const recorded = sagaStates.flatMap((state) =>
  Object.values(messageOf).flatMap((message) => {
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
      // It is said of every saga, whatever that is about.
      expect(why).not.toMatch(/order|return|refund|parcel|withdraw/);
      expect(history.note).toBe(`${kind} recorded: ${why}`);
      expect(instance).toEqual({ ...before, revision: 1, updatedAt: 9 });
      expect(commands).toEqual([]);
    },
  );
});

describe('what is handled', () => {
  it('is this, and nothing else', () => {
    const kinds = Object.keys(messageOf) as SagaMessage['kind'][];
    const handled = sagaStates.map((state) => [
      state,
      kinds.filter((kind) => transitions[state][kind].treatment !== 'recorded'),
    ]);
    expect(Object.fromEntries(handled)).toEqual({
      'awaiting-start': ['start', 'cancel'],
      running: kinds.filter((kind) => kind !== 'start'),
      compensating: ['reply', 'report', 'timer', 'hold', 'release', 'intervene'],
      completed: ['reply', 'report'],
      compensated: ['reply', 'report'],
    });
    const entries = sagaStates.flatMap((state) => Object.values(transitions[state]));
    const others = entries.filter(({ treatment }) => treatment !== 'recorded');
    for (const entry of others) expect(entry).toEqual({ treatment: 'handled' });
  });
});
