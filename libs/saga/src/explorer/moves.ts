/**
 * What can happen next in a world: the usual course of things, which is free, and everything that
 * may go wrong, each at the price of one fault. What else may happen is one more source of moves.
 */
import type { SagaMessage } from '../messages.js';
import { Acts, type ActOptions } from './acts.js';
import { mendOf, outsiders, RELEASE, type Mends } from './outside.js';
import type { Doing } from './participant.js';
import { Lists } from './parts.js';
import { INTERVAL_MS } from './timeless.js';
import { shortId, type World } from './world.js';

export interface Move {
  /** For the story: who does what. */
  readonly label: () => string;
  readonly faults: 0 | 1;
  /** Time passes, and that is all. */
  readonly idle?: true;
  /** @throws Violation */
  readonly next: () => World;
}

export interface MoveOptions extends ActOptions {
  /** What the saga starts with. */
  readonly start: number;
  /** Steps that are expected to be pending for long: that they are is no fault. */
  readonly slow: ReadonlySet<string>;
  readonly mends: Mends;
}

export class Moves {
  private readonly acts: Acts;
  private readonly outsiders: readonly { readonly label: string; readonly message: number }[];

  constructor(private readonly options: MoveOptions) {
    this.acts = new Acts(options);
    this.outsiders = outsiders(options.mends).map(({ label, message }) => ({
      label,
      message: options.parts.messages.of(message),
    }));
  }

  get topics(): readonly string[] {
    return this.acts.topics;
  }

  of(world: World): Move[] {
    const usual = [...this.heard(world), ...this.served(world), ...this.settled(world)];
    if (world.outbox !== Lists.EMPTY) {
      usual.push(
        free(
          () => 'the relay publishes what was left behind',
          () => this.acts.publishOutbox(world),
        ),
      );
    }
    const busy = usual.some(({ faults }) => faults === 0);
    const moves = [...usual, ...this.timers(world, busy), ...this.helped(world)];
    if (world.faultsLeft === 0) return moves.filter(({ faults }) => faults === 0);
    return [...moves, ...this.outside(world), ...this.copies(world), ...this.reports(world)];
  }

  /** What lies in the saga's partition. */
  private heard(world: World): Move[] {
    const { lists, messages } = this.options.parts;
    return lists.at(world.inbox).flatMap((message, index): Move[] => {
      if (index > 0 && world.faultsLeft === 0) return [];
      const name = () => nameOf(messages.at(message));
      const inbox = lists.without(world.inbox, index);
      if (index > 0) {
        return [
          fault(
            () => `${name()} overtakes`,
            () => this.acts.decide(spend(world, { inbox }), message),
          ),
        ];
      }
      const usual = free(name, () => this.acts.decide({ ...world, inbox }, message));
      if (world.faultsLeft === 0) return [usual];
      return [
        usual,
        fault(
          () => `${name()}, and it comes again`,
          () => this.acts.decide(spend(world), message),
        ),
        fault(
          () => `${name()}; the process dies after its commit, so it comes again`,
          () => this.acts.decide(spend(world), message, { dies: true }),
        ),
      ];
    });
  }

  /** What lies in the participants' topics. */
  private served(world: World): Move[] {
    const { lists } = this.options.parts;
    return lists.at(world.topics).flatMap((queue, topic) =>
      lists.at(queue).flatMap((command, index): Move[] => {
        if (index > 0 && world.faultsLeft === 0) return [];
        const topics = lists.with(world.topics, topic, lists.without(queue, index));
        return this.servedOne(world, topics, { command, topic, index });
      }),
    );
  }

  /** @param topics without it */
  private servedOne(
    world: World,
    topics: number,
    { command, topic, index }: { command: number; topic: number; index: number },
  ): Move[] {
    const { parts, servings, slow } = this.options;
    const sent = parts.commands.at(command);
    const name = () => `${this.topics[topic]} gets '${shortId(sent.commandId)}'`;
    if (index > 0) {
      return [
        fault(
          () => `${name()} before its turn`,
          () => this.acts.serve(spend(world, { topics }), command, 'succeed'),
        ),
      ];
    }
    const usual = free(name, () => this.acts.serve({ ...world, topics }, command, 'succeed'));
    if (world.faultsLeft === 0 && !slow.has(sent.step)) return [usual];
    const moves = [
      usual,
      fault(
        () => `${name()}, and will get it again`,
        () => this.acts.serve(spend(world), command, 'succeed'),
      ),
    ];
    if (!servings.admits(world.business, command)) return moves;
    moves.push(
      fault(
        () => `${name()} after its notAfter`,
        () => this.acts.serve(spend(world, { topics }), command, 'succeed', true),
      ),
    );
    const doings: Doing[] = sent.recall
      ? ['fail']
      : ['accept', 'fail', ...servings.participants.refusals(sent)];
    for (const doing of doings) {
      const label = () => `${name()} and ${said(doing)}`;
      moves.push(
        doing === 'accept' && !sent.undo && slow.has(sent.step)
          ? free(label, () => this.acts.serve({ ...world, topics }, command, doing))
          : fault(label, () => this.acts.serve(spend(world, { topics }), command, doing)),
      );
    }
    return moves;
  }

