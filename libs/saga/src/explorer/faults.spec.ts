/** Everything that may go wrong is met: an engine that cannot bear it is told how it came to it. */
import { describe, expect, it } from '@jest/globals';
import { barrier } from '../../../../tools/explore/barrier.js';
import { decide } from '../decide.js';
import type { SagaDefinition } from '../definition.js';
import type { SagaInstance, StepStateName } from '../instance.js';
import type { ReplyMessage, SagaMessage } from '../messages.js';
import { sample } from '../spec/saga-run.js';
import { explore, type Exploration, type ExploreOptions } from './explore.js';
import type { ModelBarrier } from './participant.js';

type Condition = (message: SagaMessage, instance: SagaInstance) => boolean;

const run = (options: Partial<ExploreOptions> = {}): Exploration =>
  explore({ definition: sample, input: { id: 'order-1' }, barrier, faults: 1, ...options });

/** The way to the first decision of that kind. */
const storyOf = (when: Condition, options: Partial<ExploreOptions> = {}): readonly string[] => {
  const mined: typeof decide = (definition, instance, message, context) => {
    if (when(message, instance)) throw new Error('a mine');
    return decide(definition, instance, message, context);
  };
  const { violation } = run({ decide: mined, ...options });
  return violation?.promise === 'it throws: a mine' ? violation.story : [];
};

const reply =
  (matches: (reply: ReplyMessage, instance: SagaInstance) => boolean): Condition =>
  (message, instance) =>
    message.kind === 'reply' && matches(message, instance);

const stateOf = ({ steps }: SagaInstance, name: string): StepStateName =>
  steps[name]?.state ?? 'waiting';

describe('with one fault a run, the explorer meets', () => {
  it.each<[string, Condition, string]>([
    [
      'a refusal',
      reply(({ reason }) => reason?.code === 'refused'),
      "inventory gets 'reserve' and refuses (refused)",
    ],
    [
      'a command that fails for good',
      reply(({ outcome }) => outcome === 'dead'),
      "inventory gets 'reserve' and fails for good",
    ],
    [
      'an answer that takes days',
      reply(({ outcome }) => outcome === 'pending'),
      "inventory gets 'reserve' and answers that it takes longer",
    ],
    [
      'the end of a long wait',
      reply(
        ({ outcome }, instance) =>
          outcome === 'succeeded' && stateOf(instance, 'reserve') === 'pending',
      ),
      "'reserve' succeeds at last",
    ],
    [
      'a command that throws',
      reply(({ outcome }) => outcome === 'parked'),
      "inventory gets 'reserve' and throws, and is parked",
    ],
    [
      'a command that comes too late',
      reply(({ reason }) => reason?.code === 'expired'),
      "inventory gets 'reserve' after its notAfter",
    ],
    [
      'a refusal at the end of a long wait',
      reply(
        ({ outcome }, instance) =>
          outcome === 'refused' && stateOf(instance, 'reserve') === 'pending',
      ),
      "'reserve' refuses (refused) at last",
    ],
    ['a timeout', ({ kind }) => kind === 'timer', 'the first timer is due'],
    [
      'a message that comes again',
      ({ kind }, { state }) => kind === 'start' && state === 'running',
      'the saga gets start once more',
    ],
    [
      'a message that comes again after everything else',
      ({ kind }, { state }) => kind === 'start' && state === 'completed',
      'the saga gets start once more',
    ],
    [
      'an answer that comes again after everything else',
      reply(({ commandId }, { state }) => commandId === 'saga:reserve' && state === 'completed'),
      "the saga hears succeeded of 'reserve' once more",
    ],
    [
      'a reservation that expires',
      ({ kind }, { state }) => kind === 'report' && state === 'running',
      "'reserve' expires",
    ],
    [
      'a cancel before the start',
      ({ kind }, { cancel }) => kind === 'start' && cancel !== undefined,
      'the customer cancels before the start arrives',
    ],
    [
      'a release of what was held',
      ({ kind }, { held }) => kind === 'release' && held !== undefined,
      'somebody has seen enough and releases it',
    ],
    [
      'a person who has it undone',
      (message) => message.kind === 'intervene' && message.intervention.action === 'compensate',
      'somebody intervenes: compensate',
    ],
  ])('%s', (_, when, line) => {
    expect(storyOf(when)).toContain(line);
  });

  it.each<[string, Condition]>([
    ['nothing has been sent', (_, { state }) => state === 'awaiting-start'],
    ['a step is out', (_, instance) => stateOf(instance, 'charge') === 'sent'],
    ['the pivot is out', (_, instance) => stateOf(instance, 'ship') === 'sent'],
    ['the pivot is done', (_, instance) => stateOf(instance, 'confirm') === 'sent'],
    ['everything is done', (_, { state }) => state === 'completed'],
  ])('a cancel while %s', (_, when) => {
    const story = storyOf((message, instance) => {
      return message.kind === 'cancel' && when(message, instance);
    });
    expect(story.at(-1)).toBe('the saga gets cancel');
  });
});

