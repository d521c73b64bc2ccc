/** What was measured, as it stands in the JSON. */
import type { RunResult } from '../../../bench/contract.js';
import type { Usage } from '../proc/meter.js';

/** One load, and what it cost. */
export interface Taken {
  readonly result: RunResult;
  readonly usage: Usage;
}

/** One level in one round. */
export interface LevelRun {
  readonly level: number;
  /** From 1. */
  readonly round: number;
  readonly throughput: Taken;
  /** At half of the throughput of the first level. */
  readonly half: Taken;
  /** What does not add up: the figures are void then. */
  readonly problems: readonly string[];
}

export interface TableSize {
  readonly tableBytes: number;
  readonly indexBytes: number;
}

/** The orchestrator's tables of a level, once they were filled. */
export interface Filled {
  readonly level: number;
  readonly seconds: number;
  readonly instances: TableSize;
  readonly history: TableSize;
}

/** A part that compares levels; the first level is what the others are compared with. */
export interface LevelsResult {
  readonly part: string;
  readonly levels: readonly number[];
  readonly runs: LevelRun[];
  readonly filled: Filled[];
}

export interface MemorySample {
  /** Since the window was opened. */
  readonly seconds: number;
  /** Proportional set size, by process. */
  readonly bytes: Readonly<Record<string, number>>;
}

export interface MemoryResult {
  /** Orders a second that were placed. */
  readonly rate: number;
  readonly minutes: number;
  readonly load: Taken;
  readonly samples: readonly MemorySample[];
  readonly problems: readonly string[];
}

/** A value at a moment. */
export interface Point {
  readonly seconds: number;
  readonly value: number;
}

export interface BacklogResult {
  readonly orders: number;
  /** How long placing them took. */
  readonly placedInSeconds: number;
  /** From the start of the orchestrator's process to the last completion of the backlog. */
  readonly seconds: number;
  /** Sagas that completed a second, since the start of the process. */
  readonly rates: readonly Point[];
  readonly orchestratorPeakBytes: number;
  /** New orders that were not accepted. */
  readonly failed: number;
  /** New orders placed meanwhile, and how long each took, milliseconds. */
  readonly latencies: readonly Point[];
  readonly problems: readonly string[];
}

/** All parts; those that were not asked for, or failed, are missing. */
export interface GrowthResults {
  readonly levels: readonly LevelsResult[];
  readonly memory?: MemoryResult;
  readonly backlog?: BacklogResult;
}
