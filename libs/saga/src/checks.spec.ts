import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { checkDefinition } from './checks.js';
import {
  coverOf,
  definitionKey,
  ownCompensation,
  stepsOf,
  type SagaDefinition,
  type Step,
} from './definition.js';
import { carryOn, compensate, mendable, update } from './reactions.js';
import { newInstance } from './instance.js';
import { SagaRegistry } from './registry.js';
import {
  charge,
  confirm,
  recallable,
  refund,
  reserve,
  sample,
  ship,
  skippable,
  windowed,
} from './spec/saga-run.js';
import type { VersionMapping } from './version-mapping.js';

/** Ten years. */
const MAX_MS = 315_360_000_000;

const payload = (): { id: string } => ({ id: 'x' });
const compensation = { command: refund, payload };
const on = { refused: compensate };

const define = (...groups: (Step | Step[])[]): SagaDefinition => ({
  name: 'odd',
  version: 3,
  input: z.unknown(),
  groups: groups.map((group) => (Array.isArray(group) ? group : [group])),
});
const compensable: Step = {
  name: 'a',
  kind: 'compensable',
  command: charge,
  payload,
  on,
  compensation,
};
const local: Step = { name: 'l', kind: 'local', compensation };
const pivot: Step = { name: 'p', kind: 'pivot', command: ship, payload, on };
const retriable: Step = { name: 'r', kind: 'retriable', command: confirm, payload };

describe('a sound definition', () => {
  it('has no problems', () => {
    expect(checkDefinition(sample)).toEqual([]);
    const timed = { ...compensable, timeoutMs: 1, pendingMs: 1, attempts: 1 };
    expect(checkDefinition(define(timed))).toEqual([]);
    expect(checkDefinition(recallable)).toEqual([]);
    const longest = { timeoutMs: 5, backoffMaxMs: 5, pendingMs: MAX_MS };
    expect(checkDefinition(define({ ...compensable, ...longest }))).toEqual([]);
    // the interval stays what it is, so the ceiling is never asked for
    const fixed = { timeoutMs: 5, backoffMaxMs: 4, backoff: 'fixed' } as const;
    expect(checkDefinition(define({ ...compensable, ...fixed }))).toEqual([]);
    expect(checkDefinition(define({ ...compensable, backoffMaxMs: 1 }))).toEqual([]);
    expect(checkDefinition(skippable)).toEqual([]);
    expect(checkDefinition(windowed(() => 0))).toEqual([]);
    const covered = { ...compensable, compensation: { coveredBy: local.name } };
    expect(checkDefinition(define(local, covered))).toEqual([]);
  });
});

describe('a covered step', () => {
  it('has no compensation of its own', () => {
    const [covered] = stepsOf(sample).filter((step) => coverOf(step) !== undefined);
    expect(covered).toMatchObject({ name: 'secure' });
    expect(covered && ownCompensation(covered)).toBeUndefined();
    expect(ownCompensation(compensable)).toBe(compensation);
  });
});

