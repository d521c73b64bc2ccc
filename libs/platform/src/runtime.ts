/**
 * Time, chance and identity as a process gets them from its machine. What shall also run in the
 * deterministic simulator asks here and never the globals. Ambient on purpose: one process has one
 * machine, and only the simulator ever puts another in its place.
 */
import { randomUUIDv7 } from 'node:crypto';

export interface Runtime {
  /** Milliseconds; only differences mean anything, and it never goes back. */
  monotonicMs(): number;
  /** The wall clock, which may be wrong. */
  date(): Date;
  /** Calls `run` once after `delayMs`; the answer cancels it. Keeps the process alive meanwhile. */
  after(delayMs: number, run: () => void): () => void;
  /** Calls `run` when the current turn of the event loop is over. */
  defer(run: () => void): void;
  /** In [0, 1). */
  random(): number;
  /** UUIDv7: ids made one after the other sort in that order. */
  uuid(): string;
}

const machine: Runtime = {
  monotonicMs: () => performance.now(),
  date: () => new Date(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  defer: (run) => void setImmediate(run),
  random: () => Math.random(),
  uuid: () => randomUUIDv7(),
};

let installed = machine;

export const runtime: Runtime = {
  monotonicMs: () => installed.monotonicMs(),
  date: () => installed.date(),
  after: (delayMs, run) => installed.after(delayMs, run),
  defer: (run) => installed.defer(run),
  random: () => installed.random(),
  uuid: () => installed.uuid(),
};

/** For the simulator. Without an argument the machine's own is back. */
export const installRuntime = (other: Runtime = machine): void => {
  installed = other;
};
