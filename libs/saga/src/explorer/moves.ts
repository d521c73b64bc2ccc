/**
 * What can happen next in a world: the usual course of things, which is free, and everything that
 * may go wrong, each at the price of one fault. What else may happen is one more source of moves.
 */
import { Acts, type ActOptions } from './acts.js';
import { Later } from './later.js';
import { fault, free, nameOf, said, spend, type Move } from './move.js';
import { mendOf, outsiders, RELEASE, type Mends } from './outside.js';
import type { Doing } from './participant.js';
import type { People } from './people.js';
import { Lists } from './parts.js';
import { INTERVAL_MS } from './timeless.js';
import { shortId, type World } from './world.js';

export interface MoveOptions extends ActOptions {
  /** What the saga starts with. */
  readonly start: number;
  /** Steps that are expected to be pending for long: that they are is no fault. */
  readonly slow: ReadonlySet<string>;
  readonly mends: Mends;
  /** Nobody where nobody intervenes. */
  readonly people: People | undefined;
  /** Whether of moves that commute one order is enough; see `isFirst`. */
  readonly reduced: boolean;
}

export class Moves {
  private readonly acts: Acts;
  private readonly later: Later;
  private readonly outsiders: readonly { readonly label: string; readonly message: number }[];
  private readonly release: number;
  /** By the name of the step that gets a better input. */
  private readonly betters: ReadonlyMap<string, number>;

  constructor(private readonly options: MoveOptions) {
    this.acts = new Acts(options);
    this.later = new Later(options, this.acts);
    const { mends } = options;
    const { messages } = options.parts;
    this.outsiders = outsiders(mends).map(({ label, message }) => ({
      label,
      message: messages.of(message),
    }));
    this.release = messages.of(RELEASE);
    this.betters = new Map(
      Object.keys(mends).map((step) => [step, messages.of(mendOf(step, mends))]),
    );
  }

  get topics(): readonly string[] {
    return this.acts.topics;
  }

  of(world: World): Move[] {
    const moves: Move[] = [];
    // Each adds its own: millions of worlds are asked, and most have two moves or three.
    this.hear(world, moves);
    const helping: Move[] = [];
    this.help(world, helping);
    if (this.options.reduced && helping.length === 0 && isFirst(world)) return moves;
    this.serve(world, moves);
    this.later.settle(world, moves);
    this.later.retry(world, moves);
    if (world.outbox !== Lists.EMPTY) {
      moves.push(
        free(
          () => 'the relay publishes what was left behind',
          () => this.acts.publishOutbox(world),
        ),
      );
    }
    const busy = moves.some(({ faults }) => faults === 0);
    this.wake(world, busy, moves);
    moves.push(...helping);
    if (world.faultsLeft === 0) return moves.filter(({ faults }) => faults === 0);
    this.write(world, moves);
    this.copy(world, moves);
    this.report(world, moves);
    this.later.redrive(world, moves);
    this.intervene(world, moves);
    return moves;
  }

  /** What lies in the saga's partition. */
  private hear(world: World, moves: Move[]): void {
    const { lists, messages } = this.options.parts;
    const heard = lists.at(world.inbox);
    const reach = world.faultsLeft === 0 ? Math.min(1, heard.length) : heard.length;
    for (let index = 0; index < reach; index += 1) {
      const message = heard[index] as number;
      const name = () => nameOf(messages.at(message));
      const inbox = lists.without(world.inbox, index);
      if (index > 0) {
        moves.push(
          fault(
            () => `${name()} overtakes`,
            () => this.acts.decide(spend(world, { inbox }), message),
          ),
        );
        continue;
      }
      moves.push(free(name, () => this.acts.decide({ ...world, inbox }, message)));
      if (world.faultsLeft === 0) return;
      moves.push(
        fault(
          () => `${name()}, and it comes again`,
          () => this.acts.decide(spend(world), message),
        ),
        fault(
          () => `${name()}; the process dies after its commit, so it comes again`,
          () => this.acts.decide(spend(world), message, { dies: true }),
        ),
      );
    }
  }

