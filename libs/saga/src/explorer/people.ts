/**
 * What a person may do to a saga, at the price of a fault each: whatever the engine does not refuse.
 * Of what came of a command nobody tells a lie, but a person may not know what is still on its way.
 */
import { coverOf, stepsOf, type SagaDefinition } from '../definition.js';
import type { SagaInstance } from '../instance.js';
import { objectionTo } from '../intervene.js';
import type { InterveneMessage, Intervention } from '../messages.js';
import { defaultTiming } from '../timing.js';
import { Memo, type Interned } from './parts.js';
import { effectOf, type Business, type Parts } from './world.js';

export interface Deed {
  readonly label: string;
  readonly message: number;
  /** What the participants have done then, and what was done for them. */
  readonly business: number;
}

interface Idea extends Omit<Deed, 'business'> {
  readonly whole: InterveneMessage;
}

export class People {
  private readonly ideas: readonly Idea[];
  private readonly possible = new Memo<readonly Deed[]>();

  constructor(
    private readonly definition: SagaDefinition,
    private readonly results: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    private readonly parts: Parts,
  ) {
    const { messages }: { messages: Interned<object> } = parts;
    this.ideas = this.interventions().map((intervention) => {
      const whole = byHand(intervention);
      return { label: labelOf(intervention), message: messages.of(whole), whole };
    });
  }

  /** What would be done, of what is true. */
  of(instance: number, business: number): readonly Deed[] {
    const { instances, businesses } = this.parts;
    return this.possible.of(instance, business, () =>
      this.ideas
        .filter(
          ({ whole }) =>
            this.isDone(instances.at(instance), whole) &&
            this.isTrue(whole.intervention, instances.at(instance), businesses.at(business)),
        )
        .map(({ label, message, whole: { intervention } }) => ({
          ...{ label, message },
          business: businesses.of(broughtBack(intervention, businesses.at(business))),
        })),
    );
  }

  private isDone(instance: SagaInstance, message: InterveneMessage): boolean {
    const context = { now: 0, jitter: 0, timing: defaultTiming };
    return objectionTo(this.definition, instance, message, context) === undefined;
  }

  private isTrue(intervention: Intervention, { steps }: SagaInstance, business: Business): boolean {
    if (intervention.action !== 'resolve') return true;
    const { step, outcome } = intervention;
    const isOut = (name: string): boolean => {
      const { taken, returned } = effectOf(business.effects, name);
      return taken !== returned;
    };
    if (steps[step]?.state !== 'undoing') return isOut(step) === (outcome === 'happened');
    // Whoever says that it is undone says so of all that its compensation undoes.
    const covered = stepsOf(this.definition).filter((other) => coverOf(other) === step);
    return [step, ...covered.map(({ name }) => name)].every((name) => !isOut(name));
  }

  private interventions(): Intervention[] {
    return [
      { action: 'compensate' },
      { action: 'clear-attention' },
      ...stepsOf(this.definition).flatMap(({ name: step, command, skippable }): Intervention[] => [
        { action: 'retry', step },
        ...(skippable ? [{ action: 'skip', step } as const] : []),
        {
          ...({ action: 'resolve', step, outcome: 'happened' } as const),
          ...(command && { result: this.results[step] ?? {} }),
        },
        { action: 'resolve', step, outcome: 'did-not-happen' },
        // Participants call an effect by the name of its step.
        { action: 'settle-effect', effect: step },
      ]),
    ];
  }
}

const byHand = (intervention: Intervention): InterveneMessage => ({
  ...{ kind: 'intervene', messageId: '', actor: 'somebody', intervention },
  reason: { code: 'by-hand', message: '' },
});

const labelOf = (intervention: Intervention): string => {
  const { action } = intervention;
  const outcome = action === 'resolve' ? `, ${intervention.outcome}` : '';
  return `somebody intervenes: ${action}${aboutOf(intervention)}${outcome}`;
};

const aboutOf = (intervention: Intervention): string => {
  if (intervention.action === 'settle-effect') return ` '${intervention.effect}'`;
  return 'step' in intervention ? ` '${intervention.step}'` : '';
};

/** Who settles an effect has brought it back before; its participant does not know of that. */
const broughtBack = (intervention: Intervention, business: Business): Business => {
  if (intervention.action !== 'settle-effect') return business;
  const before = effectOf(business.effects, intervention.effect);
  const back = { ...before, returned: before.taken };
  return { ...business, effects: { ...business.effects, [intervention.effect]: back } };
};
