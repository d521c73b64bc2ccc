/**
 * What can happen next in a world: the usual course of things, which is free, and everything that
 * may go wrong, each at the price of one fault.
 */
import { stepsOf, type SagaDefinition } from '../definition.js';
import type { SagaMessage } from '../messages.js';
import type { Engine } from './engine.js';
import type { Doing } from './participant.js';
import { Lists } from './parts.js';
import type { Serving, Servings } from './servings.js';
import { INTERVAL_MS } from './timeless.js';
import { NO_EFFECT, shortId, type Parts, type SentCommand, type World } from './world.js';

export interface Move {
  /** For the story: who does what. */
  readonly label: () => string;
  readonly faults: 0 | 1;
  /** Time passes, and that is all. */
  readonly idle?: true;
  /** @throws Violation */
  readonly next: () => World;
}

export interface MoveOptions {
  readonly definition: SagaDefinition;
  readonly engine: Engine;
  readonly servings: Servings;
  readonly parts: Parts;
  /** Told of each decision, for what is counted. */
  readonly onDecision: (pair: string) => void;
}

export class Moves {
  /** The participants, each of whom has a topic. */
  readonly topics: readonly string[];
  private readonly topicOfStep: ReadonlyMap<string, { forward: number; undo: number }>;

  constructor(private readonly options: MoveOptions) {
    const steps = stepsOf(options.definition);
    const participants = steps.map(({ command, compensation }) => {
      const undo = compensation && 'command' in compensation ? compensation.command : undefined;
      return [command?.participant ?? '', undo?.participant ?? ''];
    });
    this.topics = [...new Set(participants.flat())];
    this.topicOfStep = new Map(
      steps.map(({ name }, index) => {
        const [forward = '', undo = ''] = participants[index] ?? [];
        return [name, { forward: this.topics.indexOf(forward), undo: this.topics.indexOf(undo) }];
      }),
    );
  }

  of(world: World): Move[] {
    const moves = [...this.inbox(world), ...this.served(world), ...this.pending(world)];
    if (world.outbox !== Lists.EMPTY) {
      const commands = this.options.parts.lists.at(world.outbox);
      moves.push({
        label: () => 'the relay publishes what was left behind',
        faults: 0,
        next: () => this.send({ ...world, outbox: Lists.EMPTY }, commands),
      });
    }
    moves.push(
      ...this.timer(
        world,
        moves.some(({ faults }) => faults === 0),
      ),
    );
    if (world.faultsLeft === 0) return moves.filter(({ faults }) => faults === 0);
    return [...moves, ...this.cancel(world), ...this.lateEffects(world)];
  }

  private inbox(world: World): Move[] {
    const { lists, messages } = this.options.parts;
    return lists.at(world.inbox).flatMap((message, index): Move[] => {
      const name = () => nameOf(messages.at(message));
      const inbox = lists.without(world.inbox, index);
      if (index > 0) {
        return [
          fault(
            () => `${name()} overtakes`,
            () => this.decide(spend(world, { inbox }), message),
          ),
        ];
      }
      return [
        { label: name, faults: 0, next: () => this.decide({ ...world, inbox }, message) },
        fault(
          () => `${name()}, and it comes again`,
          () => this.decide(spend(world), message),
        ),
        fault(
          () => `${name()}; the process dies after its commit, so it comes again`,
          () => this.decide(spend(world), message, { dies: true }),
        ),
      ];
    });
  }

  private served(world: World): Move[] {
    const { lists } = this.options.parts;
    return lists
      .at(world.topics)
      .flatMap((queue, topic) =>
        lists
          .at(queue)
          .flatMap((command, index) => this.servedOne(world, topic, queue, command, index)),
      );
  }

  private servedOne(
    world: World,
    topic: number,
    queue: number,
    command: number,
    index: number,
  ): Move[] {
    const { parts, servings } = this.options;
    const { lists, commands } = parts;
    const sent = commands.at(command);
    const name = () => `${this.topics[topic]} gets '${shortId(sent.commandId)}'`;
    const topics = lists.with(world.topics, topic, lists.without(queue, index));
    if (index > 0) {
      return [
        fault(
          () => `${name()} before its turn`,
          () => this.serve(spend(world, { topics }), command, 'succeed'),
        ),
      ];
    }
    const usual: Move = {
      label: name,
      faults: 0,
      next: () => this.serve({ ...world, topics }, command, 'succeed'),
    };
    const again = fault(
      () => `${name()}, and will get it again`,
      () => this.serve(spend(world), command, 'succeed'),
    );
    if (!servings.admits(world.business, command)) return [usual, again];
    const late = fault(
      () => `${name()} after its notAfter`,
      () => this.serve(spend(world, { topics }), command, 'succeed', true),
    );
    const doings: Doing[] = ['accept', 'fail'];
    if (servings.participants.canRefuse(sent)) doings.push('refuse');
    return [
      usual,
      again,
      late,
      ...doings.map((doing) =>
        fault(
          () => `${name()} and ${SAID[doing]}`,
          () => this.serve(spend(world, { topics }), command, doing),
        ),
      ),
    ];
  }

