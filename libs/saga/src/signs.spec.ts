import { describe, expect, it } from '@jest/globals';
import { signsOf, errorSign, stepSign } from './signs.js';
import { SagaRun, forgiving } from './spec/saga-run.js';
import { whereabouts } from './whereabouts.js';

describe('the signs of a saga', () => {
  it('are none while it goes its way, whatever it is at', () => {
    const run = new SagaRun().start();
    const seen = [signsOf(run.instance)];
    for (const step of ['reserve', 'charge', 'secure', 'ship', 'confirm', 'notify']) {
      seen.push(signsOf(run.reply(step).instance));
    }
    expect(run.instance.state).toBe('completed');
    expect(seen).toEqual(seen.map(() => []));
  });

  it('say when a command is out again, and when it has been answered no more', () => {
    const run = new SagaRun().start().silence(Infinity).silence();
    expect(signsOf(run.instance)).toEqual(['reserve=resent', '*=resent']);
    const again = signsOf(run.silence().instance);
    expect(again).toEqual(['reserve=resent', '*=resent']);
    expect(signsOf(run.reply('reserve').instance)).toEqual([]);
  });

  it('name what is pending, undone and skipped, and why', () => {
    const run = new SagaRun().start().reply('reserve');
    expect(signsOf(run.reply('charge', { outcome: 'pending' }).instance)).toEqual([
      'charge=pending',
      '*=pending',
    ]);
    run.refuse('charge');
    expect(signsOf(run.instance)).toEqual(
      expect.arrayContaining([
        ...['charge=refused', '*=refused', 'reserve=undoing', '*=undoing'],
        ...['ship=skipped', '*=skipped', 'error:no'],
      ]),
    );
    run.undone('reserve', { outcome: 'dead', reason: { code: 'broken', message: '' } });
    expect(signsOf(run.instance)).toContain('error:broken');
    run.undone('reserve').undone('create');
    expect(signsOf(run.instance)).toEqual(expect.arrayContaining(['reserve=undone', '*=undone']));
  });

  it('name each once, also what a person is needed for, and that it is held', () => {
    const reason = { code: 'odd', message: '' };
    const run = new SagaRun().start();
    run.reply('reserve', { outcome: 'parked', reason }).hold();
    expect(signsOf(run.instance)).toEqual(['error:odd', 'held']);
    const attention = { step: 'charge', ...reason };
    const also = [{ step: 'ship', code: 'other', message: '' }];
    const instance = { ...run.instance, attention, alsoAttention: also };
    expect(signsOf(instance)).toEqual(['error:odd', 'error:other', 'held']);
  });

  it('are words that a database takes', () => {
    expect(errorSign(`a\u0000b\ud83d${'c'.repeat(300)}`)).toHaveLength(200);
    expect(errorSign('a\u0000\ud83d')).toBe('error:a\ufffd\ufffd');
    expect(errorSign(`${'c'.repeat(193)}\u{1f4e6}`).isWellFormed()).toBe(true);
    expect(stepSign('charge', 'undone')).toBe('charge=undone');
  });

  it('of a step without a command are those of its state', () => {
    const { instance } = new SagaRun().start();
    const steps = { a: { state: 'sent' }, b: { state: 'in-doubt' } } as const;
    expect(signsOf({ ...instance, steps })).toEqual(['b=in-doubt', '*=in-doubt']);
  });
});

describe('where a saga is', () => {
  it('is what it waits for, since when', () => {
    const run = new SagaRun();
    const since = run.now;
    expect(whereabouts(run.start().instance)).toEqual([{ step: 'reserve', state: 'sent', since }]);
    run.reply('reserve').reply('charge', { outcome: 'pending' });
    expect(whereabouts(run.instance)).toEqual([{ step: 'charge', state: 'pending', since }]);
    run.refuse('charge');
    expect(whereabouts(run.instance)).toEqual([{ step: 'reserve', state: 'undoing', since }]);
    run.undone('reserve').undone('create');
    expect(run.instance.state).toBe('compensated');
    expect(whereabouts(run.instance)).toEqual([]);
  });

  it('is a refused step that waits for a better input, until it does not', () => {
    const run = new SagaRun(forgiving).start().reply('reserve').reply('secure').refuse('charge');
    expect(whereabouts(run.instance)).toContainEqual({
      ...{ step: 'charge', state: 'refused', since: run.now },
    });
    const held = run.instance.steps['charge'];
    const { dueAt: _, ...command } = held?.command ?? { commandId: '', issuedOn: '' };
    const steps = { charge: { ...held, state: 'refused', command } } as typeof run.instance.steps;
    expect(whereabouts({ ...run.instance, steps })).toEqual([]);
    expect(whereabouts({ ...run.instance, state: 'compensating' })).not.toContainEqual(
      expect.objectContaining({ step: 'charge' }),
    );
  });

  it('is also a step that is undone by another, or in doubt, since nobody knows when', () => {
    const { instance } = new SagaRun().start();
    const steps = { a: { state: 'undoing' }, b: { state: 'in-doubt' } } as const;
    expect(whereabouts({ ...instance, state: 'compensating', steps })).toEqual([
      { step: 'a', state: 'undoing' },
      { step: 'b', state: 'in-doubt' },
    ]);
  });
});
