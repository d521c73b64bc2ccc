/**
 * Explicit-state model checking of a saga: breadth first through every run within the bounds, so the
 * first run found to break a promise is a shortest one. What is run is the engine's own `decide`.
 * After Lamport's TLC and Holzmann's SPIN. States are compared exactly, not by a hash: each part of
 * one is kept once (`parts.ts`), so that a state is seven numbers.
 */
import { decide as realDecide } from '../decide.js';
import { stepsOf, type SagaDefinition } from '../definition.js';
import type { SagaExample } from '../example.js';
import { transitions } from '../transitions.js';
import { Engine, explorable } from './engine.js';
import { firstEndless, Numbers } from './graph.js';
import type { Move } from './move.js';
import { Moves } from './moves.js';
import { People } from './people.js';
import { Participants, type ModelBarrier } from './participant.js';
import { must } from './parts.js';
import { checkRest } from './promises.js';
import { Servings } from './servings.js';
import { Violation } from './violation.js';
import { firstWorld, Parts, startOf, type World } from './world.js';
import { Worlds } from './worlds.js';

const PROGRESS_EVERY = 10_000;

/**
 * Some ten times what any saga of the shop comes to, with as many faults as a minute allows. An engine
 * that counts on has a new instance for every message, and is here within seconds.
 */
export const MOST_INSTANCES = 500_000;

/** Begins with an example of the definition, or with what is said here. */
export interface ExploreOptions extends Omit<SagaExample, 'about'> {
  readonly definition: SagaDefinition;
  readonly barrier: ModelBarrier;
  /** The engine under test; default: the real one. */
  readonly decide?: typeof realDecide;
  /** How much may go wrong in one run. */
  readonly faults: number;
  /** Whether people intervene, too; default true. */
  readonly people?: boolean;
  /** Sendings of a command before its silence counts; default 2. */
  readonly attempts?: number;
  /** Runs with more messages on their way than this are not followed; default 12. */
  readonly inFlight?: number;
  /** More different instances than this are a violation; default `MOST_INSTANCES`. */
  readonly mostInstances?: number;
  /**
   * Follows also what only differs in the order of moves that commute, and worlds for which another one
   * stands; default false.
   */
  readonly unreduced?: boolean;
  readonly onProgress?: (states: number) => void;
}

export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** Different instances: what the saga itself can be like, whatever is around it. */
  readonly instances: number;
  /** Different ends of runs, by what the instance had become. */
  readonly ends: Readonly<Record<string, number>>;
  /** Worlds that were not followed because too much was on its way. */
  readonly cut: number;
  /** How often each pair of the table was met, by `state message`. */
  readonly pairs: Readonly<Record<string, number>>;
  /** A shortest run that breaks a promise. */
  readonly violation?: { readonly promise: string; readonly story: readonly string[] };
}

/** Pairs of the state x message table that a run can meet. */
export const allPairs = (): string[] =>
  Object.entries(transitions).flatMap(([state, row]) =>
    Object.keys(row).map((kind) => `${state} ${kind}`),
  );

/**
 * A violation is looked for once more unreduced, where the first that is found is a shortest. One that
 * is not found there, because more was on its way than the bounds allow, stands as it was found.
 */
export const explore = (options: ExploreOptions): Exploration => {
  const { unreduced, mostInstances = MOST_INSTANCES } = options;
  const found = new Explorer(options).run();
  if (!found.violation || unreduced || found.instances > mostInstances) return found;
  // As it is there it is found again, however many instances come before it in another order.
  const again = new Explorer({ ...options, unreduced: true, mostInstances: Infinity }).run();
  return again.violation ? again : found;
};

class Explorer {
  private readonly parts = new Parts();
  private readonly worlds: Worlds;
  private readonly moves: Moves;
  private readonly definition: SagaDefinition;
  private readonly start: number;
  /** By world: the one it was first reached from, and by which of its moves. */
  private readonly parents = new Numbers();
  private readonly byMove = new Numbers();
  /** Free moves, from one world to another: along them every run must come to rest. */
  private readonly freeFrom = new Numbers();
  private readonly freeTo = new Numbers();
  private readonly resting: number[] = [];
  /** What has come to rest, however much could still have gone wrong. */
  private readonly ended = new Set<string>();
  private readonly ends: Record<string, number> = {};
  private readonly pairs: Record<string, number> = {};
  private transitions = 0;
  private cut = 0;