  /** What lies in the participants' topics. */
  private serve(world: World, moves: Move[]): void {
    const { lists } = this.options.parts;
    const queues = lists.at(world.topics);
    for (let topic = 0; topic < queues.length; topic += 1) {
      const queue = queues[topic] as number;
      if (queue === Lists.EMPTY) continue;
      const commands = lists.at(queue);
      const reach = world.faultsLeft === 0 ? 1 : commands.length;
      for (let index = 0; index < reach; index += 1) {
        const command = commands[index] as number;
        const topics = lists.with(world.topics, topic, lists.without(queue, index));
        this.serveOne(world, topics, { command, topic, index }, moves);
      }
    }
  }

  /** @param topics without it */
  private serveOne(
    world: World,
    topics: number,
    { command, topic, index }: { command: number; topic: number; index: number },
    moves: Move[],
  ): void {
    const { parts, servings, slow } = this.options;
    const sent = parts.commands.at(command);
    const name = () => `${this.topics[topic]} gets '${shortId(sent.commandId)}'`;
    if (index > 0) {
      moves.push(
        fault(
          () => `${name()} before its turn`,
          () => this.acts.serve(spend(world, { topics }), command, 'succeed'),
        ),
      );
      return;
    }
    moves.push(free(name, () => this.acts.serve({ ...world, topics }, command, 'succeed')));
    if (world.faultsLeft === 0 && !slow.has(sent.step)) return;
    moves.push(
      fault(
        () => `${name()}, and will get it again`,
        () => this.acts.serve(spend(world), command, 'succeed'),
      ),
    );
    if (!servings.admits(world.business, command)) return;
    moves.push(
      fault(
        () => `${name()} after its notAfter`,
        () => this.acts.serve(spend(world, { topics }), command, 'succeed', 'late'),
      ),
    );
    const doings: Doing[] = sent.recall
      ? ['park', 'fail']
      : ['accept', 'park', 'fail', ...servings.participants.refusals(sent)];
    for (const doing of doings) {
      const label = () => `${name()} and ${said(doing)}`;
      moves.push(
        doing === 'accept' && !sent.undo && slow.has(sent.step)
          ? free(label, () => this.acts.serve({ ...world, topics }, command, doing))
          : fault(label, () => this.acts.serve(spend(world, { topics }), command, doing)),
      );
    }
  }

  /** A timer is the usual course only when nothing else can happen: else somebody was too slow. */
  private wake(world: World, busy: boolean, moves: Move[]): void {
    if (busy && world.faultsLeft === 0) return;
    const { instances } = this.options.parts;
    const { wakeAt, steps } = instances.at(world.instance);
    if (wakeAt === null) return;
    const fire = (label: string, now: number): Move => ({
      label: () => label,
      faults: busy ? 1 : 0,
      idle: true,
      next: () => this.acts.decide(busy ? spend(world) : world, this.timer(world, now), { now }),
    });
    const several = Object.values(steps).some(({ command, undo }) =>
      [command, undo].some((sending) => (sending?.dueAt ?? 0) > wakeAt),
    );
    moves.push(fire('the first timer is due', wakeAt));
    if (several) moves.push(fire('all timers are due', INTERVAL_MS - 1));
    // That somebody was too slow, and that the process dies, are two faults.
    const after = busy ? spend(world) : world;
    if (after.faultsLeft === 0) return;
    moves.push(
      fault(
        () => 'the first timer is due; the process dies after its commit',
        () => {
          const circumstances = { now: wakeAt, dies: true };
          return this.acts.decide(spend(after), this.timer(world, wakeAt), circumstances);
        },
      ),
    );
  }

  /** A process that died has not published all it had committed. */
  private timer({ outbox }: World, dueBefore: number): number {
    const publishedBy = outbox === Lists.EMPTY ? 0 : Infinity;
    return this.options.parts.messages.of({ kind: 'timer', messageId: '', publishedBy, dueBefore });
  }

