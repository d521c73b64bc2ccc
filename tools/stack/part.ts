import type { ProcessExit } from '#testing';
import { identify } from './process-identity.js';
import type { PartState } from './state.js';

/** Something that runs in the charge of the stack. */
export interface Part {
  readonly name: string;
  readonly address: string;
  readonly logFile?: string;
  readonly pid?: number | undefined;
  readonly containerId?: string | undefined;
  readonly stopSignal?: NodeJS.Signals;
  stop(): Promise<unknown>;
}

/** One run of a part, from its start to its end. */
export interface Run {
  readonly name: string;
  readonly logFile?: string | undefined;
  /** What can be done and what cannot while it is away; for the user. */
  readonly without?: string;
  readonly exited: Promise<ProcessExit>;
}

export function stateOf(part: Part, restarts: number): PartState {
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

export const endingOf = ({ code, signal }: ProcessExit): string =>
  signal ?? (code === null ? 'nobody knows how' : `exit code ${code}`);
