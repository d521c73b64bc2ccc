/** Every promise is broken once, by an engine or a barrier that fails in just that. */
import { describe, expect, it } from '@jest/globals';
import { barrier } from '../../../../tools/explore/barrier.js';
import { decide } from '../decide.js';
import type { SagaDefinition } from '../definition.js';
import type { SagaInstance, StepInstance } from '../instance.js';
import type { Decision, SagaMessage } from '../messages.js';
import { BY_HAND, pivotless, recallable, sample } from '../spec/saga-run.js';
import { explore, type Exploration, type ExploreOptions } from './explore.js';
import type { ModelBarrier } from './participant.js';

type Decide = typeof decide;

const violationOf = (options: Partial<ExploreOptions>): Exploration['violation'] =>
  explore({
    ...{ definition: sample, input: { id: 'order-1' }, barrier, faults: 1 },
    // their stories would be shorter, and say less
    people: false,
    ...options,
  }).violation;

/** The engine, with another last word. */
const after =
  (change: (decision: Decision, before: SagaInstance, message: SagaMessage) => Decision): Decide =>
  (definition, instance, message, context) =>
    change(decide(definition, instance, message, context), instance, message);

/** The engine, which is told something else than what is. */
const told =
  (change: (instance: SagaInstance, message: SagaMessage) => SagaInstance): Decide =>
  (definition, instance, message, context) =>
    decide(definition, change(instance, message), message, context);

const withStep = (instance: SagaInstance, name: string, step: StepInstance): SagaInstance => ({
  ...instance,
  steps: { ...instance.steps, [name]: step },
});

const changed = (decision: Decision, change: Partial<SagaInstance>): Decision => ({
  ...decision,
  instance: { ...decision.instance, ...change },
});

const regrouped =
  (groups: (groups: SagaDefinition['groups'], state: SagaInstance) => SagaDefinition['groups']) =>
  (...[definition, instance, message, context]: Parameters<Decide>): Decision =>
    decide(
      { ...definition, groups: groups(definition.groups, instance) },
      instance,
      message,
      context,
    );

describe('the explorer proves that a saga ends', () => {
  it('by one that waits for nothing', () => {
    const idle = after((decision) => ({
      ...changed(decision, { steps: {}, wakeAt: null }),
      commands: [],
    }));
    expect(violationOf({ decide: idle })).toEqual({
      promise: 'it is running, and waits for nothing',
      story: ['the saga gets start'],
    });
  });

  it('by one that goes round for ever and tells nobody', () => {
    const deaf = after((decision, before, { kind }) => {
      const hears = before.state !== 'compensating' || kind !== 'reply';
      const { attention: _, ...calm } = hears ? decision.instance : before;
      return { ...decision, instance: calm, commands: hears ? decision.commands : [] };
    });
    expect(violationOf({ decide: deaf })).toEqual({
      promise: 'it can go on for ever',
      story: ['the customer cancels'],
    });
  });

  it('by one that asks again as soon as it hears that it takes longer', () => {
    const retry = {
      ...BY_HAND,
      messageId: '',
      intervention: { action: 'retry', step: 'ship' },
    } as const;
    const impatient: Decide = (definition, instance, message, context) => {
      const decision = decide(definition, instance, message, context);
      const isLonger = message.kind === 'reply' && message.outcome === 'pending';
      return isLonger ? decide(definition, decision.instance, retry, context) : decision;
    };
    // The pivot may succeed at any time, and then it ends: but it need not.
    const options = { definition: recallable, decide: impatient, faults: 0 };
    expect(violationOf(options)).toEqual({ promise: 'it can go on for ever', story: [] });
  });

  it('by one that calls a person without saying why', () => {
    const wordless = after((decision) => {
      const { attention } = decision.instance;
      return attention ? changed(decision, { attention: { ...attention, message: '' } }) : decision;
    });
    expect(violationOf({ decide: wordless })).toEqual({
      promise: 'it asks for attention without a cause',
      story: [
        'the saga gets start',
        "inventory gets 'reserve'",
        "the saga hears succeeded of 'reserve'",
        "inventory gets 'charge'",
        "the saga hears succeeded of 'charge'",
        "inventory gets 'secure'",
        "the saga hears succeeded of 'secure'",
        "inventory gets 'ship' and fails for good",
        "the saga hears dead of 'ship'",
      ],
    });
  });

  it('by one that forgets why it goes back', () => {
    const forgetful = after((decision) => {
      const { cause: _, ...instance } = decision.instance;
      return { ...decision, instance };
    });
    expect(violationOf({ decide: forgetful })).toEqual({
      promise: 'it is compensating without a cause',
      story: [
        'the saga gets start',
        "inventory gets 'reserve' after its notAfter",
        "the saga hears refused of 'reserve'",
      ],
    });
  });

  it.each<[string, unknown]>([
    ['an error', new Error('no')],
    ['what is no error', 'no'],
  ])('by one that throws %s', (_, thrown) => {
    const choking: Decide = (definition, instance, message, context) => {
      if (message.kind === 'cancel') throw thrown;
      return decide(definition, instance, message, context);
    };
    expect(violationOf({ decide: choking })).toEqual({
      promise: 'it throws: no',
      story: ['the customer cancels before the start arrives', 'the saga gets cancel'],
    });
  });

  it('by one that is done too early', () => {
    const hasty = after((decision) =>
      decision.commands.some(({ step }) => step === 'notify')
        ? { ...changed(decision, { state: 'completed' }), commands: [] }
        : decision,
    );
    expect(violationOf({ decide: hasty })).toEqual({
      promise: "it is completed, and 'confirm' has not its effect",
      story: [
        'the saga gets start',
        "inventory gets 'reserve'",
        "the saga hears succeeded of 'reserve'",
        "inventory gets 'charge'",
        "the saga hears succeeded of 'charge'",
        "inventory gets 'secure'",
        "the saga hears succeeded of 'secure'",
        "inventory gets 'ship'",
        "the saga hears succeeded of 'ship'",
      ],
    });
  });
});

