/** The engine under test, between parts: each decision is made, and checked, only once. */
import type { decide } from '../decide.js';
import type { SagaDefinition } from '../definition.js';
import type { SagaInstance } from '../instance.js';
import type { Decision, SagaMessage } from '../messages.js';
import { mendWindowMs, type MendReaction, type Reaction } from '../reactions.js';
import { defaultTiming } from '../timing.js';
import { Memo } from './parts.js';
import { checkDecision, checkRepeated } from './promises.js';
import { INTERVAL_MS, timeless } from './timeless.js';
import { Violation } from './violation.js';
import { isRecall, isUndo, type Parts } from './world.js';

export interface Decided {
  readonly instance: number;
  readonly commands: readonly number[];
  /** Where it stands in the table, as `state message`. */
  readonly pair: string;
}

export interface EngineOptions {
  readonly decide: typeof decide;
  /** Every timing of it has been made the explorer's own; see `explorable`. */
  readonly definition: SagaDefinition;
  readonly attempts: number;
}

/** The definition with intervals that are all the same, and as few sendings as the bounds say. */
export const explorable = (definition: SagaDefinition, attempts: number): SagaDefinition => ({
  ...definition,
  groups: definition.groups.map((group) =>
    group.map((step) => ({
      ...step,
      attempts,
      timeoutMs: INTERVAL_MS,
      backoff: 'fixed',
      backoffMaxMs: INTERVAL_MS,
      pendingMs: INTERVAL_MS,
      ...(step.on && { on: explorableReactions(step.on) }),
    })),
  ),
});

const explorableReactions = (on: Readonly<Record<string, Reaction>>): Record<string, Reaction> =>
  Object.fromEntries(
    Object.entries(on).map(([name, reaction]) => [
      name,
      reaction.kind === 'mend' ? { ...reaction, windowMs: explorableWindow(reaction) } : reaction,
    ]),
  );

/** Who has no time for a better input has none here either. */
const explorableWindow =
  (reaction: MendReaction) =>
  (input: unknown): number =>
    mendWindowMs(reaction, input) > 0 ? INTERVAL_MS : 0;

export class Engine {
  private readonly decisions = new Memo<Decided>();

  constructor(
    private readonly options: EngineOptions,
    private readonly parts: Parts,
  ) {}

  /** @throws Violation */
  decide(instance: number, message: number, now: number): Decided {
    return this.decisions.of(instance, message * INTERVAL_MS + now, () =>
      this.decideAnew(instance, message, now),
    );
  }

  private decideAnew(instance: number, message: number, now: number): Decided {
    const { definition, attempts } = this.options;
    const { instances, messages, commands } = this.parts;
    const [before, received] = [instances.at(instance), messages.at(message)];
    const decision = this.decision(before, received, now);
    checkDecision(definition, before, decision);
    if (received.kind === 'timer') {
      // Its partition may be read again from before it.
      checkRepeated(decision.instance, this.decision(decision.instance, received, now));
    }
    return {
      instance: instances.of(timeless(decision.instance, attempts)),
      commands: decision.commands.map((command) => {
        const { commandId, step, undoes } = command;
        return commands.of({
          commandId,
          step,
          undo: isUndo(command),
          ...(isRecall(command) && { recall: true as const }),
          ...(undoes && { undoes: undoes.commandId }),
        });
      }),
      pair: `${before.state} ${received.kind}`,
    };
  }

  private decision(instance: SagaInstance, message: SagaMessage, now: number): Decision {
    const context = { now, jitter: 0, timing: defaultTiming };
    try {
      return this.options.decide(this.options.definition, instance, message, context);
    } catch (error) {
      throw new Violation(`it throws: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
