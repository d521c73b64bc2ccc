/** A pivot that is called back, in every order: it is given up or done, never both, never neither. */
import { describe, expect, it } from '@jest/globals';
import { barrier } from '../../../../tools/explore/barrier.js';
import { decide } from '../decide.js';
import { recallable } from '../spec/saga-run.js';
import { explore, type Exploration, type ExploreOptions } from './explore.js';

type Decide = typeof decide;

const run = (options: Partial<ExploreOptions> = {}): Exploration =>
  explore({
    definition: recallable,
    input: { id: 'order-1' },
    barrier,
    faults: 2,
    ...options,
  });

describe('the explorer, of a pivot that can be called back,', () => {
  it('finds nothing wrong, and both ends', () => {
    const { violation, cut, ends } = run();
    expect({ violation, cut }).toEqual({ violation: undefined, cut: 0 });
    expect(ends['completed']).toBeGreaterThan(0);
    expect(ends['compensated']).toBeGreaterThan(0);
  });

  it('finds one that takes the recall for its success', () => {
    const rash: Decide = (definition, instance, message, context) =>
      decide(
        definition,
        instance,
        message.kind === 'reply' && message.commandId.endsWith(':recall')
          ? { ...message, commandId: 'saga:ship', outcome: 'refused', name: 'refused' }
          : message,
        context,
      );
    expect(run({ decide: rash }).violation?.promise).toBe(
      "'reserve' is undone after the pivot 'ship' was done",
    );
  });

  it('finds one that calls back what is done', () => {
    const late: Decide = (definition, instance, message, context) => {
      const decision = decide(definition, instance, message, context);
      const [first] = decision.commands;
      if (decision.instance.steps['ship']?.state !== 'done' || !first) return decision;
      const recall = { ...first, step: 'ship', commandId: 'saga:ship:recall' };
      return { ...decision, commands: [recall] };
    };
    expect(run({ decide: late }).violation?.promise).toBe("'ship' is recalled while it is done");
  });

  it('finds one that calls back what nobody wants back', () => {
    const hasty: Decide = (definition, instance, message, context) => {
      const decision = decide(definition, instance, message, context);
      const commands = decision.commands.map((command) =>
        command.step === 'ship' ? { ...command, commandId: 'saga:ship:recall' } : command,
      );
      return { ...decision, commands };
    };
    expect(run({ decide: hasty }).violation?.promise).toBe(
      "'ship' is recalled, and nobody asked for it",
    );
  });
});
