/**
 * What can happen next in a world: the usual course of things, which is free, and everything that
 * may go wrong, each at the price of one fault.
 */
import { decide } from '../decide.js';
import { stepsOf, type SagaDefinition } from '../definition.js';
import type { DecideContext } from '../draft.js';
import type { SagaMessage } from '../messages.js';
import { defaultTiming } from '../timing.js';
import type { Doing, Participants, Served } from './participant.js';
import { checkDecision } from './promises.js';
import { INTERVAL_MS, isUndo, NO_EFFECT, timeless, type SentCommand, type World } from './world.js';

export interface Move {
  /** For the story: who does what. */
  readonly label: string;
  readonly faults: 0 | 1;
  /** Time passes, and that is all. */
  readonly idle?: true;
  /** @throws Violation */
  readonly next: () => World;
}

export interface MoveOptions {
  /** Every timing of it has been made the explorer's own; see `explorable`. */
  readonly definition: SagaDefinition;
  readonly participants: Participants;
  readonly attempts: number;
  /** Told of each decision, for what is counted. */
  readonly onDecision: (before: World, message: SagaMessage) => void;
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
    })),
  ),
});

export class Moves {
  constructor(private readonly options: MoveOptions) {}

  of(world: World): Move[] {
    const free = [...this.inbox(world), ...this.topics(world), ...this.pending(world)];
    if (world.outbox.length > 0) {
      const next = () => this.send({ ...world, outbox: [] }, world.outbox);
      free.push({ label: 'the relay publishes what was left behind', faults: 0, next });
    }
    const moves = [
      ...free,
      ...this.timer(
        world,
        free.some(({ faults }) => faults === 0),
      ),
    ];
    if (world.faultsLeft === 0) return moves.filter(({ faults }) => faults === 0);
    return [...moves, ...this.cancel(world), ...this.lateEffects(world)];
  }

  private inbox(world: World): Move[] {
    return world.inbox.flatMap((message, index): Move[] => {
      const name = nameOf(message);
      const rest = world.inbox.toSpliced(index, 1);
      if (index > 0) {
        return [
          fault(`${name} overtakes`, () => this.decide(spend(world, { inbox: rest }), message)),
        ];
      }
      return [
        { label: name, faults: 0, next: () => this.decide({ ...world, inbox: rest }, message) },
        fault(`${name}, and it comes again`, () => this.decide(spend(world), message)),
        fault(`${name}; the process dies after its commit, so it comes again`, () =>
          this.decide(spend(world), message, 'dies'),
        ),
      ];
    });
  }

  private topics(world: World): Move[] {
    return Object.entries(world.topics).flatMap(([topic, queue]) =>
      queue.flatMap((command, index): Move[] => {
        const name = `${topic} gets ${commandName(command)}`;
        const topics = { ...world.topics, [topic]: queue.toSpliced(index, 1) };
        if (index > 0) {
          const overtaken = spend(world, { topics });
          return [
            fault(`${name} before its turn`, () => this.serve(overtaken, command, 'succeed')),
          ];
        }
        const usual: Move = {
          label: name,
          faults: 0,
          next: () => this.serve({ ...world, topics }, command, 'succeed'),
        };
        const again = fault(`${name}, and will get it again`, () =>
          this.serve(spend(world), command, 'succeed'),
        );
        const late = fault(`${name} after its notAfter`, () =>
          this.serve(spend(world, { topics }), command, 'succeed', true),
        );
        if (!this.options.participants.admits(world, command)) return [usual, again];
        const doings: Doing[] = ['accept', 'fail'];
        if (this.options.participants.canRefuse(command)) doings.push('refuse');
        return [
          usual,
          again,
          late,
          ...doings.map((doing) =>
            fault(`${name} and ${SAID[doing]}`, () =>
              this.serve(spend(world, { topics }), command, doing),
            ),
          ),
        ];
      }),
    );
  }

  private pending(world: World): Move[] {
    return Object.entries(world.pending).flatMap(([commandId, step]): Move[] => {
      const settle = (doing: 'succeed' | 'refuse') => () =>
        this.answer(this.options.participants.settle(world, commandId, doing), commandId);
      const done: Move = {
        label: `'${step}' succeeds at last`,
        faults: 0,
        next: settle('succeed'),
      };
      const canRefuse = this.options.participants.canRefuse({ commandId, step, undo: false });
      if (!canRefuse) return [done];
      return [done, { label: `'${step}' is refused at last`, faults: 0, next: settle('refuse') }];
    });
  }

