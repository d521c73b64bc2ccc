import { describe, expect, it } from '@jest/globals';
import { barrier } from '../../../../tools/explore/barrier.js';
import { sagas } from '../../../../apps/orchestrator/src/sagas/index.js';
import { decide } from '../decide.js';
import { conditional, forgiving, pivotless, recallable, sample } from '../spec/saga-run.js';
import { allPairs, explore, type Exploration, type ExploreOptions } from './explore.js';
import type { ModelBarrier, ModelVerdict } from './participant.js';

/** Some ten times as many as are met here: more than that is an engine that never ends. */
const mostInstances = 20_000;

const run = (options: Partial<ExploreOptions> = {}): Exploration =>
  explore({
    ...{ definition: sample, input: { id: 'order-1' }, barrier, faults: 1, mostInstances },
    ...options,
  });

const closedToPivot =
  (verdict: ModelVerdict): ModelBarrier =>
  (rows, command, arrival) =>
    command.step === 'ship' ? verdict : barrier(rows, command, arrival);

const everyExample = sagas.flatMap((definition) =>
  (definition.examples ?? []).map(
    (example) =>
      [`${definition.name} v${definition.version}, ${example.about}`, definition, example] as const,
  ),
);

describe('the explorer', () => {
  it('finds one way through a saga in which nothing goes wrong', () => {
    const found = run({ faults: 0 });
    expect(found.violation).toBeUndefined();
    expect(found.ends).toEqual({ completed: 1 });
  });

  it('finds no broken promise with two faults a run, and every end there is', () => {
    const found = run({ faults: 2 });
    expect(found.violation).toBeUndefined();
    expect(found.cut).toBe(0);
    expect(Object.keys(found.ends).toSorted()).toEqual([
      'compensated',
      'compensating, attention',
      'completed',
      'running, attention',
    ]);
  });

  it.each([true, false])('finds no broken promise where steps are skipped (a gift: %s)', (gift) => {
    const found = run({ definition: conditional, input: { id: 'order-1', gift }, faults: 2 });
    expect(found.violation).toBeUndefined();
    expect(found.ends['completed']).toBeGreaterThan(0);
  });

  it('finds no broken promise where people contradict each other about a pivot', () => {
    const [, definition, example] =
      everyExample.find(([name]) => name.startsWith('withdraw ')) ?? [];
    if (!definition) throw new Error('there is no withdraw');
    const found = run({ definition, ...example, faults: 3, people: true });
    expect(found.violation).toBeUndefined();
    expect(found.cut).toBe(0);
  });

  it('finds no broken promise where refusals are mended, and steps run side by side', () => {
    const mends = { charge: { id: 'better' }, ship: { id: 'elsewhere' } };
    const found = run({ definition: forgiving, mends, faults: 2 });
    expect(found.violation).toBeUndefined();
    expect(found.cut).toBe(0);
    const mending = allPairs().filter((pair) => pair.endsWith(' mend'));
    expect(mending.filter((pair) => !(pair in found.pairs))).toEqual([]);
    expect(found.ends['completed']).toBeGreaterThan(0);
  });

  it('finds no broken promise where there is no pivot', () => {
    const found = run({ definition: pivotless, faults: 3 });
    expect(found.violation).toBeUndefined();
    expect(found.ends['compensated']).toBeGreaterThan(0);
  });

  it.each<[string, ModelVerdict]>([
    ['rejected', { kind: 'reject', code: 'invalid-payload', remember: true }],
    ['never answered', { kind: 'repeat' }],
  ])('finds no broken promise where the pivot is %s, and a person who is told', (_, verdict) => {
    const found = run({ barrier: closedToPivot(verdict), people: false, faults: 2 });
    expect(found.violation).toBeUndefined();
    expect(found.ends['running, attention']).toBeGreaterThan(0);
    expect(found.ends['completed']).toBeUndefined();
  });

  it('counts the same states each time', () => {
    const [first, second] = [run(), run()];
    expect(second).toEqual(first);
  });

  it('names the pairs of the table that were met', () => {
    const { pairs } = run();
    expect(allPairs()).toEqual(expect.arrayContaining(Object.keys(pairs)));
    expect(pairs['running reply']).toBeGreaterThan(0);
  });

  it.each(sagas.map((definition) => [definition.name, definition] as const))(
    'meets every pair of the table that can occur, in %s',
    (name, definition) => {
      const [example] = definition.examples ?? [];
      const { pairs, violation, cut } = run({ definition, ...example, faults: 2 });
      expect({ violation, cut }).toEqual({ violation: undefined, cut: 0 });
      const possible = allPairs().filter(
        // Nothing of it can be mended, and moves from version to version have tests of their own.
        (pair) => !pair.endsWith(' mend') && !pair.endsWith(' move'),
      );
      const canUndo = definition.groups.flat().some(({ compensation }) => compensation);
      const neverMet = [
        // Nothing is sent before the start, so nobody answers and no timer is set.
        'awaiting-start reply',
        'awaiting-start report',
        'awaiting-start timer',
        // What can be undone of a return has had no effect that could be undone by others.
        ...(name === 'place-order' ? [] : ['running report']),
        // What is secured does not expire, and what is done is paid.
        'completed report',
        // A person does nothing where nothing would come of it.
        ...['awaiting-start', 'completed', 'compensated'].map((state) => `${state} intervene`),
        // No timer is set in an instance that has ended.
        'completed timer',
        'compensated timer',
        // Where nothing can be undone, only a cancel that came before the start ends it.
        ...(canUndo ? [] : possible.filter((pair) => pair.startsWith('compensating '))),
        ...(canUndo ? [] : ['compensated reply', 'compensated report']),
      ];
      expect(possible.filter((pair) => !(pair in pairs)).sort()).toEqual(neverMet.sort());
    },
  );

  it.each(everyExample)('comes to the same ends of %s unreduced', (_name, definition, example) => {
    const reduced = run({ definition, ...example, faults: 1 });
    const { states, ...every } = run({ definition, ...example, faults: 1, unreduced: true });
    expect(states).toBeGreaterThan(reduced.states);
    expect(reduced.ends).toEqual(every.ends);
    expect(Object.keys(reduced.pairs).sort()).toEqual(Object.keys(every.pairs).sort());
  });

  it('says when it has not followed every run', () => {
    expect(run({ inFlight: 1 }).cut).toBeGreaterThan(0);
  });

  it('ends, and says so, where an engine counts on and there is always another instance', () => {
    const counting: typeof decide = (definition, instance, message, context) => {
      const decision = decide(definition, instance, message, context);
      if (message.kind !== 'timer') return decision;
      const { asked = 0 } = instance.input as { asked?: number };
      return { ...decision, instance: { ...decision.instance, input: { asked: asked + 1 } } };
    };
    const silent = closedToPivot({ kind: 'repeat' });
    const options = { barrier: silent, decide: counting, faults: 0, mostInstances: 100 };
    const { instances, violation } = run(options);
    expect(instances).toBe(101);
    expect(violation?.promise).toBe('it has grown beyond 100 different instances');
    expect(violation?.story.slice(-3)).toEqual([
      'the first timer is due',
      "inventory gets 'ship'",
      'the first timer is due',
    ]);
  });

  it('keeps what it has found where more is on its way in another order', () => {
    const deaf: typeof decide = (definition, instance, message, context) => {
      const decision = decide(definition, instance, message, context);
      const { attention: _, ...calm } = decision.instance;
      return message.kind === 'reply' && message.commandId === 'saga:notify'
        ? { ...decision, instance, commands: [] }
        : { ...decision, instance: calm };
    };
    const options = { definition: recallable, decide: deaf, faults: 0, inFlight: 1 };
    const every = run({ ...options, unreduced: true });
    expect(every.cut).toBeGreaterThan(0);
    expect(every.violation).toBeUndefined();
    expect(run(options).violation?.promise).toBe('it can go on for ever');
  });

  it('refuses an engine with a timer that it cannot foresee', () => {
    const early: typeof decide = (definition, instance, message, context) => {
      const decision = decide(definition, instance, message, context);
      return { ...decision, instance: { ...decision.instance, wakeAt: 1 } };
    };
    expect(() => run({ decide: early })).toThrow('a timer that the explorer does not know of');
  });

  it.each(everyExample)(
    'finds nothing in %s with one fault a run',
    (_name, definition, example) => {
      const found = run({ definition, ...example, faults: 1 });
      expect(found.violation).toBeUndefined();
      expect(found.ends['completed']).toBeGreaterThan(0);
      expect(found.ends['compensated']).toBeGreaterThan(0);
    },
  );
});

