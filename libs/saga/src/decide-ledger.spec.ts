/** What participants say they moved: what an end waits for, and what reopens it. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { money, SagaRun } from './spec/saga-run.js';

let run: SagaRun;
beforeEach(() => {
  run = new SagaRun();
});

describe('ledger', () => {
  const undoneAll = () => {
    run
      .at('ship')
      .refuse('ship')
      .undone('charge', { effects: [money(500, 500, 2)] });
    return run.undone('reserve').undone('create');
  };

  it('takes the report with the highest revision, whatever the order', () => {
    run.at('secure').reply('charge', { effects: [money(900, 0, 3)] });
    run.reply('charge', { effects: [money(700, 0, 2)] });
    expect(run.instance.ledger['payment:order-1']).toMatchObject({ taken: 900, step: 'charge' });
    expect(run.report(money(900, 0, 4)).note).toBe('');
  });

  it('keeps a saga from ending while something is out, until a report evens it', () => {
    run.at('ship').refuse('ship').undone('charge');
    expect(run.instance.state).toBe('compensating');
    run.report(money(500, 500, 5));
    run.undone('charge').undone('reserve').undone('create');
    expect(run.instance.state).toBe('compensated');
  });

  it('is not even when more came back than was taken', () => {
    run
      .at('charge')
      .reply('charge', { outcome: 'dead', name: 'dead', effects: [money(500, 0, 1)] });
    run.undone('charge', { effects: [money(500, 600, 2)] });
    run.undone('charge').undone('charge').undone('reserve').undone('create');
    expect(run.instance).toMatchObject({
      state: 'compensating',
      attention: { step: 'charge', code: 'ledger-open' },
    });
  });

  it('reopens an ended saga for a transfer that was paid late, with a new command', () => {
    expect(undoneAll().instance.state).toBe('compensated');
    run.report(money(1_000, 500, 3));
    expect(run.instance.state).toBe('compensating');
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:charge:undo-2', resend: 0 });
    run.replyTo('saga-1:charge:undo');
    expect(run.instance.state).toBe('compensating');
    run.undone('charge', { effects: [money(1_000, 1_000, 4)] });
    expect(run.instance.state).toBe('compensated');
  });

  it('asks a person when an effect stays out after every undo', () => {
    undoneAll().report(money(1_000, 500, 3));
    run.undone('charge').undone('charge');
    expect(run.instance).toMatchObject({
      state: 'compensating',
      attention: { code: 'ledger-open', step: 'charge' },
    });
    expect(run.instance.wakeAt).toBeNull();
    run.report(money(1_000, 1_000, 9));
    expect(run.instance.state).toBe('compensated');
  });

  it('undoes a step that was refused and has had an effect all the same', () => {
    run.at('charge').reply('charge', {
      name: 'refused',
      outcome: 'refused',
      effects: [money(0, 0, 1)],
    });
    run.undone('reserve').undone('create');
    expect(run.instance.state).toBe('compensated');
    run.report(money(500, 0, 2));
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:charge:undo' });
    run.undone('charge', { effects: [money(500, 500, 3)] });
    expect(run.instance.state).toBe('compensated');
  });

  it('undoes a late effect of a covered step by what covers it', () => {
    run
      .at('secure')
      .reply('secure', { effects: [{ ...money(0, 0, 1), id: 'stock' }] })
      .refuse('ship');
    run
      .undone('charge', { effects: [money(500, 500, 2)] })
      .undone('reserve')
      .undone('create');
    expect(run.instance.state).toBe('compensated');
    run.report({ ...money(3, 0, 2), id: 'stock' });
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:reserve:undo-2' });
  });

  it('undoes an effect that is first heard of when all is over, by the command it came from', () => {
    run
      .at('charge')
      .reply('charge', { outcome: 'dead', name: 'dead' })
      .undone('charge')
      .undone('reserve')
      .undone('create');
    expect(run.instance.state).toBe('compensated');
    const commandId = run.instance.steps['charge']?.command?.commandId;
    const report = { kind: 'report', messageId: 'r', effects: [money(500, 0, 1)] } as const;
    run.apply({ ...report, ...(commandId !== undefined && { commandId }) });
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:charge:undo-2' });
    run.undone('charge', { effects: [money(500, 500, 2)] });
    expect(run.instance.state).toBe('compensated');
  });

  it('undoes nothing earlier while a later step has had its effect again', () => {
    run.at('charge').reply('charge', { outcome: 'dead', name: 'dead' });
    const commandId = run.instance.steps['charge']?.command?.commandId ?? '';
    run.apply({ kind: 'report', messageId: 'r', commandId, effects: [money(500, 0, 1)] });
    run.undone('charge');
    expect(run.sent.map((sent) => sent.commandId)).toEqual(['saga-1:charge:undo-2']);
  });

  it('takes an answer to an earlier undo for late, though what it reports counts', () => {
    run.at('charge').reply('charge', { outcome: 'dead', name: 'dead' });
    const commandId = run.instance.steps['charge']?.command?.commandId ?? '';
    run.apply({ kind: 'report', messageId: 'r', commandId, effects: [money(500, 0, 1)] });
    run.undone('charge');
    run.replyTo('saga-1:charge:undo', { effects: [money(500, 100, 2)] });
    expect(run.note).toContain("late succeeded recorded for 'charge'");
    expect(run.state('charge')).toBe('undoing');
    expect(run.instance.ledger['payment:order-1']).toMatchObject({ returned: 100 });
    expect(run.sent).toEqual([]);
  });

  it('takes an id that only begins like one of its own for a foreign one', () => {
    run.at('secure').refuse('secure');
    for (const id of ['charge', 'charge:undone', 'secure:x']) {
      run.replyTo(`saga-2:${id}`, { effects: [money(9, 0, 9)] });
      expect(run.note).toBe(`reply recorded: no command saga-2:${id} was sent`);
    }
    run.replyTo('saga-1:charge:x', { effects: [money(9, 0, 9)] });
    expect(run.note).toBe('reply recorded: no command saga-1:charge:x was sent');
    expect(run.instance.ledger['payment:order-1']).toMatchObject({ taken: 500 });
  });

  it('keeps an effect of no known step, and is not compensated before it is back', () => {
    run.at('charge').report(money(1, 0, 1));
    expect(run.note).toContain('no step is known to have had the effect payment:order-1');
    run.refuse('charge').undone('reserve').undone('create');
    expect(run.instance).toMatchObject({
      state: 'compensating',
      attention: { code: 'ledger-open', step: '?' },
    });
    run.report(money(1, 1, 2));
    expect(run.instance.state).toBe('compensated');
    run.report(money(2, 1, 3));
    expect(run.instance).toMatchObject({ state: 'compensating', attention: { step: '?' } });
  });
});