  /** A timer is the usual course only when nothing else can happen: else somebody was too slow. */
  private timer(world: World, busy: boolean): Move[] {
    const { wakeAt, steps } = world.instance;
    if (wakeAt === null) return [];
    const paid = busy ? spend(world) : world;
    const fire = (label: string, now: number): Move => ({
      label,
      faults: busy ? 1 : 0,
      idle: true,
      next: () => {
        const publishedBy = world.outbox.length > 0 ? Infinity : 0;
        return this.decide(paid, { kind: 'timer', messageId: '', publishedBy }, 'lives', now);
      },
    });
    const several = Object.values(steps).some(({ command, undo }) =>
      [command, undo].some((sending) => (sending?.dueAt ?? 0) > wakeAt),
    );
    const first = fire('the first timer is due', wakeAt);
    return several ? [first, fire('all timers are due', INTERVAL_MS - 1)] : [first];
  }

  private cancel(world: World): Move[] {
    if (world.cancelled) return [];
    const reason = { code: 'customer', message: '' };
    const cancel: SagaMessage = { kind: 'cancel', messageId: '', reason };
    return [
      fault('the customer cancels', () =>
        spend(world, { cancelled: true, inbox: [...world.inbox, cancel] }),
      ),
    ];
  }

  private lateEffects(world: World): Move[] {
    return stepsOf(this.options.definition).flatMap(({ name, kind }): Move[] => {
      const { undone, taken, returned } = world.effects[name] ?? NO_EFFECT;
      const commandId = world.instance.steps[name]?.command?.commandId;
      if (kind !== 'compensable' || commandId === undefined) return [];
      if (!undone || taken !== returned || taken > 1) return [];
      return [
        fault(`'${name}' has an effect after it was undone`, () => {
          const { world: after, effects } = this.options.participants.lateEffect(world, name);
          const report: SagaMessage = { kind: 'report', messageId: '', commandId, effects };
          return spend(after, { inbox: [...world.inbox, report] });
        }),
      ];
    });
  }

  private decide(
    world: World,
    message: SagaMessage,
    process: 'lives' | 'dies' = 'lives',
    now = 0,
  ): World {
    const { definition, attempts, onDecision } = this.options;
    const context: DecideContext = { now, jitter: 0, timing: defaultTiming };
    const decision = decide(definition, world.instance, message, context);
    onDecision(world, message);
    checkDecision(definition, world.instance, decision);
    const instance = timeless(decision.instance, attempts);
    const commands = decision.commands.map((command): SentCommand => {
      const { commandId, step, undoes } = command;
      return {
        commandId,
        step,
        undo: isUndo(command),
        ...(undoes && { undoes: undoes.commandId }),
      };
    });
    if (process === 'dies') return { ...world, instance, outbox: [...world.outbox, ...commands] };
    return this.send({ ...world, instance }, commands);
  }

  private send(world: World, commands: readonly SentCommand[]): World {
    const topics = { ...world.topics };
    for (const command of commands) {
      const topic = this.topicOf(command);
      topics[topic] = [...(topics[topic] ?? []), command];
    }
    return { ...world, topics };
  }

  private topicOf({ step: name, undo }: SentCommand): string {
    const step = stepsOf(this.options.definition).find((one) => one.name === name);
    const own = step?.compensation && 'command' in step.compensation ? step.compensation : step;
    return (undo ? own?.command : step?.command)?.participant ?? 'nobody';
  }

  private serve(world: World, command: SentCommand, doing: Doing, late = false): World {
    const served = this.options.participants.serve(world, command, doing, late);
    return this.answer(served, command.commandId);
  }

  private answer({ world, answer }: Served, commandId: string): World {
    if (!answer) return world;
    const reply: SagaMessage = { kind: 'reply', messageId: '', commandId, ...answer };
    return { ...world, inbox: [...world.inbox, reply] };
  }
}

const SAID: Readonly<Record<Doing, string>> = {
  succeed: 'succeeds',
  refuse: 'refuses',
  accept: 'answers that it takes longer',
  fail: 'fails for good',
};

const fault = (label: string, next: () => World): Move => ({ label, faults: 1, next });

const spend = (world: World, change: Partial<World> = {}): World => ({
  ...world,
  ...change,
  faultsLeft: world.faultsLeft - 1,
});

const commandName = ({ commandId }: SentCommand): string =>
  `'${commandId.split(':').slice(1).join(':')}'`;

const nameOf = (message: SagaMessage): string =>
  message.kind === 'reply'
    ? `the saga hears ${message.outcome} of '${message.commandId.split(':').slice(1).join(':')}'`
    : `the saga gets ${message.kind}`;