  /** What was answered `pending` before. */
  private settled(world: World): Move[] {
    const { parts, servings } = this.options;
    const { pending } = parts.businesses.at(world.business);
    return Object.values(pending).flatMap((command): Move[] => {
      const { commandId } = command;
      const name = shortId(commandId);
      const done = free(
        () => `'${name}' succeeds at last`,
        () => this.acts.settle(world, commandId, 'succeed'),
      );
      const refused = servings.participants.refusals(command).map((doing) => {
        const label = () => `'${name}' ${said(doing)} at last`;
        // One that is mended may be refused again, and so on: only faults come to an end.
        return servings.participants.isMendable(command, doing)
          ? fault(label, () => this.acts.settle(spend(world), commandId, doing))
          : free(label, () => this.acts.settle(world, commandId, doing));
      });
      return [done, ...refused];
    });
  }

  /** A timer is the usual course only when nothing else can happen: else somebody was too slow. */
  private timers(world: World, busy: boolean): Move[] {
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
        return this.acts.decide(busy ? spend(world) : world, timer, { now });
      },
    });
    const several = Object.values(steps).some(({ command, undo }) =>
      [command, undo].some((sending) => (sending?.dueAt ?? 0) > wakeAt),
    );
    const first = fire('the first timer is due', wakeAt);
    return several ? [first, fire('all timers are due', INTERVAL_MS - 1)] : [first];
  }

  /** What a customer or an operator does sooner or later, without being at fault. */
  private helped(world: World): Move[] {
    const { parts, mends } = this.options;
    const { held, state, steps } = parts.instances.at(world.instance);
    const hear = (label: string, message: SagaMessage): Move =>
      free(
        () => label,
        () => this.acts.decide(world, parts.messages.of(message)),
      );
    const released = held ? [hear('somebody has seen enough and releases it', RELEASE)] : [];
    if (state !== 'running') return released;
    const mended = Object.entries(steps).flatMap(([name, { state: of, command }]) =>
      of === 'refused' && command?.dueAt !== undefined
        ? [hear(`'${name}' gets a better input`, mendOf(name, mends))]
        : [],
    );
    return [...released, ...mended];
  }

  /** Who writes of their own accord: at any moment, also before the start has arrived. */
  private outside(world: World): Move[] {
    const { instances, lists } = this.options.parts;
    const started = instances.at(world.instance).state !== 'awaiting-start';
    return this.outsiders.flatMap(({ label, message }, index): Move[] => {
      const bit = 1 << index;
      if ((world.asked & bit) !== 0) return [];
      const asked = world.asked | bit;
      const usual = fault(
        () => label,
        () => spend(world, { asked, inbox: lists.push(world.inbox, message) }),
      );
      if (started) return [usual];
      const inbox = () => lists.of([message, ...lists.at(world.inbox)]);
      const first = fault(
        () => `${label} before the start arrives`,
        () => spend(world, { asked, inbox: inbox() }),
      );
      return [usual, first];
    });
  }

  /** Of what the saga has heard, another copy may come at any time after. */
  private copies(world: World): Move[] {
    const { parts, servings, start } = this.options;
    const asked = this.outsiders.flatMap(({ message }, index) =>
      (world.asked & (1 << index)) === 0 ? [] : [message],
    );
    const inbox = parts.lists.at(world.inbox);
    return [start, ...asked, ...servings.answered(world.business)].flatMap((message): Move[] => {
      if (inbox.includes(message)) return [];
      return [
        fault(
          () => `${nameOf(parts.messages.at(message))} once more`,
          () => this.acts.decide(spend(world), message),
        ),
      ];
    });
  }

  /** What participants tell the saga without having been asked. */
  private reports(world: World): Move[] {
    const { instances, lists, messages } = this.options.parts;
    return this.options.servings.reports(world.business).map((report) => {
      const { label, business, step, effects } = report;
      const asked = instances.at(world.instance).steps[step]?.command?.commandId;
      return fault(
        () => label,
        () => {
          const commandId = report.namesCommand ? asked : undefined;
          const message = messages.of({
            kind: 'report',
            messageId: '',
            ...(commandId !== undefined && { commandId }),
            effects,
          });
          return spend(world, { business, inbox: lists.push(world.inbox, message) });
        },
      );
    });
  }
}

const said = (doing: Doing): string => {
  switch (doing) {
    case 'succeed':
      return 'succeeds';
    case 'accept':
      return 'answers that it takes longer';
    case 'fail':
      return 'fails for good';
    default:
      return `refuses (${doing.slice('refuse '.length)})`;
  }
};

const free = (label: () => string, next: () => World): Move => ({ label, faults: 0, next });
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
