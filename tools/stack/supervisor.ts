import { endAllProcesses } from '#testing';
import { endingOf, stateOf, type Part, type Run } from './part.js';
import { removeState, writeState, type PartState, type StackState } from './state.js';

/** A stop was asked for while something was starting. */
export class StopRequested extends Error {}

// For a container that is just being made.
const SETTLE_MS = 30_000;
/** In a row: one that has run for a while begins to count anew. */
const RESTARTS_MAX = 5;
const STEADY_MS = 60_000;
const RESTART_DELAY_MS = 1000;

/** Holds what runs, writes it down, and stops it in the order opposite to its start. */
export class Supervisor {
  private readonly parts: Part[] = [];
  private readonly starting = new Set<Promise<unknown>>();
  /** Starts since a part last ran for a while, by its name. */
  private readonly strikes = new Map<string, number>();
  private stopping = false;
  private stopped = false;

  constructor(
    readonly state: StackState,
    private readonly stateFile: string,
    private readonly tell: (line: string) => void,
    private readonly restartDelayMs = RESTART_DELAY_MS,
    private readonly steadyMs = STEADY_MS,
  ) {
    this.save();
  }

  save(): void {
    if (this.stopped) return;
    writeState(this.stateFile, this.state);
  }

  /** A full disk must not keep what runs from being stopped, or what ended from being told of. */
  private saveIfPossible(): void {
    try {
      this.save();
    } catch {
      // What was written before stays, and the next change is tried again.
    }
  }

  /** Takes charge of something that has just been started. */
  async add(part: Part): Promise<void> {
    if (this.stopping) {
      await part.stop();
      throw new StopRequested();
    }
    const at = this.parts.findIndex(({ name }) => name === part.name);
    const restarts = this.state.parts[at]?.restarts ?? -1;
    const entry = stateOf(part, restarts + 1);
    if (at < 0) {
      this.parts.push(part);
      this.state.parts.push(entry);
    } else {
      this.parts[at] = part;
      this.state.parts[at] = entry;
    }
    // One that runs again is in our charge, whether or not that can be written down.
    if (at < 0) this.save();
    else this.saveIfPossible();
  }

  /** Starts a part again when it ends by itself; after a few times in a row it is left alone. */
  watch(run: Run, start: () => Promise<Run>): void {
    const startedMs = performance.now();
    void run.exited.then(async (exit) => {
      if (this.stopping) return;
      const entry = this.state.parts.find(({ name }) => name === run.name);
      if (entry === undefined) return;
      entry.ended = endingOf(exit);
      this.saveIfPossible();
      if (performance.now() - startedMs >= this.steadyMs) this.strikes.delete(run.name);
      const [mark, next] = this.mayStart(run)
        ? ['!', 'it is started again']
        : ['✗', staysDown(run)];
      this.tell(`${mark} ${run.name} ended (${entry.ended}); ${next}${during(run)}`);
      const again = await this.startAgain(run, start, entry);
      if (again) this.watch(again, start);
    });
  }

  /** A start that fails counts as one that went well does. */
  private async startAgain(
    run: Run,
    start: () => Promise<Run>,
    entry: PartState,
  ): Promise<Run | undefined> {
    while (this.mayStart(run)) {
      this.strikes.set(run.name, this.strikesOf(run) + 1);
      await new Promise((resolve) => setTimeout(resolve, this.restartDelayMs));
      if (this.stopping) return undefined;
      try {
        const again = await this.track(start());
        this.tell(`✓ ${run.name} runs again`);
        return again;
      } catch (error) {
        if (this.stopping || error instanceof StopRequested) return undefined;
        entry.restarts += 1;
        this.saveIfPossible();
        const next = this.mayStart(run) ? 'it is tried again' : staysDown(run);
        this.tell(`✗ ${run.name} does not come back: ${(error as Error).message}; ${next}`);
      }
    }
    return undefined;
  }

  private strikesOf({ name }: Run): number {
    return this.strikes.get(name) ?? 0;
  }

  private mayStart(run: Run): boolean {
    return this.strikesOf(run) < RESTARTS_MAX;
  }

  /** Remembers something that is starting, so that a stop can wait for it. */
  track<T>(starting: Promise<T>): Promise<T> {
    this.starting.add(starting);
    const forget = () => this.starting.delete(starting);
    starting.then(forget, forget);
    return starting;
  }

  /** Stops everything: apps at once, then what they need, then what was just starting. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.state.phase = 'stopping';
    this.saveIfPossible();
    const needed = this.parts.filter(({ name }) => name === 'Postgres' || name === 'Kafka');
    const apps = this.parts.filter((part) => !needed.includes(part));
    await this.stopAll(apps);
    await this.stopAll(needed);
    // Processes that are in nobody's charge yet end; their starts then fail, or end in add().
    endAllProcesses();
    await this.settled();
    this.stopped = true;
    removeState(this.stateFile);
  }

  private async settled(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, SETTLE_MS)));
    await Promise.race([Promise.allSettled(this.starting), late]);
    clearTimeout(timer);
  }

  private async stopAll(parts: readonly Part[]): Promise<void> {
    const outcomes = await Promise.allSettled(parts.map((part) => part.stop()));
    outcomes.forEach((outcome, i) => {
      if (outcome.status === 'rejected') {
        this.tell(`✗ ${parts[i]?.name} could not be stopped: ${String(outcome.reason)}`);
      }
    });
  }
}

const staysDown = ({ logFile }: Run): string =>
  `it stays down${logFile === undefined ? '' : ` (log: ${logFile})`}`;

const during = ({ without }: Run): string =>
  without === undefined ? '' : `. Until it is back, ${without}`;
