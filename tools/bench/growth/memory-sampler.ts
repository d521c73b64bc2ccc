import { pssBytesBelow } from '../proc/meter.js';
import type { Root } from '../own/system.js';
import type { MemorySample } from './results.js';

/** Looks at the memory of processes every so often. */
export class MemorySampler {
  readonly samples: MemorySample[] = [];
  private startedAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly roots: () => readonly Root[],
    private readonly everyMs: number,
    private readonly told: (sample: MemorySample) => void = () => undefined,
  ) {}

  start(): void {
    this.startedAt = performance.now();
    this.look();
    this.timer = setInterval(() => this.look(), this.everyMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const roots = this.roots();
    const sizes = pssBytesBelow(roots.map(({ pid }) => pid));
    const bytes = Object.fromEntries(roots.map(({ name }, index) => [name, sizes[index] ?? 0]));
    const sample = { seconds: (performance.now() - this.startedAt) / 1000, bytes };
    this.samples.push(sample);
    this.told(sample);
  }
}