describe('an unsound definition is named with its step:', () => {
  it.each<[string, SagaDefinition, string]>([
    ['no steps', define(), 'has no steps'],
    ['a doubled name', define(compensable, { ...compensable }), "step 'a': the name is used twice"],
    [
      'a late compensable',
      define(pivot, compensable),
      "'a': a compensable step after the pivot 'p'",
    ],
    ['a second pivot', define(pivot, { ...pivot, name: 'q' }), "'q': a pivot after the pivot 'p'"],
    [
      'a compensable after what cannot be undone',
      define(retriable, compensable),
      "'a': a compensable step after the retriable 'r'",
    ],
    [
      'a recall of what has no command',
      define({ ...local, recall: compensation }),
      "'l': a local step is never recalled",
    ],
    [
      'a reaction where nobody answers',
      define({ ...local, on }),
      "'l': it has no reply 'refused' to react to",
    ],
    [
      'a recall of what is no pivot',
      define({ ...compensable, recall: compensation }),
      "'a': a compensable step is never recalled",
    ],
    [
      'a recall that can refuse',
      define({ ...pivot, recall: { command: reserve, payload } }),
      "'p': 'reserve' can refuse ('refused')",
    ],
    [
      'a recall by somebody else',
      define({
        ...pivot,
        recall: { command: { ...refund, participant: 'payment' }, payload },
      }),
      "'p': 'refund' goes to 'payment', which does not work on the step",
    ],
    ['a name that is none', define({ ...compensable, name: 'a:undo' }), 'a name is lower case'],
    [
      'a doubled name in a group',
      define([compensable, { ...compensable }]),
      "step 'a': the name is used twice",
    ],
    [
      'a mixed group',
      define([compensable, retriable]),
      "'r': a retriable step cannot stand beside the compensable 'a'",
    ],
    [
      'a cover in the same group',
      define([compensable, { ...compensable, name: 'b', compensation: { coveredBy: 'a' } }]),
      "'b': it is covered by 'a', which is not before it",
    ],
    [
      'a cover that may be done without',
      define(
        { ...compensable, on: { refused: carryOn } },
        { ...compensable, name: 'b', compensation: { coveredBy: 'a' } },
      ),
      "covered by 'a', which may be skipped",
    ],
    [
      'a cover that is covered',
      define(
        compensable,
        { ...compensable, name: 'b', compensation: { coveredBy: 'a' } },
        { ...compensable, name: 'c', compensation: { coveredBy: 'b' } },
      ),
      "'c': it is covered by 'b', which is covered itself",
    ],
    [
      'a refusal without a reaction',
      define({ ...compensable, on: {} }),
      "'a': the refusal 'refused' has no reaction",
    ],
    [
      'a refusal that changes the input',
      define({ ...compensable, on: { refused: update((input) => input) } }),
      "'refused' is a refusal, and cannot lead to update",
    ],
    [
      'a success that leads nowhere',
      define({ ...compensable, on: { ...on, done: compensate } }),
      "'done' is a success, and cannot lead to compensate",
    ],
    [
      'a pivot that may be done without',
      define({ ...pivot, on: { refused: carryOn } }),
      "'p': a saga cannot carry on without its pivot",
    ],
    [
      'a reaction to nothing',
      define({ ...compensable, on: { ...on, lost: compensate } }),
      "it has no reply 'lost' to react to",
    ],
    [
      'no time to mend',
      define({
        ...compensable,
        on: { refused: mendable({ windowMs: 0, data: z.unknown(), apply: (input) => input }) },
      }),
      'windowMs must be positive',
    ],
    [
      'a move from a later version',
      { ...define(compensable), movesFrom: [{ from: 3 }] },
      'moves from v3, which is not older',
    ],
    [
      'a move from no version',
      { ...define(compensable), movesFrom: [{ from: Number.NaN }] },
      'moves from vNaN, which is not older',
    ],
    [
      'a move from half a version',
      { ...define(compensable), movesFrom: [{ from: 1.5 }] },
      'moves from v1.5, which is not older',
    ],
    [
      'two moves from one version',
      { ...define(compensable), movesFrom: [{ from: 1 }, { from: 2 }, { from: 1 }] },
      'moves from v1 twice',
    ],
    [
      'a new name that no step has',
      { ...define(compensable), movesFrom: [{ from: 1, renamed: { old: 'b' } }] },
      "step 'b': v1 has it as 'old', and it does not exist",
    ],
    [
      'a skipped step that does not exist',
      { ...define(compensable), movesFrom: [{ from: 1, skipped: ['a', 'b'] }] },
      "step 'b': it is skipped after v1, and does not exist",
    ],
    [
      'a step that is renamed and dropped',
      { ...define(compensable), movesFrom: [{ from: 1, renamed: { b: 'a' }, dropped: ['b'] }] },
      "step 'b': it is both renamed and dropped from v1",
    ],
    [
      'two steps that become one',
      { ...define(compensable), movesFrom: [{ from: 1, renamed: { b: 'a', c: 'a' } }] },
      "step 'a': both 'b' and 'c' of v1 become it",
    ],
    [
      'the name of a step that was renamed',
      { ...define(compensable), movesFrom: [{ from: 1, renamed: { a: 'b' } }] },
      "'a': v1 had another of that name",
    ],
    [
      'the name of a step that was dropped',
      { ...define(compensable), movesFrom: [{ from: 1, dropped: ['b', 'a'] }] },
      "'a': v1 had another of that name",
    ],
    [
      'a missing compensation',
      define({ name: 'a', kind: 'compensable', command: charge, payload }),
      "'a': its compensation is missing",
    ],
    [
      'a compensated pivot',
      define({ ...pivot, compensation }),
      'a pivot step is never compensated',
    ],
    ['a missing payload', define({ name: 'r', kind: 'retriable', command: confirm }), 'is missing'],
    [
      'a conditional local step',
      define({ ...local, when: () => true }),
      "'l': a local step cannot",
    ],
    ['a local step in a group', define([compensable, local]), "'l': a local step cannot stand in"],
    [
      'a cover that may be done without after one of its refusals',
      define(
        { ...compensable, on: { done: update((input) => input), refused: carryOn } },
        { ...compensable, name: 'b', compensation: { coveredBy: 'a' } },
      ),
      "covered by 'a', which may be skipped",
    ],
    ['a missing command', define({ name: 'r', kind: 'retriable' }), "'r': its command is missing"],
    [
      'a conditional pivot',
      define({ ...pivot, when: () => true }),
      "'p': a pivot step cannot be conditional",
    ],
    [
      'a pivot that a person may do without',
      define({ ...pivot, skippable: true }),
      "'p': a pivot step cannot be skippable",
    ],
    [
      'a local step that a person may do without',
      define({ ...local, skippable: true }),
      "'l': a local step cannot be skippable",
    ],
    [
      'a cover that may be skipped',
      define(
        { ...compensable, name: 'b', when: () => true },
        { ...compensable, compensation: { coveredBy: 'b' } },
      ),
      "covered by 'b', which may be skipped",
    ],
    [
      'a cover that comes later',
      define({ ...compensable, compensation: { coveredBy: 'b' } }),
      "covered by 'b', which is not before it",
    ],
    [
      'a retriable command that can refuse',
      define({ ...retriable, command: reserve }),
      "'reserve' can refuse ('refused')",
    ],
    [
      'a pivot in a group',
      define([pivot, retriable]),
      "'p': a pivot step cannot stand in a parallel",
    ],
  ])('%s', (_, definition, problem) => {
    const problems = checkDefinition(definition);
    expect(problems.join('\n')).toContain(problem);
    expect(problems[0]).toContain("saga 'odd' v3");
    expect(() => new SagaRegistry([definition])).toThrow(problem);
  });
});