  private pending(world: World): Move[] {
    const { parts, servings } = this.options;
    const { pending } = parts.businesses.at(world.business);
    return Object.values(pending).flatMap((command): Move[] => {
      const { commandId } = command;
      const settle = (doing: 'succeed' | 'refuse') => () =>
        this.answered(world, servings.settle(world.business, commandId, doing));
      const name = shortId(commandId);
      const done: Move = {
        label: () => `'${name}' succeeds at last`,
        faults: 0,
        next: settle('succeed'),
      };
      if (!servings.participants.canRefuse(command)) return [done];
      return [
        done,
        { label: () => `'${name}' is refused at last`, faults: 0, next: settle('refuse') },
      ];
    });
  }

  /** A timer is the usual course only when nothing else can happen: else somebody was too slow. */
  private timer(world: World, busy: boolean): Move[] {
    const { instances, messages } = this.options.parts;
    const { wakeAt, steps } = instances.at(world.instance);
    if (wakeAt === null) return [];
    const fire = (label: string, now: number): Move => ({
      label: () => label,
      faults: busy ? 1 : 0,
      idle: true,
      next: () => {
        const publishedBy = world.outbox === Lists.EMPTY ? 0 : Infinity;
        const timer = messages.of({ kind: 'timer', messageId: '', publishedBy });
        return this.decide(busy ? spend(world) : world, timer, { now });
      },
    });
    const several = Object.values(steps).some(({ command, undo }) =>
      [command, undo].some((sending) => (sending?.dueAt ?? 0) > wakeAt),
    );
    const first = fire('the first timer is due', wakeAt);
    return several ? [first, fire('all timers are due', INTERVAL_MS - 1)] : [first];
  }

  private cancel(world: World): Move[] {
    if (world.asked !== 0) return [];
    const { lists, messages } = this.options.parts;
    const reason = { code: 'customer', message: '' };
    const cancel = messages.of({ kind: 'cancel', messageId: '', reason });
    return [
      fault(
        () => 'the customer cancels',
        () => spend(world, { asked: 1, inbox: lists.push(world.inbox, cancel) }),
      ),
    ];
  }

  private lateEffects(world: World): Move[] {
    const { parts, servings } = this.options;
    const business = parts.businesses.at(world.business);
    const instance = parts.instances.at(world.instance);
    return stepsOf(this.options.definition).flatMap(({ name, kind }): Move[] => {
      const { undone, taken, returned } = business.effects[name] ?? NO_EFFECT;
      const commandId = instance.steps[name]?.command?.commandId;
      if (kind !== 'compensable' || commandId === undefined) return [];
      if (!undone || taken !== returned || taken > 1) return [];
      return [
        fault(
          () => `'${name}' has an effect after it was undone`,
          () => {
            const late = servings.participants.lateEffect(business, name);
            const report: SagaMessage = {
              kind: 'report',
              messageId: '',
              commandId,
              effects: late.effects,
            };
            return spend(world, {
              business: parts.businesses.of(late.business),
              inbox: parts.lists.push(world.inbox, parts.messages.of(report)),
            });
          },
        ),
      ];
    });
  }

  private decide(world: World, message: number, { now = 0, dies = false } = {}): World {
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

  private send(world: World, sent: readonly number[]): World {
    if (sent.length === 0) return world;
    const { lists, commands } = this.options.parts;
    let { topics } = world;
    for (const command of sent) {
      const topic = this.topicOf(commands.at(command));
      const queue = lists.at(topics)[topic] ?? Lists.EMPTY;
      topics = lists.with(topics, topic, lists.push(queue, command));
    }
    return { ...world, topics };
  }

  private topicOf({ step, undo }: SentCommand): number {
    const topic = this.topicOfStep.get(step)?.[undo ? 'undo' : 'forward'];
    if (topic === undefined) throw new Error(`no step '${step}'`);
    return topic;
  }

  private serve(world: World, command: number, doing: Doing, late = false): World {
    return this.answered(world, this.options.servings.serve(world.business, command, doing, late));
  }

  private answered(world: World, { business, answer }: Serving): World {
    const { lists } = this.options.parts;
    if (answer === undefined) return { ...world, business };
    return { ...world, business, inbox: lists.push(world.inbox, answer) };
  }
}

const SAID: Readonly<Record<Doing, string>> = {
  succeed: 'succeeds',
  refuse: 'refuses',
  accept: 'answers that it takes longer',
  fail: 'fails for good',
};

const fault = (label: () => string, next: () => World): Move => ({ label, faults: 1, next });

const spend = (world: World, change: Partial<World> = {}): World => ({
  ...world,
  ...change,
  faultsLeft: world.faultsLeft - 1,
});

const nameOf = (message: SagaMessage): string =>
  message.kind === 'reply'
    ? `the saga hears ${message.outcome} of '${shortId(message.commandId)}'`
    : `the saga gets ${message.kind}`;
