/** Where memory goes in the course of time. Pure. */
import type { MemorySample, Point } from './results.js';

export interface Trend {
  readonly process: string;
  /** Means of the first and the last third of the time. */
  readonly firstThirdMib: number;
  readonly lastThirdMib: number;
  /** Of the straight line that fits best (least squares). */
  readonly mibPerHour: number;
}

const MEBI = 1024 * 1024;
const HOUR_S = 3600;

/** One line a process, in MiB. */
export function memoryLines(samples: readonly MemorySample[]): Map<string, Point[]> {
  const lines = new Map<string, Point[]>();
  for (const { seconds, bytes } of samples) {
    for (const [process, held] of Object.entries(bytes)) {
      const point = { seconds, value: held / MEBI };
      const line = lines.get(process);
      if (line) line.push(point);
      else lines.set(process, [point]);
    }
  }
  return lines;
}

export function trendsOf(samples: readonly MemorySample[]): Trend[] {
  const last = samples.at(-1)?.seconds ?? 0;
  return [...memoryLines(samples)].map(([process, points]) => ({
    process,
    firstThirdMib: mean(points.filter(({ seconds }) => seconds <= last / 3)),
    lastThirdMib: mean(points.filter(({ seconds }) => seconds >= (last * 2) / 3)),
    mibPerHour: slopeOf(points) * HOUR_S,
  }));
}

/** A second; 0 when all are of one moment. */
function slopeOf(points: readonly Point[]): number {
  const middle = mean(points);
  const middleS = sum(points, ({ seconds }) => seconds) / points.length;
  const spread = sum(points, ({ seconds }) => (seconds - middleS) ** 2);
  if (spread === 0) return 0;
  return sum(points, ({ seconds, value }) => (seconds - middleS) * (value - middle)) / spread;
}

const mean = (points: readonly Point[]): number =>
  sum(points, ({ value }) => value) / Math.max(1, points.length);

const sum = (points: readonly Point[], of: (point: Point) => number): number =>
  points.reduce((total, point) => total + of(point), 0);
