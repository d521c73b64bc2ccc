/**
 * Explicit-state model checking of a saga: breadth first through every run within the bounds, so the
 * first run found to break a promise is a shortest one. What is run is the engine's own `decide`.
 * After Lamport's TLC and Holzmann's SPIN; states are remembered by a hash of 64 bits (Holzmann's
 * hash compaction), so that two states are taken for one with a chance of about n^2 / 2^65.
 */
import type { SagaDefinition } from '../definition.js';
import type { SagaMessage } from '../messages.js';
import { transitions } from '../transitions.js';
import { explorable, Moves, type Move } from './moves.js';
import { Participants, type ModelBarrier } from './participant.js';
import { checkRest } from './promises.js';
import { Violation } from './violation.js';
import { firstWorld, keyOf, type World } from './world.js';

export interface ExploreOptions {
  readonly definition: SagaDefinition;
  /** What the saga starts with. */
  readonly input: unknown;
  readonly barrier: ModelBarrier;
  /** What a successful step answers, by its name; default: nothing. */
  readonly results?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** How much may go wrong in one run. */
  readonly faults: number;
  /** Sendings of a command before its silence counts; default 2. */
  readonly attempts?: number;
  /** Runs with more messages on their way than this are not followed; default 12. */
  readonly inFlight?: number;
  readonly onProgress?: (states: number) => void;
}

export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** Ends of runs, by what the instance had become. */
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

export const explore = (options: ExploreOptions): Exploration => new Explorer(options).run();

class Explorer {
  private readonly moves: Moves;
  private readonly definition: SagaDefinition;
  private readonly known = new Map<string, number>();
  /** By state: the state it was first reached from, and by which of its moves. */
  private readonly parents: number[] = [];
  private readonly labels: string[] = [];
  /** Free moves, from one state to another: along them every run must come to an end. */
  private readonly freeFrom: number[] = [];
  private readonly freeTo: number[] = [];
  private readonly resting: number[] = [];
  private readonly ends: Record<string, number> = {};
  private readonly pairs: Record<string, number> = {};
  private readonly texts = new Map<string, string>();
  private transitions = 0;
  private cut = 0;

  constructor(private readonly options: ExploreOptions) {
    const { attempts = 2, barrier, results = {} } = options;
    this.definition = explorable(options.definition, attempts);
    this.moves = new Moves({
      definition: this.definition,
      participants: new Participants(this.definition, barrier, results),
      attempts,
      onDecision: (world, message) => this.count(world, message),
    });
  }

  run(): Exploration {
    const { input, faults, onProgress } = this.options;
    let frontier = [this.discover(firstWorld(this.definition, input, faults), -1, '')];
    while (frontier.length > 0) {
      const next: Found[] = [];
      for (const found of frontier) {
        const broken = this.expand(found, next);
        if (broken) return this.report(broken);
      }
      onProgress?.(this.parents.length);
      frontier = next;
    }
    return this.report(this.endless());
  }

  /** @returns the broken promise, when a move of this world breaks one */
  private expand({ world, id }: Found, next: Found[]): Broken | undefined {
    const moves = this.moves.of(world);
    try {
      if (!moves.some(({ faults, idle }) => faults === 0 && !idle)) this.rest(world, id);
    } catch (error) {
      return broken(error, id);
    }
    for (const move of moves) {
      this.transitions += 1;
      let after: World;
      try {
        after = move.next();
      } catch (error) {
        return broken(error, id, move);
      }
      if (onTheWay(after) > (this.options.inFlight ?? 12)) {
        this.cut += 1;
        continue;
      }
      const found = this.discover(after, id, move.label);
      if (found.isNew) next.push(found);
      if (move.faults === 0) {
        this.freeFrom.push(id);
        this.freeTo.push(found.id);
      }
    }
    return undefined;
  }

  private rest(world: World, id: number): void {
    const rest = checkRest(this.definition, world);
    if (rest === 'waiting') return;
    this.resting.push(id);
    const end = rest === 'attention' ? `${world.instance.state}, attention` : world.instance.state;
    this.ends[end] = (this.ends[end] ?? 0) + 1;
  }

  private discover(world: World, from: number, label: string): Found {
    const key = keyOf(world);
    const known = this.known.get(key);
    if (known !== undefined) return { world, id: known, isNew: false };
    const id = this.parents.length;
    this.known.set(key, id);
    this.parents.push(from);
    this.labels.push(this.interned(label));
    return { world, id, isNew: true };
  }

  private interned(label: string): string {
    const known = this.texts.get(label);
    if (known === undefined) this.texts.set(label, label);
    return known ?? label;
  }

  /** A state from which no free moves lead to an end: it would go round for ever. */
  private endless(): Broken | undefined {
    const into = new Map<number, number[]>();
    this.freeTo.forEach((to, index) => {
      const sources = into.get(to);
      const from = this.freeFrom[index] as number;
      if (sources) sources.push(from);
      else into.set(to, [from]);
    });
    const ending = new Set(this.resting);
    const open = [...this.resting];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      for (const from of into.get(id) ?? []) {
        if (ending.has(from)) continue;
        ending.add(from);
        open.push(from);
      }
    }
    for (let id = 0; id < this.parents.length; id += 1) {
      if (!ending.has(id) && this.cut === 0) return { promise: 'it never comes to an end', id };
    }
    return undefined;
  }

  private count({ instance }: World, { kind }: SagaMessage): void {
    const pair = `${instance.state} ${kind}`;
    this.pairs[pair] = (this.pairs[pair] ?? 0) + 1;
  }

  private report(found: Broken | undefined): Exploration {
    const { transitions: count, ends, cut, pairs } = this;
    return {
      states: this.parents.length,
      transitions: count,
      ends,
      cut,
      pairs,
      ...(found && { violation: { promise: found.promise, story: this.story(found) } }),
    };
  }

  private story({ id, move }: Broken): string[] {
    const story = move ? [move.label] : [];
    for (let at = id; at > 0; at = this.parents[at] as number) story.unshift(this.labels[at] ?? '');
    return story;
  }
}

interface Found {
  readonly world: World;
  readonly id: number;
  readonly isNew: boolean;
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

const onTheWay = ({ inbox, topics, outbox }: World): number =>
  inbox.length + outbox.length + Object.values(topics).reduce((sum, { length }) => sum + length, 0);
