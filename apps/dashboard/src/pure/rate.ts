/** How many things happened in each of the last seconds. */
export class Rate {
  private readonly counts = new Map<number, number>();

  constructor(private readonly keepS = 60) {}

  add(count: number, nowMs: number): void {
    const second = Math.floor(nowMs / 1_000);
    this.counts.set(second, (this.counts.get(second) ?? 0) + count);
    for (const old of this.counts.keys()) {
      if (old <= second - this.keepS) this.counts.delete(old);
    }
  }

  /** Oldest first, without the second that is not over. */
  series(nowMs: number): number[] {
    const second = Math.floor(nowMs / 1_000);
    return Array.from(
      { length: this.keepS - 1 },
      (_, index) => this.counts.get(second - this.keepS + 1 + index) ?? 0,
    );
  }
}

/** Points of a `<polyline>`. */
export function sparkline(series: readonly number[], width: number, height: number): string {
  const most = Math.max(1, ...series);
  const step = width / Math.max(1, series.length - 1);
  return series
    .map((value, index) => {
      const y = height - (value / most) * height;
      return `${(index * step).toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}