describe('a number that is no sensible one', () => {
  const duration: [number, string][] = [
    [0, 'must be positive'],
    [-1, 'must be positive'],
    [Number.NaN, 'must be positive'],
    [0.5, 'must be a whole number'],
    [MAX_MS + 1, 'must be at most 315360000000, which is ten years'],
    [Number.POSITIVE_INFINITY, 'must be'],
  ];
  const attempts = [0, -1, Number.NaN, 0.5, Number.POSITIVE_INFINITY];

  const reject = (step: Step, problem: string): void => {
    const found = checkDefinition(define(step));
    expect(found).toEqual([expect.stringContaining(`saga 'odd' v3, step 'a': ${problem}`)]);
    expect(() => new SagaRegistry([define(step)])).toThrow(problem);
  };

  it.each(duration)('of ms is named: %d', (ms, problem) => {
    for (const name of ['timeoutMs', 'backoffMaxMs', 'pendingMs']) {
      reject({ ...compensable, [name]: ms }, `${name} ${problem}`);
    }
    const mend = mendable({ windowMs: ms, data: z.unknown(), apply: (input) => input });
    reject({ ...compensable, on: { refused: mend } }, `windowMs ${problem}`);
  });

  it.each(attempts)('of attempts is named: %d', (count) => {
    const problem = 'attempts must be a whole number of at least 1';
    reject({ ...compensable, attempts: count }, problem);
  });

  it('is a ceiling below what it bounds', () => {
    const problem = 'backoffMaxMs must not be less than timeoutMs';
    reject({ ...compensable, timeoutMs: 5, backoffMaxMs: 4 }, problem);
    const backoff = 'exponential';
    reject({ ...compensable, timeoutMs: 5, backoffMaxMs: 4, backoff }, problem);
  });
});