describe('the explorer proves that a timer takes effect once', () => {
  it.each<[string, Decide]>([
    [
      'that sends again whatever is due by now',
      (definition, instance, message, context) => {
        const late = message.kind === 'timer' ? { ...message, dueBefore: Infinity } : message;
        return decide(definition, instance, late, context);
      },
    ],
    [
      'that puts its next timer off each time',
      after((decision, _before, { kind }) => {
        const { wakeAt, steps } = decision.instance;
        const { command } = steps['reserve'] ?? {};
        if (kind !== 'timer' || wakeAt === null || !command) return decision;
        const later = { state: 'sent', command: { ...command, dueAt: wakeAt + 1 } } as const;
        const instance = withStep(decision.instance, 'reserve', later);
        return { ...decision, instance: { ...instance, wakeAt: wakeAt + 1 } };
      }),
    ],
  ])('by one %s', (_, hasty) => {
    expect(violationOf({ decide: hasty })).toEqual({
      promise: 'a timer takes effect twice',
      story: ['the saga gets start', 'the first timer is due'],
    });
  });
});

describe('the explorer proves that a held saga is still', () => {
  it('by one that sends what is next all the same', () => {
    const restless: Decide = (definition, instance, message, context) => {
      const { held, ...loose } = instance;
      const decision = decide(definition, loose, message, context);
      return held ? changed(decision, { held, wakeAt: null }) : decision;
    };
    expect(violationOf({ decide: restless })).toEqual({
      promise: 'something is sent while it is held',
      story: [
        'the saga gets start',
        'somebody holds it',
        'the saga gets hold',
        "inventory gets 'reserve'",
        "the saga hears succeeded of 'reserve'",
      ],
    });
  });
});