  constructor(private readonly options: ExploreOptions) {
    const { input, attempts = 2, barrier, results = {}, decide = realDecide } = options;
    this.definition = explorable(options.definition, attempts);
    const { definition, parts } = this;
    this.worlds = new Worlds(!options.unreduced);
    this.start = parts.messages.of(startOf(input));
    const slow = stepsOf(options.definition).filter(({ pendingMs }) => pendingMs !== undefined);
    this.moves = new Moves({
      definition,
      parts,
      start: this.start,
      slow: new Set(slow.map(({ name }) => name)),
      mends: options.mends ?? {},
      people: options.people === false ? undefined : new People(definition, results, parts),
      reduced: !options.unreduced,
      engine: new Engine({ definition, attempts, decide }, parts),
      servings: new Servings(new Participants(definition, barrier, results), parts),
      onDecision: (pair) => {
        this.pairs[pair] = (this.pairs[pair] ?? 0) + 1;
      },
    });
  }

  run(): Exploration {
    const { definition, parts, start, worlds } = this;
    const { faults, mostInstances = MOST_INSTANCES, onProgress } = this.options;
    const topics = this.moves.topics.length;
    this.discover(firstWorld(parts, definition, start, topics, faults), 0, 0);
    // Worlds are numbered as they are found, so in this order it is breadth first.
    for (let id = 0; id < worlds.size; id += 1) {
      const broken = this.expand(id);
      if (broken) return this.report(broken);
      if (parts.instances.size > mostInstances) return this.report(this.grown(mostInstances));
      if (id % PROGRESS_EVERY === 0) onProgress?.(worlds.size);
    }
    return this.report(this.endless());
  }

  /** @returns the broken promise, when a move of this world breaks one */
  private expand(id: number): Broken | undefined {
    const world = this.worlds.at(id);
    const moves = this.moves.of(world);
    try {
      if (!moves.some(({ faults, idle }) => faults === 0 && !idle)) this.rest(world, id);
    } catch (error) {
      return broken(error, id);
    }
    for (const [index, move] of moves.entries()) {
      this.transitions += 1;
      let after: World;
      try {
        after = move.next();
      } catch (error) {
        return broken(error, id, move);
      }
      if (this.onTheWay(after) > (this.options.inFlight ?? 12)) {
        this.cut += 1;
        continue;
      }
      const to = this.discover(after, id, index);
      if (move.faults === 0) {
        this.freeFrom.push(id);
        this.freeTo.push(to);
      }
    }
    return undefined;
  }

  private rest({ instance: number, business, asked }: World, id: number): void {
    const { instances, businesses } = this.parts;
    const instance = instances.at(number);
    const rest = checkRest(this.definition, instance, businesses.at(business));
    if (rest === 'waiting') return;
    this.resting.push(id);
    const what = `${number} ${business} ${asked}`;
    if (this.ended.has(what)) return;
    this.ended.add(what);
    const end = rest === 'attention' ? `${instance.state}, attention` : instance.state;
    this.ends[end] = (this.ends[end] ?? 0) + 1;
  }

  private discover(world: World, from: number, move: number): number {
    const { worlds } = this;
    const known = worlds.size;
    const id = worlds.numberOf(world);
    if (id === known) {
      this.parents.push(from);
      this.byMove.push(move);
    }
    return id;
  }

  private onTheWay({ inbox, outbox, topics }: World): number {
    const { lists } = this.parts;
    let count = lists.at(inbox).length + lists.at(outbox).length;
    for (const queue of lists.at(topics)) count += lists.at(queue).length;
    return count;
  }

  /** The way to the newest world; what is repeated in it is what does not end. */
  private grown(most: number): Broken {
    const promise = `it has grown beyond ${most} different instances`;
    return { promise, id: this.worlds.size - 1 };
  }

  /**
   * A world from which a run can go on for ever although nothing more goes wrong, and without ever being
   * at an end or asking for a person. Where there is none every such run comes to rest, whatever is done
   * first in it: for nothing is done twice without a rest in between, and only at rest is nothing to do.
   */
  private endless(): Broken | undefined {
    if (this.cut > 0) return undefined;
    const id = firstEndless(this.resting, this.worlds.size, this.freeFrom, this.freeTo);
    return id === undefined ? undefined : { promise: 'it can go on for ever', id };
  }

  private report(found: Broken | undefined): Exploration {
    const { transitions: count, ends, cut, pairs } = this;
    return {
      states: this.worlds.size,
      transitions: count,
      instances: this.parts.instances.size,
      ends,
      cut,
      pairs,
      ...(found && { violation: { promise: found.promise, story: this.story(found) } }),
    };
  }

  private story({ id, move }: Broken): string[] {
    const story = move ? [move.label()] : [];
    for (let at = id; at > 0; at = this.parents.at(at)) {
      const [from, index] = [this.parents.at(at), this.byMove.at(at)];
      story.unshift(must(this.moves.of(this.worlds.at(from))[index], 'move').label());
    }
    return story;
  }
}

interface Broken {
  readonly promise: string;
  readonly id: number;
  readonly move?: Move;
}

const broken = (error: unknown, id: number, move?: Move): Broken => {
  if (!(error instanceof Violation)) throw error;
  return { promise: error.message, id, ...(move && { move }) };
};
