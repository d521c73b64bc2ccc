/** One line for each part: what was done, and how long it took. */
export class Progress {
  private readonly startedAt = performance.now();

  constructor(private readonly write: (line: string) => void = (line) => console.log(line)) {}

  /** Runs a step and tells when it is done; one that takes long is announced. */
  async step<T>(name: string, work: () => Promise<T>, detail?: (value: T) => string): Promise<T> {
    const startedAt = performance.now();
    const timer = setTimeout(() => this.write(`  … ${name}`), 2000);
    try {
      const value = await work();
      const more = detail?.(value);
      this.write(`  ✓ ${name}${more ? `: ${more}` : ''} (${since(startedAt)})`);
      return value;
    } finally {
      clearTimeout(timer);
    }
  }

  note(text: string): void {
    this.write(`  ! ${text}`);
  }

  /** Since this was made. */
  get total(): string {
    return since(this.startedAt);
  }
}

const since = (startedAt: number): string =>
  `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
