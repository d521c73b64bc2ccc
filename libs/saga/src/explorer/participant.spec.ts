import { describe, expect, it } from '@jest/globals';
import { sample } from '../spec/saga-run.js';
import { Participants, type ModelVerdict } from './participant.js';
import type { Business } from './world.js';

const nothingYet: Business = { barrier: {}, effects: {}, pending: {}, parked: {}, dead: {} };
const reserve = { commandId: 'saga:reserve', step: 'reserve', undo: false };

const served = (verdict: ModelVerdict) =>
  new Participants(sample, () => verdict, {}).serve(nothingYet, reserve, 'succeed', 'in-time');

describe('a participant whose barrier', () => {
  it.each([
    ['rejects', 'reject', 'dead', 'saga.command-dead', 'dead'],
    ['refuses', 'refuse', 'refused', 'saga.command-refused', 'handled'],
  ] as const)('%s a command says so, and remembers it', (_, kind, outcome, name, state) => {
    const answer = { outcome, name, reason: { code: 'why', message: '' } };
    expect(served({ kind, code: 'why', remember: true })).toEqual({
      answer,
      business: { ...nothingYet, barrier: { 'saga:reserve': { state, answer } } },
    });
  });

  it('refuses a command that it will not know again says so, and remembers nothing', () => {
    const { answer, business } = served({ kind: 'refuse', code: 'why', remember: false });
    expect(answer?.outcome).toBe('refused');
    expect(business).toEqual(nothingYet);
  });

  it('knows a command that is not answered yet says nothing', () => {
    expect(served({ kind: 'repeat' })).toEqual({ business: nothingYet });
  });
});
