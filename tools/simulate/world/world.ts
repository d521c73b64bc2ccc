import { divertCrashPoints, type MessagingLog } from '#messaging';
import { installRuntime } from '#platform';
import { Delays } from './delays.js';
import { Faults, type ChanceKind, type FaultKind } from './faults.js';
import { Random } from './random.js';
import { Scheduler, type Actor } from './scheduler.js';
import { Trace } from './trace.js';

/** Every world begins at this moment: a noon, and a midnight some of them get to see. */
const EPOCH_MS = Date.UTC(2026, 10, 1, 23, 57);

export interface WorldOptions {
  readonly seed: number;
  readonly rates: Readonly<Partial<Record<ChanceKind, number>>>;
  readonly spared: ReadonlySet<string>;
  readonly slowestMs: number;
  readonly brokerMs: number;
  readonly keepTrace: boolean;
}

/** Crash points that are passed a few times in a world, where others are passed hundreds of times. */
const SELDOM: readonly (readonly [RegExp, number])[] = [
  [/^effect\.return\./, 60],
  // Passed by whoever looks whether there is news.
  [/^effect\.tracking\./, 3],
  [/^effect\./, 20],
  [/^outbox\.after-close/, 40],
];
/** By name, so that each is looked at once: they are passed thousands of times a world. */
const likelier = new Map<string, number>();
const likelierAt = (name: string): number => {
  let times = likelier.get(name);
  if (times === undefined) {
    times = SELDOM.find(([point]) => point.test(name))?.[1] ?? 1;
    likelier.set(name, times);
  }
  return times;
};
const CLOSED_EPOCH = /^outbox epoch \d+ is closed$/;

/** Thrown at a crash point, to leave the code of a process that is dead by then. */
export class CrashedError extends Error {
  override readonly name = 'CrashedError';
}

/** One seed's world: its time, its chance, its faults, and the record of what happened. */
export class World {
  readonly scheduler = new Scheduler();
  readonly trace: Trace;
  readonly random: Random;
  readonly delays: Delays;
  readonly faults: Faults;
  /** Situations by name, with how often they were met. */
  readonly situations = new Map<string, number>();
  /** Warnings and errors that the code under test logged, by message. */
  readonly logged = new Map<string, number>();
  /** Broken promises that were noticed on the way. */
  readonly violations: string[] = [];
  /** Ends a process, at this very point. */
  onCrash: (actor: Actor) => void = () => undefined;
  private readonly skews = new Map<string, number>();
  private readonly keepStacks: boolean;
  private readonly stackTraceLimit = Error.stackTraceLimit;
  private ids = 0;

  constructor(options: WorldOptions) {
    const { seed, rates, spared, slowestMs, brokerMs } = options;
    this.trace = new Trace(options.keepTrace);
    this.keepStacks = options.keepTrace;
    this.random = new Random(seed, 'world');
    this.delays = new Delays(new Random(seed, 'delays'), slowestMs, brokerMs);
    this.scheduler.onThrown = (error) => this.uncaught(error);
    const onStrike = (kind: FaultKind, what: string) => this.note(`FAULT ${kind}: ${what}`);
    this.faults = new Faults({ seed, rates, spared, onStrike });
  }

  /** True time. */
  get epochMs(): number {
    return EPOCH_MS + this.scheduler.nowMs;
  }

  note(what: string): void {
    this.trace.add(this.scheduler.nowMs, this.scheduler.current.name, what);
  }

  met(situation: string): void {
    this.situations.set(situation, (this.situations.get(situation) ?? 0) + 1);
  }

  violated(what: string): void {
    this.violations.push(what);
    this.note(`VIOLATION ${what}`);
  }

  /** Nobody caught it: it would have ended the process. */
  uncaught(error: unknown): void {
    if (error instanceof CrashedError || !this.scheduler.current.isAlive) return;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.violated(`uncaught in ${this.scheduler.current.name}: ${text}`);
  }

  /** The wall clock of an actor is wrong by this, in all of its lives. */
  skew(actorName: string, byMs: number): void {
    this.skews.set(actorName, byMs);
  }

  /** A UUIDv7 in form: time, a counter, and chance. */
  uuid(): string {
    this.ids += 1;
    const time = Math.floor(this.epochMs).toString(16).padStart(12, '0');
    const count = (0x7000 | (this.ids & 0xfff)).toString(16);
    // With a bit in front, so that leading zeros stay.
    const half = (): string => Math.floor((1 + this.random.next()) * 2 ** 24).toString(16);
    const tail = half().slice(1) + half().slice(1);
    return `${time.slice(0, 8)}-${time.slice(8)}-${count}-8000-${tail}`;
  }

  /** From now on the code under test lives in this world. */
  enter(): void {
    // Most errors here are those of faults, and nobody looks where they were made.
    if (!this.keepStacks) Error.stackTraceLimit = 0;
    installRuntime({
      monotonicMs: () => this.scheduler.nowMs,
      date: () => new Date(this.epochMs + (this.skews.get(this.scheduler.current.name) ?? 0)),
      after: (delayMs, run) => this.scheduler.after(delayMs, this.scheduler.current, run),
      defer: (run) => void this.scheduler.after(0, this.scheduler.current, run),
      random: () => this.random.next(),
      uuid: () => this.uuid(),
    });
    divertCrashPoints((name) => {
      const actor = this.scheduler.current;
      if (!actor.isAlive) throw new CrashedError(name);
      if (!this.faults.strikes('crash-point', `${actor.name} at ${name}`, likelierAt(name))) return;
      this.met(`crash at ${name}`);
      this.onCrash(actor);
      throw new CrashedError(name);
    });
  }

  /** The machine's own clock and chance are back. */
  leave(): void {
    Error.stackTraceLimit = this.stackTraceLimit;
    installRuntime();
    divertCrashPoints();
  }

  /** The log of a process: warnings and errors are counted, and all of it is traced. */
  log(situations: Readonly<Record<string, string>>): MessagingLog {
    const line = (level: string) => (fields: object, message: string) => {
      if (!this.scheduler.current.isAlive) return;
      const situation = situations[message];
      if (situation !== undefined) this.met(situation);
      const { err } = fields as { err?: unknown };
      if (err instanceof Error && CLOSED_EPOCH.test(err.message)) this.met('closed epoch refused');
      this.note(`${level} ${message}${err instanceof Error ? `: ${err.message}` : ''}`);
      if (level === 'error') this.logged.set(message, (this.logged.get(message) ?? 0) + 1);
    };
    return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  }
}
