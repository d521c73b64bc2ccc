/**
 * A line that changes in place on a terminal. Elsewhere its end is written, and before that what it
 * shows, at most once every `sayEveryMs`; by default never.
 */
export class ProgressLine {
  private saidAtMs = performance.now();

  constructor(
    private readonly what: string,
    private readonly sayEveryMs = Infinity,
  ) {}

  show(text: string): void {
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${this.what}: ${text}`);
    else if (performance.now() - this.saidAtMs >= this.sayEveryMs) {
      this.saidAtMs = performance.now();
      process.stdout.write(`${this.what}: ${text}\n`);
    }
  }

  end(text: string): void {
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[2K');
    process.stdout.write(`${text}\n`);
  }
}
