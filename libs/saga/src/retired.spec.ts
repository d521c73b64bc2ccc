/** Promise attacked here: what is reported of a saga counts, also when its version is gone. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { decide } from './decide.js';
import type { SagaInstance } from './instance.js';
import type { SagaMessage } from './messages.js';
import { asOfRetired, isRetired, retiredDefinition } from './retired.js';
import { money, sample, SagaRun } from './spec/saga-run.js';
import { defaultTiming } from './timing.js';

const latest = { ...sample, version: sample.version + 1 };
const earlier = { ...sample, version: sample.version - 1 };

let run: SagaRun;
beforeEach(() => {
  run = new SagaRun();
});

const completed = (): SagaInstance => run.at('confirm').reply('confirm').reply('notify').instance;
const compensated = (): SagaInstance => {
  run.at('ship').refuse('ship');
  run.undone('charge', { effects: [money(500, 500, 2)] });
  return run.undone('reserve').undone('create').instance;
};

describe('an instance whose version is gone', () => {
  const decided = (instance: SagaInstance, message: SagaMessage) => {
    const definition = retiredDefinition(latest, instance);
    if (!definition) throw new Error('its version is needed');
    const context = { now: run.now, jitter: 0, timing: defaultTiming };
    return decide(definition, instance, asOfRetired(message), context);
  };
  const report = (taken: number, returned: number, revision: number): SagaMessage => ({
    ...{ kind: 'report', messageId: `report-${revision}` },
    effects: [money(taken, returned, revision)],
  });

  it('is done with when it is over, and needs its version when it is not', () => {
    expect(retiredDefinition(latest, completed())).toMatchObject({ version: 1, groups: [] });
    run = new SagaRun();
    expect(retiredDefinition(latest, compensated())).toMatchObject({ groups: [] });
    run = new SagaRun();
    expect(retiredDefinition(latest, run.instance)).toBeUndefined();
    expect(retiredDefinition(latest, run.at('charge').instance)).toBeUndefined();
    expect(retiredDefinition(latest, run.refuse('charge').instance)).toBeUndefined();
  });

  it('is told by the definition that stands in for its own', () => {
    const stand = retiredDefinition(latest, completed());
    expect(stand && isRetired(stand)).toBe(true);
    expect(isRetired(latest)).toBe(false);
  });

  it('waits for a newer replica where that can undo what is out', () => {
    expect(retiredDefinition(earlier, completed())).toMatchObject({ groups: [] });
    run = new SagaRun();
    expect(retiredDefinition(earlier, compensated())).toBeUndefined();
  });

  it('keeps in its ledger what is given back later', () => {
    const { instance, commands } = decided(completed(), report(500, 200, 9));
    expect(instance).toMatchObject({ state: 'completed', version: 1 });
    expect(instance.ledger['payment:order-1']).toMatchObject({ returned: 200, step: 'charge' });
    expect(commands).toEqual([]);
  });

  it('takes a late answer for a report, with what it says or without', () => {
    const reply = { kind: 'reply', messageId: 'm', name: 'x', outcome: 'succeeded' } as const;
    const command = { commandId: 'saga-1:charge' };
    const ended = completed();
    expect(decided(ended, { ...reply, ...command }).instance.ledger).toEqual(ended.ledger);
    const effects = [money(500, 200, 9)];
    const { instance, history } = decided(ended, { ...reply, ...command, effects });
    expect(instance.ledger['payment:order-1']).toMatchObject({ returned: 200 });
    expect(history).toMatchObject({ kind: 'report', detail: { commandId: 'saga-1:charge' } });
  });

  it('records everything else', () => {
    const reason = { code: 'x', message: 'y' };
    const { history } = decided(completed(), { kind: 'cancel', messageId: 'm', reason });
    expect(history.note).toContain('already completed');
  });

  it('is for a person when what was undone is out again, until it is back', () => {
    const reopened = decided(compensated(), report(900, 500, 9)).instance;
    expect(reopened).toMatchObject({
      state: 'compensating',
      wakeAt: null,
      attention: { code: 'ledger-open' },
    });
    const ended = decided(reopened, report(900, 900, 10)).instance;
    expect(ended).toMatchObject({ state: 'compensated' });
    expect(ended.attention).toBeUndefined();
  });
});
