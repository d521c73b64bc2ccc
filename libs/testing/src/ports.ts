import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Below the range from which systems take the local ports of outgoing connections (32768 on Linux):
// a port from inside it may be gone again when a stopped broker wants it back.
const FIRST_PORT = 15_000;
const LAST_PORT = 31_999;

/** Whether a server could listen on it now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Gives ports away, each to one process of the machine: between the moment when a port is found free and
 * the one when a server listens on it lie seconds, in which others look for theirs. A file says whose it is.
 */
export class Ports {
  private readonly given = new Set<number>();
  private isSwept = false;

  constructor(
    private readonly folder: string,
    private readonly first = FIRST_PORT,
    private readonly last = LAST_PORT,
  ) {}

  /** A port nobody listens on, never the same one twice in this process. */
  async next(): Promise<number> {
    if (!this.isSwept) this.sweep();
    for (let attempt = 0; attempt < 1000; attempt += 1) {
      const port = this.first + Math.floor(Math.random() * (this.last - this.first + 1));
      if (this.given.has(port) || !this.reserve(port)) continue;
      this.given.add(port);
      if (await isPortFree(port)) return port;
    }
    throw new Error(`No free port between ${this.first} and ${this.last}.`);
  }

  /** Where no file can be written, nobody can be told. */
  private reserve(port: number): boolean {
    try {
      writeFileSync(join(this.folder, String(port)), String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'EEXIST';
    }
  }

  /** Ports of processes that have ended are anybody's. */
  private sweep(): void {
    this.isSwept = true;
    try {
      mkdirSync(this.folder, { recursive: true });
      for (const name of readdirSync(this.folder)) this.free(join(this.folder, name));
    } catch {
      // somebody else's folder: then ports are only looked at, and not reserved
    }
  }

  private free(file: string): void {
    try {
      if (!isAlive(Number(readFileSync(file, 'utf8')))) rmSync(file, { force: true });
    } catch {
      // another process has just freed it
    }
  }
}

/** One that is just being written has no number yet. */
function isAlive(pid: number): boolean {
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const ports = new Ports(join(tmpdir(), 'saga-ports'));

/** A port nobody listens on, and that no other process is given while this one lives. */
export const freePort = (): Promise<number> => ports.next();