describe('where the older version is known', () => {
  const older = { ...define(compensable, { ...retriable, name: 'q' }), version: 1 };
  const keeping = { ...define(compensable, retriable), version: 1 };
  const stranger = { ...define(), name: 'other', version: 1 };
  const moving = (mapping: Omit<VersionMapping, 'from'>): SagaDefinition => ({
    ...define({ ...compensable, name: 'b' }, pivot, retriable),
    movesFrom: [{ from: 1, ...mapping }],
  });

  it.each<[string, Omit<VersionMapping, 'from'>, SagaDefinition, string]>([
    [
      'a step that is renamed must be one of its own',
      { renamed: { x: 'p' }, dropped: ['a'] },
      older,
      "'x': v1 has no such step to rename or drop",
    ],
    [
      'a step that is dropped must be one of its own',
      { renamed: { a: 'b' }, dropped: ['z'] },
      older,
      "'z': v1 has no such step to rename or drop",
    ],
    [
      'a step must not become one that was dropped',
      { renamed: { a: 'r' }, dropped: ['r'] },
      keeping,
      "'r': v1 had another of that name, which moved here",
    ],
    [
      'a step must not become one that another one stays',
      { renamed: { a: 'r' } },
      keeping,
      "'r': both 'a' and 'r' of v1 become it",
    ],
  ])('%s', (_, mapping, before, problem) => {
    const definition = moving(mapping);
    const whole = `saga 'odd' v3, step ${problem}`;
    expect(checkDefinition(definition, [stranger, definition, before])).toEqual([whole]);
    expect(() => new SagaRegistry([definition, before])).toThrow(whole);
  });

  it.each<[string, Omit<VersionMapping, 'from'>]>([
    ['renamed', { renamed: { b: 'other' } }],
    ['dropped', { dropped: ['b'] }],
  ])('a name of a step that a version between them has %s does not come back', (_, mapping) => {
    const definition = moving({ renamed: { a: 'b' } });
    const between = { ...define(), version: 2, movesFrom: [{ from: 1, ...mapping }] };
    const problem = "saga 'odd' v3, step 'b': v2 has given up that name, of a step of v1";
    expect(checkDefinition(definition, [between])).toEqual([problem]);
    const elsewhere = { ...between, name: 'other' };
    const later = { ...between, version: 4 };
    const ofAnother = { ...between, movesFrom: [{ from: 1, dropped: ['z'] }] };
    expect(checkDefinition(definition, [elsewhere, later, ofAnother, define()])).toEqual([]);
  });

  it('a mapping that names what is there is sound', () => {
    const definition = moving({ renamed: { a: 'b' }, dropped: ['q'], skipped: ['p'] });
    expect(checkDefinition(definition, [older, definition])).toEqual([]);
    expect(checkDefinition(definition)).toEqual([]);
    expect(checkDefinition(moving({ renamed: { a: 'b', q: 'p' } }), [older])).toEqual([]);
    const anew = moving({ renamed: { a: 'b' }, skipped: ['r'] });
    expect(checkDefinition(anew, [keeping])).toEqual([]);
  });

  it('another saga of that version, or another version, says nothing', () => {
    const definition = moving({ dropped: ['x'] });
    const second = { ...older, version: 2 };
    expect(checkDefinition(definition, [{ ...older, name: 'other' }, second])).toEqual([]);
  });
});

describe('the registry', () => {
  const second = { ...sample, version: 2 };

  it('finds a version, the latest version and all definitions', () => {
    const registry = new SagaRegistry([second, sample]);
    expect(registry.find('sample', 1)).toBe(sample);
    expect(registry.find('sample', 9)).toBeUndefined();
    expect(registry.find('other', 1)).toBeUndefined();
    expect(registry.latest('sample')).toBe(second);
    expect(registry.latest('other')).toBeUndefined();
    expect(registry.definitions).toEqual([second, sample]);
    expect(definitionKey('sample', 2)).toBe('sample@2');
  });

  it('finds by which an instance is decided, also when its version is gone', () => {
    const head = { id: 'i', definition: 'sample', version: 1, businessKey: 'k', now: 0 };
    const over = { ...newInstance(head), state: 'completed' } as const;
    const both = new SagaRegistry([second, sample]);
    expect(both.definitionOf(over)).toBe(sample);
    expect(both.definitionOf({ ...over, definition: 'other' })).toBeUndefined();
    const later = new SagaRegistry([second]);
    expect(later.definitionOf(over)).toMatchObject({ version: 1, groups: [] });
    expect(later.definitionOf(newInstance(head))).toBeUndefined();
  });

  it('refuses the same version twice', () => {
    expect(() => new SagaRegistry([sample, sample, sample])).toThrow(
      new Error(
        "unsound sagas:\n  saga 'sample' v1 is registered twice\n  saga 'sample' v1 is registered twice",
      ),
    );
  });
});
