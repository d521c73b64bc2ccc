/** A line that changes in place on a terminal; elsewhere a line now and then. */
const QUIET_MS = 2_000;

export class StatusLine {
  #last = '';
  #written = '';
  #writtenAt = -Infinity;

  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {}

  show(text: string): void {
    this.#last = text;
    if (this.out.isTTY) this.out.write(`\r\x1b[2K${text}`);
    else if (performance.now() - this.#writtenAt >= QUIET_MS) this.#write();
  }

  /** Leaves the last state standing. */
  end(): void {
    if (this.out.isTTY) this.out.write('\n');
    else if (this.#last !== this.#written) this.#write();
  }

  #write(): void {
    this.out.write(`${this.#last}\n`);
    this.#written = this.#last;
    this.#writtenAt = performance.now();
  }
}