describe('the explorer proves the order', () => {
  it('of the way back, by one that undoes the first step first', () => {
    const forwards = regrouped((groups, { state }) =>
      state === 'compensating' ? groups.toReversed() : groups,
    );
    expect(violationOf({ decide: forwards })).toEqual({
      promise: "'create' is undone before 'reserve', which came after it",
      story: [
        'the saga gets start',
        "inventory gets 'reserve'",
        "the saga hears succeeded of 'reserve'",
        "inventory gets 'charge' and fails for good",
        "the saga hears dead of 'charge'",
        "inventory gets 'charge:undo'",
        "the saga hears succeeded of 'charge:undo'",
      ],
    });
  });

  it('of the way back, by one that does not write down what it undoes', () => {
    const unsettled = after((decision, _before, { kind }) => {
      if (kind !== 'cancel') return decision;
      const first = { step: 'create', commandId: 'saga:create:undo' };
      const commands = decision.commands.map((command) => ({ ...command, ...first }));
      return { ...decision, commands };
    });
    expect(violationOf({ decide: unsettled })).toEqual({
      promise: "'create' is undone before 'reserve', which came after it",
      story: ['the saga gets start', 'the customer cancels', 'the saga gets cancel'],
    });
  });

  it('of the way forward, by one that sends everything at once', () => {
    const eager = regrouped(([local = [], first = [], second = [], ...later]) => [
      local,
      [...first, ...second],
      ...later,
    ]);
    expect(violationOf({ decide: eager })).toEqual({
      promise: "'charge' is sent before 'reserve' is done",
      story: ['the saga gets start'],
    });
  });

  it('of both, by one that sends a step again while it is undone', () => {
    const torn = after((decision, { state }, message) => {
      const { commands } = decision;
      const again = commands.map((command) => ({
        ...command,
        commandId: `saga:${command.step}`,
      }));
      return state === 'compensating' && message.kind === 'timer'
        ? { ...decision, commands: again }
        : decision;
    });
    expect(violationOf({ decide: torn, faults: 2 })).toEqual({
      promise: "'create' is sent while it is compensating",
      story: [
        'the saga gets start',
        "inventory gets 'reserve' after its notAfter",
        "the saga hears refused of 'reserve'",
        'the first timer is due',
      ],
    });
  });
});

describe('the explorer proves that nothing is undone', () => {
  it('that was not done, by one that undoes what it never sent', () => {
    const sorry = told((instance, { kind }) =>
      kind === 'cancel' ? withStep(instance, 'charge', { state: 'in-doubt' }) : instance,
    );
    expect(violationOf({ decide: sorry })).toEqual({
      promise: "'charge' is undone though it was waiting",
      story: ['the saga gets start', 'the customer cancels', 'the saga gets cancel'],
    });
  });

  it('that was refused, by one that does not hear refusals', () => {
    const stubborn = after((decision, before, message) => {
      const [step] = Object.entries(decision.instance.steps).find(
        ([, { state }]) => state === 'refused',
      ) ?? [''];
      if (message.kind !== 'timer' || step === '') return decision;
      const commands = decision.commands.map((command) => ({
        ...command,
        commandId: `saga:${step}:undo`,
        step,
        resend: 0,
      }));
      return { ...decision, commands };
    });
    expect(violationOf({ decide: stubborn, faults: 2 })).toEqual({
      promise: "'reserve' is undone though it was refused",
      story: [
        'the saga gets start',
        "inventory gets 'reserve' after its notAfter",
        "the saga hears refused of 'reserve'",
        'the first timer is due',
      ],
    });
  });

  it('twice by one command, by a barrier that lets compensations through', () => {
    const open: ModelBarrier = (rows, command, arrival) =>
      command.undo ? { kind: 'admit' } : barrier(rows, command, arrival);
    expect(violationOf({ barrier: open, faults: 2 })).toEqual({
      promise: "'create' has been undone twice by one command",
      story: [
        'the saga gets start',
        "inventory gets 'reserve' after its notAfter",
        "the saga hears refused of 'reserve'",
        "inventory gets 'create:undo', and will get it again",
        "inventory gets 'create:undo'",
      ],
    });
  });

  it('after the pivot was sent, by one that forgets it at a cancel', () => {
    const rash = told((instance, { kind }) =>
      kind === 'cancel' ? withStep(instance, 'ship', { state: 'waiting' }) : instance,
    );
    expect(violationOf({ decide: rash })).toEqual({
      promise: "'charge' is undone while the pivot is sent",
      story: [
        'the saga gets start',
        "inventory gets 'reserve'",
        "the saga hears succeeded of 'reserve'",
        "inventory gets 'charge'",
        "the saga hears succeeded of 'charge'",
        "inventory gets 'secure'",
        "the saga hears succeeded of 'secure'",
        'the customer cancels',
        'the saga gets cancel',
      ],
    });
  });

  it('while the pivot is out, by one that goes back as soon as it is sent', () => {
    const torn = after((decision) => {
      const pivot = decision.commands.find(({ step }) => step === 'ship');
      if (!pivot) return decision;
      const undo = { ...pivot, step: 'charge', commandId: 'saga:charge:undo' };
      return { ...decision, commands: [pivot, undo] };
    });
    expect(violationOf({ decide: torn })).toEqual({
      promise: "'charge' is undone while the pivot is sent",
      story: [
        'the saga gets start',
        "inventory gets 'reserve'",
        "the saga hears succeeded of 'reserve'",
        "inventory gets 'charge'",
        "the saga hears succeeded of 'charge'",
        "inventory gets 'secure'",
        "the saga hears succeeded of 'secure'",
      ],
    });
  });

  it('after the pivot was done, by a barrier that refuses what it knows', () => {
    const mute: ModelBarrier = (rows, command, arrival) => {
      const verdict = barrier(rows, command, arrival);
      return verdict.kind === 'repeat' && command.step === 'ship'
        ? { kind: 'refuse', code: 'known', remember: false }
        : verdict;
    };
    expect(violationOf({ barrier: mute, faults: 2 })).toEqual({
      promise: "'charge' is undone after the pivot 'ship' was done",
      story: [
        'the saga gets start',
        "inventory gets 'reserve'",
        "the saga hears succeeded of 'reserve'",
        "inventory gets 'charge'",
        "the saga hears succeeded of 'charge'",
        "inventory gets 'secure'",
        "the saga hears succeeded of 'secure'",
        "inventory gets 'ship', and will get it again",
        "inventory gets 'ship'",
        "the saga hears refused of 'ship' overtakes",
        "inventory gets 'charge:undo'",
      ],
    });
  });

  it('that is past the pivot, by one that takes back what cannot be', () => {
    const greedy = after((decision, _before, { kind }) => {
      const [command] = decision.commands;
      if (kind !== 'start' || !command) return decision;
      const wrong = { ...command, step: 'notify', commandId: 'saga:notify:undo' };
      return { ...decision, commands: [wrong] };
    });
    expect(violationOf({ decide: greedy })).toEqual({
      promise: "'notify' is undone, but a retriable step never is",
      story: ['the saga gets start'],
    });
  });
});