describe('the explorer tells the shortest story of', () => {
  it('a barrier that lets every copy through', () => {
    const forgetful: ModelBarrier = () => ({ kind: 'admit' });
    expect(run({ barrier: forgetful }).violation).toEqual({
      promise: "'reserve' has had its effect twice",
      story: [
        'the saga gets start',
        "inventory gets 'reserve', and will get it again",
        "inventory gets 'reserve'",
      ],
    });
  });

  it('a barrier that leaves no tombstone', () => {
    const open: ModelBarrier = (rows, command, arrival) => {
      const verdict = barrier(rows, command, arrival);
      return verdict.kind === 'admit' ? { kind: 'admit' } : verdict;
    };
    const found = run({ barrier: open, faults: 2, attempts: 1 });
    expect(found.violation?.promise).toBe("'reserve' has its effect after it was undone");
    expect(found.violation?.story.slice(-2)).toEqual([
      "inventory gets 'reserve:undo' before its turn",
      "inventory gets 'reserve'",
    ]);
  });

  it('a barrier that lets a dead letter through although its step was undone', () => {
    const open: ModelBarrier = (rows, command, arrival) =>
      arrival === 'redriven' ? { kind: 'admit' } : barrier(rows, command, arrival);
    const found = run({ barrier: open, faults: 2, people: false });
    expect(found.violation?.promise).toBe("'reserve' has its effect after it was undone");
    expect(found.violation?.story.at(-1)).toBe("somebody sends 'reserve' again, and it succeeds");
  });

  it('a participant that answers nothing when it is asked again', () => {
    const mute: ModelBarrier = (rows, command, arrival) => {
      const verdict = barrier(rows, command, arrival);
      return verdict.kind === 'repeat'
        ? { kind: 'refuse', code: 'known', remember: false }
        : verdict;
    };
    expect(run({ barrier: mute, faults: 2 }).violation).toBeDefined();
  });
});
