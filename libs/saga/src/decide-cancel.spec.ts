/** A customer changes their mind, and answers come too late. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { money, pivotless, SagaRun, sample } from './spec/saga-run.js';

let run: SagaRun;
beforeEach(() => {
  run = new SagaRun();
});

describe('cancel', () => {
  it('before the start waits for it and then undoes at once', () => {
    expect(run.cancel().instance.state).toBe('awaiting-start');
    expect(run.note).toBe('cancel came before the start and waits for it');
    expect(run.start().instance.state).toBe('compensating');
    expect(run.sentNames).toEqual(['cancel']);
    expect(run.undone('create').instance).toMatchObject({ state: 'compensated' });
    expect(run.instance.cause?.code).toBe('customer');
  });

  it.each(['reserve', 'charge', 'secure'] as const)('while %s is out undoes that too', (step) => {
    run.at(step).cancel();
    expect(run.instance.state).toBe('compensating');
    expect(run.sentNames).toEqual([
      { reserve: 'release', charge: 'refund', secure: 'refund' }[step],
    ]);
  });

  it('while the pivot is out waits: a refusal undoes, an answer refuses the cancel', () => {
    run.at('ship').cancel();
    expect(run.sent).toEqual([]);
    expect(run.instance.cancel?.code).toBe('customer');
    const waiting = run.instance;
    run.refuse('ship');
    expect(run.instance).toMatchObject({ state: 'compensating' });
    run.instance = waiting;
    run.reply('ship', { result: { number: 1 } });
    expect(run.instance.cancel).toBeUndefined();
    expect(run.note).toContain('cancel refused');
  });

  it('after the pivot is refused, when completed or undone only recorded', () => {
    run.at('confirm').cancel();
    expect(run.note).toContain('the pivot is done');
    expect(run.instance.state).toBe('running');
    run.reply('confirm').reply('notify').cancel();
    expect(run.note).toContain('already completed');
  });

  it('in a saga without a pivot undoes until the first retriable step is out', () => {
    const payload = () => ({ id: 'order-1' });
    const groups = sample.groups
      .filter(([step]) => step?.kind !== 'pivot')
      .map((group) => group.map((step) => (step.payload ? { ...step, payload } : step)));
    run = new SagaRun({ ...sample, groups });
    run.at('secure').cancel();
    expect(run.sentNames).toEqual(['refund']);
    run = new SagaRun({ ...sample, groups });
    run.at('secure').reply('secure').cancel();
    expect(run.note).toBe('cancel refused: there is no way back from here');
    expect(run.sent).toEqual([]);
    expect(run.reply('confirm').reply('notify').instance.state).toBe('completed');
  });

  it('of a saga that is being undone changes nothing', () => {
    run.at('charge').refuse('charge').cancel();
    expect(run.instance.cause?.code).toBe('no');
    expect(run.note).toContain('already being undone');
  });
});

describe('cancel of a saga without a pivot', () => {
  it('undoes until the first retriable step is sent, and nothing from then on', () => {
    run = new SagaRun(pivotless).start().cancel();
    expect(run.sentNames).toEqual(['release']);

    run = new SagaRun(pivotless).start().reply('reserve').cancel();
    expect(run.sent).toEqual([]);
    expect(run.note).toContain('cancel refused');
    expect(run.reply('notify').cancel().note).toContain('cancel refused');
    expect(run.reply('confirm').instance.state).toBe('completed');
  });

  it('does not take a skipped step for one that was sent', () => {
    run = new SagaRun(pivotless).start({ id: 'mute' }).reply('reserve');
    expect(run.state('notify')).toBe('skipped');
    expect(run.cancel().note).toContain('cancel refused');
  });
});

describe('late answers', () => {
  it('while the step waits for its turn decide whether it is undone', () => {
    run.at('charge').cancel();
    // `reserve` is done and waits for the refund; `charge` is already being undone.
    run.reply('charge', { effects: [money(500, 0, 1)] });
    expect(run.state('charge')).toBe('undoing');
    expect(run.sent).toEqual([]);
    run.undone('charge', { effects: [money(500, 500, 2)] });
    expect(run.sentNames).toEqual(['release']);
  });

  it('after the end are recorded', () => {
    run.at('reserve').refuse('reserve').undone('create').reply('reserve');
    expect(run.instance.state).toBe('compensated');
    expect(run.note).toContain('late succeeded recorded');
    run.undone('create');
    expect(run.note).toContain("the compensation of 'create' is over");
  });
});
