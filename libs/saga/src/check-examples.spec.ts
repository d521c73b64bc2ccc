/** Promise attacked here: what a definition makes of its input is held against the contracts at boot. */
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { SagaDefinition, Step } from './definition.js';
import type { SagaExample } from './example.js';
import { checkExamples } from './check-examples.js';
import { SagaRegistry } from './registry.js';
import { compensate, mendable, update } from './reactions.js';
import { conditional, forgiving, sample } from './spec/saga-run.js';

const any: SagaExample = { about: 'any', input: { id: 'order-1' } };

/** `sample`, with one step changed. */
const withStep = (name: string, change: Partial<Step>, examples = [any]): SagaDefinition => ({
  ...sample,
  examples,
  groups: sample.groups.map((group) =>
    group.map((step) => (step.name === name ? { ...step, ...change } : step)),
  ),
});
const command = (name: string) => {
  const step = sample.groups.flat().find((one) => one.name === name);
  if (!step?.command) throw new Error(`no command ${name}`);
  return step.command;
};
const undo = (payload: () => unknown): Step['compensation'] => ({
  command: command('notify'),
  payload,
});

const { examples: _, ...bare } = sample;

describe('a definition whose examples fit', () => {
  it('has no problems', () => {
    expect(checkExamples(sample)).toEqual([]);
    // What nobody can mend is no matter.
    const mends = { reserve: {}, confirm: {} };
    expect(checkExamples({ ...sample, examples: [{ ...any, mends }] })).toEqual([]);
    const examples = [true, false].map((gift) => ({
      ...{ about: gift ? 'a gift' : 'no gift', input: { id: 'order-1', gift } },
    }));
    expect(checkExamples({ ...conditional, examples })).toEqual([]);
  });

  it('has its way back tried with a whole cause', () => {
    const wanting = z.object({ code: z.string().min(1), message: z.string().min(1) });
    const asking: Step['compensation'] = {
      command: { ...command('notify'), payload: wanting },
      payload: ({ cause }) => cause,
    };
    expect(checkExamples(withStep('reserve', { compensation: asking }))).toEqual([]);
  });

  it('is not also told what it would show if its example fitted', () => {
    const odd = { ...sample, examples: [{ about: 'odd', input: { id: 7 } }] };
    expect(checkExamples(odd)).toHaveLength(1);
  });

  it('goes on with the input that a mend and a success make', () => {
    const seen: unknown[] = [];
    const example = { ...any, mends: { charge: { id: 'better' } } };
    const tried = {
      ...forgiving,
      examples: [example],
      groups: forgiving.groups.map((group) =>
        group.map((step) => ({
          ...step,
          ...(step.payload && {
            payload: (context: { input: unknown; results: Record<string, unknown> }) => {
              seen.push([step.name, context.input]);
              return { id: 'x' };
            },
          }),
        })),
      ),
    };
    expect(checkExamples(tried)).toEqual([]);
    expect(seen).toEqual(expect.arrayContaining([['charge', { id: 'better' }]]));
    expect(seen).toEqual(expect.arrayContaining([['ship', { id: 'better' }]]));
  });
});

describe('a definition is refused at boot, with step and example named,', () => {
  it.each<[string, SagaDefinition, string]>([
    [
      'whose payload does not fit its contract',
      withStep('charge', { payload: () => ({ id: 7 }) }),
      "saga 'sample' v1, step 'charge', example 'any': its payload does not fit 'charge': id: ",
    ],
    [
      'whose payload is no data at all',
      withStep('charge', { payload: () => 7 }),
      "step 'charge', example 'any': its payload does not fit 'charge': it: ",
    ],
    [
      'whose payload says more than its contract knows',
      withStep('charge', { payload: () => ({ id: 'x', amout: 1 }) }),
      "step 'charge', example 'any': its payload does not fit 'charge': its contract knows no amout",
    ],
    [
      'whose compensation does not fit',
      withStep('reserve', { compensation: undo(() => ({})) as NonNullable<Step['compensation']> }),
      "step 'reserve', example 'any': its payload does not fit 'notify'",
    ],
    [
      'whose recall does not fit',
      withStep('ship', { recall: { command: command('notify'), payload: () => ({}) } }),
      "step 'ship', example 'any': its payload does not fit 'notify'",
    ],
    [
      'whose payload throws',
      withStep('ship', {
        payload: () => {
          throw new Error('no such thing');
        },
      }),
      "step 'ship', example 'any': it throws: Error: no such thing",
    ],
    [
      'whose example is no input of it',
      { ...sample, examples: [{ about: 'odd', input: { id: 7 } }] },
      "saga 'sample' v1, example 'odd': it is no input of it: id: ",
    ],
    [
      'whose example has a result that is none',
      { ...sample, examples: [{ ...any, results: { reserve: { number: 'x' } } }] },
      "step 'reserve', example 'any': its result does not fit 'done': number: ",
    ],
    [
      'whose command has no success',
      withStep('notify', { command: { ...command('notify'), replies: {} } }),
      "step 'notify', example 'any': its result does not fit 'any success'",
    ],
    [
      'whose mend makes no input',
      withStep(
        'charge',
        {
          on: {
            refused: mendable({
              windowMs: 1,
              data: z.object({}),
              apply: () => ({ id: 7 }),
            }),
          },
        },
        [{ ...any, mends: { charge: {} } }],
      ),
      "step 'charge', example 'any': the input that its mend makes is none: id: ",
    ],
    [
      'whose success makes no input',
      withStep('charge', {
        on: { refused: compensate, done: update(() => ({ id: 7 })) },
      }),
      "step 'charge', example 'any': the input that its 'done' makes is none: id: ",
    ],
    [
      'of which no example comes to a step',
      withStep('notify', { when: () => false }),
      "saga 'sample' v1, step 'notify': no example shows that its payload fits its contract",
    ],
    [
      'without an example',
      bare,
      "saga 'sample' v1, step 'reserve': no example shows that its payload fits its contract",
    ],
  ])('%s', (_, definition, problem) => {
    expect(checkExamples(definition).join('\n')).toContain(problem);
    expect(() => new SagaRegistry([definition])).toThrow(problem);
  });
});
