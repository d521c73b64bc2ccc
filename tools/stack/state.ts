import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { KafkaKind } from '#testing';
import { isAlive, type ProcessIdentity } from './process-identity.js';

/** What the running stack writes down, for the other commands and for whoever comes after it. */
export interface StackState {
  readonly supervisor: ProcessIdentity;
  phase: 'starting' | 'ready' | 'stopping';
  readonly startedAt: string;
  /** URL of the superuser. */
  postgresUrl?: string;
  kafka?: { brokers: string; kind: KafkaKind; description: string };
  /** URL of the start page. */
  page?: string;
  parts: PartState[];
}

export interface PartState {
  readonly name: string;
  readonly address: string;
  readonly logFile?: string;
  process?: ProcessIdentity;
  containerId?: string;
  /** Postgres ends at once only with SIGQUIT or SIGINT; everything else with SIGTERM. */
  readonly stopSignal: NodeJS.Signals;
  restarts: number;
  /** How it ended by itself; gone as soon as it runs again. */
  ended?: string;
}

/** Nothing, or something unreadable, is "no stack". */
export function readState(file: string): StackState | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as StackState;
  } catch {
    return undefined;
  }
}

/** Written aside and moved, so that a reader never sees half of it. */
export function writeState(file: string, state: StackState): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2));
  renameSync(`${file}.new`, file);
}

export const removeState = (file: string): void => rmSync(file, { force: true });

export const isRunning = (state: StackState | undefined): state is StackState =>
  state !== undefined && isAlive(state.supervisor);
