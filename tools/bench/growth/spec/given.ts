/** Runs as `growth` makes them, with what a test cares about. */
import type { RunResult } from '../../../../bench/contract.js';
import type { LevelRun, LevelsResult, Taken } from '../results.js';

interface Given {
  readonly perSecond?: number;
  readonly halfP99?: number;
  readonly problems?: readonly string[];
  readonly failed?: number;
}

const taken = (result: Partial<RunResult>): Taken => ({
  result: {
    ...{ sagas: 100, compensated: 0, failed: 0, unstarted: 0, seconds: 1 },
    ...{ p50: 1, p90: 2, p99: 3, max: 4 },
    all: { completed: 100, compensated: 0, failed: 0 },
    errors: result.failed ? ['answered 503'] : [],
    ...result,
  },
  usage: {
    ...{ seconds: 1, cpuMs: 2_000, writtenBytes: 0, peakBytes: 2 ** 20 },
    ...{ foreignCpuMs: 0, stolenCpuMs: 0 },
  },
});

const run = (level: number, round: number, given: Given = {}): LevelRun => ({
  ...{ level, round },
  throughput: taken({ sagas: given.perSecond ?? 100, failed: given.failed ?? 0 }),
  half: taken({ p99: given.halfP99 ?? 50 }),
  problems: given.problems ?? [],
});

/** Half as fast with a million, in each of two rounds that differ; the third is void. */
const finished: LevelsResult = {
  part: 'finished',
  levels: [0, 1_000_000],
  runs: [
    run(0, 1, { perSecond: 400 }),
    run(1_000_000, 1, { perSecond: 200, halfP99: 100 }),
    run(1_000_000, 2, { perSecond: 100, halfP99: 100 }),
    run(0, 2, { perSecond: 200 }),
    run(0, 3, { perSecond: 800 }),
    run(1_000_000, 3, { perSecond: 1, problems: ['1 of 3 orders have no start'], failed: 2 }),
  ],
  filled: [
    {
      ...{ level: 1_000_000, seconds: 50 },
      instances: { tableBytes: 2.4e9, indexBytes: 0.15e9 },
      history: { tableBytes: 3e9, indexBytes: 0.2e9 },
    },
  ],
};

const memory = {
  ...{ rate: 80, minutes: 1, load: taken({}), problems: [] },
  samples: [0, 30, 60].map((seconds) => ({ seconds, bytes: { Kafka: 500 * 2 ** 20 } })),
};

const backlog = {
  ...{ orders: 1_800, placedInSeconds: 2, seconds: 9, failed: 0 },
  ...{ orchestratorPeakBytes: 150 * 2 ** 20, problems: [] },
  rates: [{ seconds: 9, value: 200 }],
  latencies: [3, 1, 2].map((seconds) => ({ seconds, value: seconds * 1_000 })),
};

export const given = { run, finished, memory, backlog };
