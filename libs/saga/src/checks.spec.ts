import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { checkDefinition } from './checks.js';
import { definitionKey, saga, type SagaDefinition, type Step } from './definition.js';
import { SagaRegistry } from './registry.js';
import { cancel, charge, confirm, refund, reserve, sample, ship } from './spec/saga-run.js';

const payload = (): { id: string } => ({ id: 'x' });
const compensation = { command: refund, payload };

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
  compensation,
};
const pivot: Step = { name: 'p', kind: 'pivot', command: ship, payload };
const retriable: Step = { name: 'r', kind: 'retriable', command: confirm, payload };

describe('a sound definition', () => {
  it('has no problems', () => {
    expect(checkDefinition(sample)).toEqual([]);
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
    ['a second pivot', define(pivot, { ...pivot, name: 'q' }), "'q': a second pivot after 'p'"],
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
    ['a missing command', define({ name: 'r', kind: 'retriable' }), "'r': its command is missing"],
    [
      'a conditional pivot',
      define({ ...pivot, when: () => true }),
      "'p': a pivot step cannot be conditional",
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
    ['no time', define({ ...retriable, timeoutMs: 0 }), 'timeoutMs must be positive'],
    ['half an attempt', define({ ...retriable, attempts: 0.5 }), 'attempts must be a whole number'],
    ['no attempt', define({ ...retriable, attempts: 0 }), 'attempts must be a whole number'],
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

  it('refuses the same version twice', () => {
    expect(() => new SagaRegistry([sample, sample])).toThrow("'sample' v1 is registered twice");
  });
});

describe('what does not compile', () => {
  const begin = () => saga({ name: 'typed', version: 1, input: z.object({ id: z.string() }) });
  const good = { command: charge, payload, compensation };

  it('is refused by the types and, where it can be run at all, by the checks', () => {
    // @ts-expect-error a compensable step without a compensation
    const missing = begin().compensable('a', { command: charge, payload }).build();
    expect(checkDefinition(missing)).not.toEqual([]);

    // @ts-expect-error a name used twice
    const doubled = begin().compensable('a', good).compensable('a', good).build();
    expect(checkDefinition(doubled)).not.toEqual([]);

    const late = begin().pivot('p', { command: ship, payload });
    // @ts-expect-error a compensable step after the pivot
    expect(checkDefinition(late.compensable('a', good).build())).not.toEqual([]);

    // @ts-expect-error a retriable command that can refuse
    const refusing = late.retriable('r', { command: reserve, payload }).build();
    expect(checkDefinition(refusing)).not.toEqual([]);

    // @ts-expect-error a cover that is no earlier step
    const uncovered = begin().compensable('a', { ...good, compensation: { coveredBy: 'b' } });
    expect(checkDefinition(uncovered.build())).not.toEqual([]);

    const maybe = begin().compensable('maybe', { ...good, when: () => true });
    maybe.pivot('ship', {
      command: ship,
      // @ts-expect-error the result of a step that may have been skipped
      payload: ({ results }) => ({ id: String(results.maybe.number) }),
    });
    // @ts-expect-error a payload that does not fit the command
    begin().compensable('a', { ...good, payload: () => ({ id: 7 }) });

    // @ts-expect-error a local step without a compensation
    expect(checkDefinition(begin().local('l', {}).build())).not.toEqual([]);
    begin().local('l', { compensation: { command: cancel, payload } });
  });
});
