/** A line that changes in place on a terminal; elsewhere only its end is written. */
export class ProgressLine {
  constructor(private readonly what: string) {}

  show(text: string): void {
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${this.what}: ${text}`);
  }

  end(text: string): void {
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[2K');
    process.stdout.write(`${text}\n`);
  }
}
