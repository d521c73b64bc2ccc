import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AppName } from '#testing';
import { stackPaths, type StackSettings } from './settings.js';
import { readState, isRunning } from './state.js';
import { runStatus } from './status.js';
import { IN_BACKGROUND } from './up.js';

/**
 * Starts the stack as a process of its own, shows what it writes until it is ready, and leaves it
 * running. Ctrl-C before that stops it.
 */
export async function runUpInBackground(
  settings: StackSettings,
  only?: readonly AppName[],
): Promise<number> {
  const paths = stackPaths(settings);
  if (isRunning(readState(paths.state))) {
    console.log('The stack runs already.');
    return runStatus(settings);
  }
  mkdirSync(paths.logs, { recursive: true });
  const logFile = join(paths.logs, 'stack.log');
  const log = openSync(logFile, 'w');
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  const args = ['up', '--foreground', ...(only ? ['--only', only.join(',')] : [])];
  const child = spawn(process.execPath, [...process.execArgv, main, ...args], {
    stdio: ['ignore', log, log],
    detached: true,
    env: { ...process.env, [IN_BACKGROUND]: '1' },
  });
  closeSync(log);
  let exitCode: number | undefined;
  child.once('exit', (code) => (exitCode = code ?? 1));
  const pass = () => child.kill('SIGTERM');
  process.on('SIGINT', pass).on('SIGTERM', pass);

  const show = follower(logFile);
  for (;;) {
    show();
    if (exitCode !== undefined) return exitCode;
    if (readState(paths.state)?.phase === 'ready') break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  show();
  console.log('It runs in the background: "npm run stack -- down" stops it.');
  child.unref();
  return 0;
}

/** Copies what has been added to a file since the last call to standard output. */
export function follower(file: string, from = 0): () => void {
  let offset = from;
  return () => {
    const { size } = statSync(file);
    // Begun anew by the next run.
    if (size < offset) offset = 0;
    if (size === offset) return;
    const handle = openSync(file, 'r');
    const buffer = Buffer.alloc(size - offset);
    offset += readSync(handle, buffer, 0, buffer.length, offset);
    closeSync(handle);
    process.stdout.write(buffer);
  };
}
