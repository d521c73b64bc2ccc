import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPortFree, projectRoot, RUN_VARIABLE, temporaryPrefix } from '#testing';

export interface Ended {
  readonly code: number | null;
  /** Standard output and error as they came. */
  readonly output: string;
}

// All ports stay below those that the system gives to outgoing connections.
const LOWEST_OFFSET = 10_000;
const OFFSETS = 3_000;
const PORTS = [3000, 3001, 3008, 3999, 4002, 4003, 4025, 15_432, 19_092];

/** The stack's command line, with a data folder and ports of its own. */
export class StackCli {
  readonly dataDir = mkdtempSync(
    join(tmpdir(), `${temporaryPrefix(process.env[RUN_VARIABLE] || 'test')}stack-`),
  );

  private constructor(
    private readonly env: Record<string, string>,
    readonly portOffset: number,
  ) {}

  /** Nothing of the surroundings gets in but what `env` says. */
  static async create(env: Record<string, string> = {}): Promise<StackCli> {
    for (;;) {
      const offset = LOWEST_OFFSET + Math.floor(Math.random() * OFFSETS);
      const free = await Promise.all(PORTS.map((port) => isPortFree(port + offset)));
      if (free.every(Boolean)) return new StackCli(env, offset);
    }
  }

  run(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  start(...args: string[]) {
    const child = spawn(process.execPath, [projectRoot('dist/tools/stack/main.js'), ...args], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        [RUN_VARIABLE]: process.env[RUN_VARIABLE],
        STACK_DATA_DIR: this.dataDir,
        STACK_PORT_OFFSET: String(this.portOffset),
        ...this.env,
      },
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<Ended>((resolve) => {
      child.once('close', (code) => resolve({ code, output }));
    });
    return { child, ended, output: () => output };
  }

  port(usual: number): number {
    return usual + this.portOffset;
  }
}