describe('the explorer proves that the ledger nets to zero', () => {
  it('by one that reads no reports', () => {
    const blind = after((decision, before, { kind }) =>
      kind === 'report' ? { ...decision, instance: before, commands: [] } : decision,
    );
    expect(violationOf({ decide: blind, faults: 2 })).toEqual({
      promise: "it is compensated, and the effect of 'reserve' is out",
      story: [
        'the saga gets start',
        "inventory gets 'reserve' and fails for good",
        "the saga hears dead of 'reserve'",
        "inventory gets 'reserve:undo'",
        "the saga hears succeeded of 'reserve:undo'",
        "inventory gets 'create:undo'",
        "the saga hears succeeded of 'create:undo'",
        "'reserve' has an effect after it was undone",
        'the saga gets report',
      ],
    });
  });

  it('by one that takes what is not published yet for what was never sent', () => {
    const reason = { code: 'unsent', message: 'it never left' };
    const rash: Decide = (definition, instance, message, context) =>
      message.kind === 'timer' && message.publishedBy === Infinity && instance.state === 'running'
        ? decide(
            definition,
            withStep(instance, 'notify', { state: 'waiting' }),
            { kind: 'cancel', messageId: '', reason },
            context,
          )
        : decide(definition, instance, message, context);
    expect(violationOf({ definition: pivotless, decide: rash, faults: 2 })).toEqual({
      promise: "it is compensated, and the effect of 'notify' is out",
      story: [
        'the saga gets start',
        "inventory gets 'reserve'",
        "the saga hears succeeded of 'reserve'; the process dies after its commit, so it comes again",
        "the saga hears succeeded of 'reserve'",
        'the first timer is due',
        "inventory gets 'reserve:undo'",
        "the saga hears succeeded of 'reserve:undo'",
        'the relay publishes what was left behind',
        "inventory gets 'notify'",
        "the saga hears succeeded of 'notify'",
      ],
    });
  });

  it('by one that is undone too early', () => {
    const hasty = after((decision) =>
      decision.instance.state === 'compensating' && decision.instance.ledger['reserve']
        ? { ...changed(decision, { state: 'compensated', steps: {}, wakeAt: null }), commands: [] }
        : decision,
    );
    expect(violationOf({ decide: hasty })).toEqual({
      promise: 'it is compensated while its ledger is open',
      story: [
        'the saga gets start',
        "inventory gets 'reserve'",
        "the saga hears succeeded of 'reserve'",
        "inventory gets 'charge' after its notAfter",
        "the saga hears refused of 'charge'",
      ],
    });
  });
});
