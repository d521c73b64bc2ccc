/** What moves are made of: each takes one thing from where it waits to whom it concerns. */
import { ownCompensation, stepsOf, type SagaDefinition, type Step } from '../definition.js';
import type { Engine } from './engine.js';
import type { Arrival, Doing, Refusing } from './participant.js';
import { Lists, must } from './parts.js';
import type { Serving, Servings } from './servings.js';
import type { Parts, SentCommand, World } from './world.js';

export interface ActOptions {
  readonly definition: SagaDefinition;
  readonly engine: Engine;
  readonly servings: Servings;
  readonly parts: Parts;
  /** Told of each decision, for what is counted. */
  readonly onDecision: (pair: string) => void;
}

interface Circumstances {
  /** A rank; see `timeless`. */
  readonly now?: number;
  /** The process dies after its commit, before it has published. */
  readonly dies?: boolean;
}

export class Acts {
  /** The participants' names; each has a topic. */
  readonly topics: readonly string[];
  private readonly topicOfStep: ReadonlyMap<string, { forward: number; undo: number }>;

  constructor(private readonly options: ActOptions) {
    const steps = stepsOf(options.definition);
    this.topics = [...new Set(steps.flatMap((step) => [forwardTo(step), backTo(step)]))];
    const topicOf = (participant: string) => this.topics.indexOf(participant);
    this.topicOfStep = new Map(
      steps.map((step) => [
        step.name,
        { forward: topicOf(forwardTo(step)), undo: topicOf(backTo(step)) },
      ]),
    );
  }

  /** @throws Violation */
  decide(world: World, message: number, { now = 0, dies = false }: Circumstances = {}): World {
    const { engine, parts, onDecision } = this.options;
    const { instance, commands, pair } = engine.decide(world.instance, message, now);
    onDecision(pair);
    if (!dies) return this.send({ ...world, instance }, commands);
    const outbox = commands.reduce(
      (list, command) => parts.lists.push(list, command),
      world.outbox,
    );
    return { ...world, instance, outbox };
  }

  /** @throws Violation */
  serve(world: World, command: number, doing: Doing, arrival?: Arrival): World {
    const { servings } = this.options;
    return this.answered(world, servings.serve(world.business, command, doing, arrival));
  }

  /** @throws Violation */
  tryAgain(world: World, command: number, doing: Doing, arrival: 'retried' | 'redriven'): World {
    const { servings } = this.options;
    return this.answered(world, servings.tryAgain(world.business, command, doing, arrival));
  }

  /** @throws Violation */
  settle(world: World, command: SentCommand, doing: 'succeed' | Refusing): World {
    return this.answered(world, this.options.servings.settle(world.business, command, doing));
  }

  publishOutbox(world: World): World {
    const commands = this.options.parts.lists.at(world.outbox);
    return this.send({ ...world, outbox: Lists.EMPTY }, commands);
  }

  private send(world: World, sent: readonly number[]): World {
    if (sent.length === 0) return world;
    const { lists, commands } = this.options.parts;
    let { topics } = world;
    for (const command of sent) {
      const topic = this.topicOf(commands.at(command));
      const queue = lists.at(topics)[topic] as number;
      topics = lists.with(topics, topic, lists.push(queue, command));
    }
    return { ...world, topics };
  }

  private topicOf({ step, undo }: SentCommand): number {
    return must(this.topicOfStep.get(step), `step '${step}'`)[undo ? 'undo' : 'forward'];
  }

  private answered(world: World, { business, answer }: Serving): World {
    const { lists } = this.options.parts;
    if (answer === undefined) return { ...world, business };
    return { ...world, business, inbox: lists.push(world.inbox, answer) };
  }
}

/** Who gets a step's command and its compensation; '' where there is none. */
const forwardTo = ({ command }: Step): string => command?.participant ?? '';
const backTo = (step: Step): string => ownCompensation(step)?.command.participant ?? '';
