/** Servers that a contender starts for itself. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Record<string, string>;
}

/** A server whose output goes to the contender's standard error. */
export class Child {
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  #ended: string | undefined;

  constructor({ command, args, cwd, env = {} }: ChildOptions) {
    this.#process = spawn(command, args, {
      cwd,
      stdio: ['ignore', 2, 2],
      env: { ...process.env, ...env },
    });
    // However this process comes to its end, the server does not outlive it.
    process.once('exit', () => this.#process.kill('SIGKILL'));
    this.#exited = new Promise((resolve) => {
      const end = (how: string) => {
        this.#ended ??= how;
        resolve();
      };
      this.#process.once('error', ({ message }) => end(message));
      this.#process.once('exit', (code, signal) => end(`ended with ${signal ?? `code ${code}`}`));
    });
  }

  /** Resolves when `answers` does not throw any more. @throws when the server has ended. */
  async ready(answers: () => Promise<unknown>, withinMs = 120_000): Promise<void> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      if (this.#ended !== undefined) throw new Error(`${this.#process.spawnfile} ${this.#ended}`);
      try {
        await answers();
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Asks it to end, and kills it when it has not after ten seconds. */
  async stop(): Promise<void> {
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
    await this.#exited;
    clearTimeout(timer);
  }
}

const LOWEST_PORT = 16_000;
const HIGHEST_PORT = 32_767;

/**
 * Ports of the loopback address that nobody listens on, different ones. Below those that Linux
 * gives to outgoing connections, one of which could take a port before its server does; Temporal
 * keeps its ports in Postgres as `smallint`, besides, and does not start with a higher one.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  try {
    while (servers.length < count) servers.push(await listenAnywhere());
    return servers.map((server) => (server.address() as AddressInfo).port);
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

async function listenAnywhere(): Promise<Server> {
  for (;;) {
    const server = createServer();
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT + 1));
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      return server;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}
