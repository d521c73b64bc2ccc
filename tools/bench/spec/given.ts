/** Attempts as the benchmark makes them, with what a test cares about. */
import type { ContenderSpec } from '../contenders.js';
import type { Attempt } from '../measure.js';

interface Given {
  readonly perSecond?: number;
  readonly problems?: readonly string[];
  readonly foreignCpuMs?: number;
  readonly repeated?: number;
}

const spec = (name: string, title: string): ContenderSpec => ({
  name,
  title,
  main: `bench/${name}/main.ts`,
  inFlight: 1,
  needs: [],
});

const attempt = (
  contender: string,
  round: number,
  { perSecond = 100, problems = [], foreignCpuMs = 0, repeated = 0 }: Given,
): Attempt => ({
  contender,
  round,
  notes: [],
  measurements: {
    throughput: {
      request: { run: { inFlight: 1 }, warmUpMs: 0, windowMs: 1, declinedEvery: 0, prefix: 'p' },
      result: {
        sagas: perSecond,
        compensated: 0,
        failed: 0,
        unstarted: 0,
        seconds: 1,
        p50: 1,
        p90: 2,
        p99: 3,
        max: 4,
        all: { completed: perSecond, compensated: 0, failed: 0 },
        errors: [],
      },
      usage: {
        seconds: 1,
        cpuMs: 2000,
        writtenBytes: 1024 * perSecond,
        peakBytes: 2 ** 20,
        foreignCpuMs,
        stolenCpuMs: 0,
      },
      repeated,
      problems,
      miscounts: [],
    },
  },
});

export const given = {
  specs: [spec('own', 'this project'), spec('dbos', 'DBOS <5>')],
  attempt,
};