describe('a parked command', () => {
  it.each([
    ['is tried again', 1, "'reserve' is tried again and succeeds"],
    ['is tried no more once it was undone', 2, undefined],
  ])('%s', (_, faults, last) => {
    const refusing: ModelBarrier = (rows, command, arrival) =>
      arrival === 'retried' && (faults === 1 || rows[command.commandId]?.state === 'tombstone')
        ? { kind: 'refuse', code: 'a mine', remember: true }
        : barrier(rows, command, arrival);
    const mine = reply(({ reason }) => reason?.code === 'a mine');
    expect(storyOf(mine, { barrier: refusing, faults }).at(-2)).toBe(last);
  });
});

describe('with two faults a run, the explorer meets', () => {
  it.each<[string, Condition, string]>([
    [
      'a crash between commit and publish, and a timer meanwhile',
      (message) => message.kind === 'timer' && message.publishedBy === Infinity,
      'the saga gets start; the process dies after its commit, so it comes again',
    ],
    [
      'an answer that overtakes another',
      reply(
        ({ outcome, commandId }, instance) =>
          outcome === 'pending' &&
          commandId === 'saga:reserve' &&
          stateOf(instance, 'reserve') === 'done',
      ),
      "the saga hears succeeded of 'reserve' overtakes",
    ],
    [
      'a report that comes again',
      ({ kind }, { state, ledger }) =>
        kind === 'report' && state === 'running' && ledger['reserve']?.returned === 1,
      'the saga gets report, and it comes again',
    ],
    [
      'an effect after its undo',
      ({ kind }, { state }) => kind === 'report' && state === 'compensated',
      "'reserve' has an effect after it was undone",
    ],
    [
      'a dead letter that is sent again',
      reply(
        ({ outcome, commandId }, instance) =>
          outcome === 'succeeded' &&
          commandId === 'saga:confirm' &&
          instance.steps['confirm']?.command?.dead === true,
      ),
      "somebody sends 'confirm' again, and it succeeds",
    ],
    [
      'a dead letter that is sent again when its step was undone',
      reply(
        ({ outcome, commandId, reason }, { state }) =>
          outcome === 'refused' &&
          commandId === 'saga:charge' &&
          reason?.code === 'undone' &&
          state === 'compensated',
      ),
      "somebody sends 'charge' again, and it succeeds",
    ],
    [
      'a refund of days',
      reply(
        ({ commandId, outcome }, { steps }) =>
          commandId === 'saga:charge:undo' &&
          outcome === 'succeeded' &&
          steps['charge']?.undo?.state === 'pending',
      ),
      "'charge:undo' succeeds at last",
    ],
    [
      'a cancel while all is undone',
      ({ kind }, { state }) => kind === 'cancel' && state === 'compensating',
      'the saga gets cancel',
    ],
    [
      'a cancel after all is undone',
      ({ kind }, { state }) => kind === 'cancel' && state === 'compensated',
      'the saga gets cancel',
    ],
  ])('%s', (_, when, line) => {
    expect(storyOf(when, { faults: 2 })).toContain(line);
  });
});

describe('with three faults a run, the explorer meets', () => {
  it('a crash after a timer was decided, and a timer meanwhile', () => {
    const meanwhile: Condition = (message, { steps }) =>
      message.kind === 'timer' &&
      message.publishedBy === Infinity &&
      steps['reserve']?.command?.attempts === 2;
    expect(storyOf(meanwhile, { faults: 3, people: false })).toEqual([
      'the saga gets start',
      'the first timer is due; the process dies after its commit',
      'the first timer is due',
    ]);
  });

  it('a person who has brought back by hand what is out of no step', () => {
    const settled: Condition = (message) =>
      message.kind === 'intervene' && message.intervention.action === 'settle-effect';
    expect(storyOf(settled, { faults: 3 })).toEqual([
      'the saga gets start',
      "inventory gets 'reserve' and fails for good",
      "the saga hears dead of 'reserve'",
      "inventory gets 'reserve:undo'",
      "the saga hears succeeded of 'reserve:undo'",
      "'secure' has an effect after it was undone",
      'the saga gets report',
      "somebody intervenes: settle-effect 'secure'",
    ]);
  });
});

describe('a pivot that takes days', () => {
  const slow: SagaDefinition = {
    ...sample,
    groups: sample.groups.map((group) =>
      group.map((step) => (step.kind === 'pivot' ? { ...step, pendingMs: 1_000 } : step)),
    ),
  };

  it('is pending, and succeeds or refuses in the end, though nothing goes wrong', () => {
    const found = run({ definition: slow, faults: 0 });
    expect(found.violation).toBeUndefined();
    // Completed at once or after a wait, which is the same in the end.
    expect(found.ends).toEqual({ completed: 1, compensated: 1 });
  });

  it('breaks no promise with two faults a run', () => {
    const found = run({ definition: slow, faults: 2 });
    expect(found.violation).toBeUndefined();
    expect(found.cut).toBe(0);
  });

  it('is met by a cancel for the price of one fault', () => {
    const story = storyOf(
      ({ kind }, instance) => kind === 'cancel' && stateOf(instance, 'ship') === 'pending',
      { definition: slow },
    );
    expect(story.slice(-4)).toEqual([
      "inventory gets 'ship' and answers that it takes longer",
      "the saga hears pending of 'ship'",
      'the customer cancels',
      'the saga gets cancel',
    ]);
  });
});
