import { endAllProcesses, type ServiceProcess } from '#testing';
import { identify } from './process-identity.js';
import { removeState, writeState, type PartState, type StackState } from './state.js';

export interface Part {
  readonly name: string;
  readonly address: string;
  readonly logFile?: string;
  readonly pid?: number | undefined;
  readonly containerId?: string | undefined;
  readonly stopSignal?: NodeJS.Signals;
  stop(): Promise<unknown>;
}

/** A stop was asked for while something was starting. */
export class StopRequested extends Error {}

// For a container that is just being made.
const SETTLE_MS = 30_000;
const RESTARTS_MAX = 5;
const RESTART_DELAY_MS = 1000;

/** Holds what runs, writes it down, and stops it in the order opposite to its start. */
export class Supervisor {
  private readonly parts: Part[] = [];
  private readonly starting = new Set<Promise<unknown>>();
  private stopping = false;
  private stopped = false;

  constructor(
    readonly state: StackState,
    private readonly stateFile: string,
    private readonly tell: (line: string) => void,
  ) {
    this.save();
  }

  save(): void {
    if (this.stopped) return;
    writeState(this.stateFile, this.state);
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
    this.save();
  }

  /** Starts an app again when it ends by itself; after a few times it is left alone. */
  watch(app: ServiceProcess, start: () => Promise<ServiceProcess>): void {
    void app.exited.then(async ({ code, signal }) => {
      if (this.stopping) return;
      const entry = this.state.parts.find(({ name }) => name === app.name);
      const how = signal ?? `exit code ${code}`;
      if ((entry?.restarts ?? 0) >= RESTARTS_MAX) {
        this.tell(`✗ ${app.name} ended (${how}) and stays down; see ${app.logFile}`);
        return;
      }
      this.tell(`! ${app.name} ended (${how}); it is started again`);
      await new Promise((resolve) => setTimeout(resolve, RESTART_DELAY_MS));
      if (this.stopping) return;
      try {
        this.watch(await start(), start);
      } catch (error) {
        if (error instanceof StopRequested) return;
        this.tell(`✗ ${app.name} does not come back: ${(error as Error).message}`);
      }
    });
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
    try {
      this.save();
    } catch {
      // A full disk must not keep what runs from being stopped.
    }
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

function stateOf(part: Part, restarts: number): PartState {
  return {
    name: part.name,
    address: part.address,
    stopSignal: part.stopSignal ?? 'SIGTERM',
    restarts,
    ...(part.logFile === undefined ? {} : { logFile: part.logFile }),
    ...(part.pid === undefined ? {} : { process: identify(part.pid) }),
    ...(part.containerId === undefined ? {} : { containerId: part.containerId }),
  };
}