  /** What a customer or an operator does sooner or later, without being at fault. */
  private help(world: World, moves: Move[]): void {
    const { held, state, steps } = this.options.parts.instances.at(world.instance);
    const hear = (label: string, message: number): Move =>
      free(
        () => label,
        () => this.acts.decide(world, message),
      );
    if (held) moves.push(hear('somebody has seen enough and releases it', this.release));
    if (state !== 'running') return;
    for (const [name, message] of this.betters) {
      const { state: of, command } = steps[name] ?? {};
      if (of !== 'refused' || command?.dueAt === undefined) continue;
      moves.push(hear(`'${name}' gets a better input`, message));
    }
  }

  /** Who writes of their own accord: at any moment, also before the start has arrived. */
  private write(world: World, moves: Move[]): void {
    const { instances, lists } = this.options.parts;
    const started = instances.at(world.instance).state !== 'awaiting-start';
    for (const [index, { label, message }] of this.outsiders.entries()) {
      const bit = 1 << index;
      if ((world.asked & bit) !== 0) continue;
      const asked = world.asked | bit;
      moves.push(
        fault(
          () => label,
          () => spend(world, { asked, inbox: lists.push(world.inbox, message) }),
        ),
      );
      if (started) continue;
      const inbox = () => lists.of([message, ...lists.at(world.inbox)]);
      moves.push(
        fault(
          () => `${label} before the start arrives`,
          () => spend(world, { asked, inbox: inbox() }),
        ),
      );
    }
  }

  /** What a person does is decided at once, and comes to nobody twice. */
  private intervene(world: World, moves: Move[]): void {
    const deeds = this.options.people?.of(world.instance, world.business) ?? [];
    for (const { label, message, business } of deeds) {
      moves.push(
        fault(
          () => label,
          () => this.acts.decide(spend(world, { business }), message),
        ),
      );
    }
  }

  /** Of what the saga has heard, another copy may come at any time after. */
  private copy(world: World, moves: Move[]): void {
    const { parts, servings, start } = this.options;
    const asked = this.outsiders.flatMap(({ message }, index) =>
      (world.asked & (1 << index)) === 0 ? [] : [message],
    );
    const inbox = parts.lists.at(world.inbox);
    for (const message of [start, ...asked, ...servings.answered(world.business)]) {
      if (inbox.includes(message)) continue;
      moves.push(
        fault(
          () => `${nameOf(parts.messages.at(message))} once more`,
          () => this.acts.decide(spend(world), message),
        ),
      );
    }
  }

  /** What participants tell the saga without having been asked. */
  private report(world: World, moves: Move[]): void {
    const { instances, lists, messages } = this.options.parts;
    for (const report of this.options.servings.reports(world.business)) {
      const { label, business, step, effects } = report;
      const asked = instances.at(world.instance).steps[step]?.command?.commandId;
      const tell = (): World => {
        const commandId = report.namesCommand ? asked : undefined;
        const message = messages.of({
          kind: 'report',
          messageId: '',
          ...(commandId !== undefined && { commandId }),
          effects,
        });
        return spend(world, { business, inbox: lists.push(world.inbox, message) });
      };
      moves.push(fault(() => label, tell));
    }
  }
}

/**
 * Whether the first message may be heard before anything else is done: an ample set of one (Peled,
 * 1993). Nothing can go wrong any more, so nothing overtakes it, comes again or hurries a timer; the
 * saga takes from the head of a queue to whose tail participants add, and the other way round. So both
 * orders lead to the same world, and whatever could have come first can still come. Only what a dead
 * process has left behind is added to the same tails.
 */
const isFirst = ({ faultsLeft, inbox, outbox }: World): boolean =>
  faultsLeft === 0 && inbox !== Lists.EMPTY && outbox === Lists.EMPTY;
