import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { appSpec, apps, isService, type AppName } from '#testing';
import { makeExampleKnown, untilExampleIsHeardOf } from '../example/example.js';
import { startApps } from './run-apps.js';
import { startPage } from './page/server.js';
import { Watcher } from './page/watcher.js';
import { welcome, WITH_PAGE } from './welcome.js';
import { readKeysFile, shownPath } from './keys-file.js';
import { stopLeftovers } from './leftovers.js';
import { isDiskFull, preflight } from './preflight.js';
import { identify } from './process-identity.js';
import { Progress } from './progress.js';
import { prepare, startServers } from './servers.js';
import { appUrl, stackPaths, StackProblem, type StackSettings } from './settings.js';
import { isRunning, readState } from './state.js';
import { Supervisor } from './supervisor.js';

/** Set for the stack that outlives the command that started it. */
export const IN_BACKGROUND = 'STACK_IN_BACKGROUND';

// Terminals, npm and the bootstrap may each pass the same Ctrl-C on.
const SAME_SIGNAL_MS = 2000;

/**
 * Starts everything and stays until it is asked to stop. Returns the exit status; whatever
 * happens, nothing it started is left running.
 */
export async function runUp(settings: StackSettings, only?: readonly AppName[]): Promise<number> {
  const progress = new Progress();
  const paths = stackPaths(settings);
  const old = readState(paths.state);
  if (isRunning(old)) {
    throw new StackProblem(
      `The stack runs already (pid ${old.supervisor.pid}): "npm run stack -- status" shows it, ` +
        '"npm run stack -- down" stops it.',
    );
  }
  if (old) {
    const stopped = await stopLeftovers(old, paths.state);
    const what =
      stopped.length > 0 ? `stopped what it left: ${stopped.join(', ')}` : 'nothing is left';
    progress.note(`the last run did not end properly; ${what}`);
  }
  const names = only ?? apps.map(({ name }) => name);
  await preflight(settings, names);
  keepLastLogs(paths.logs);

  const supervisor = new Supervisor(
    {
      supervisor: identify(process.pid),
      phase: 'starting',
      startedAt: new Date().toISOString(),
      parts: [],
    },
    paths.state,
    (line) => console.log(line),
  );
  const stop = stopSignal();
  const started = bringUp(settings, supervisor, progress, names);
  return untilStopped(settings, supervisor, started, stop);
}

async function bringUp(
  settings: StackSettings,
  supervisor: Supervisor,
  progress: Progress,
  names: readonly AppName[],
): Promise<void> {
  await startServers(settings, supervisor, progress);
  await prepare(supervisor, progress, names);
  await startApps(settings, supervisor, progress, names);
  await makeKnown(settings, supervisor.state.postgresUrl ?? '', progress, names);
  supervisor.state.page = await showPage(settings, names);
  console.log(welcome(settings, supervisor.state, names, progress.total));
  supervisor.state.phase = 'ready';
  supervisor.save();
}

/** Where people look first: what runs, how it is, and what it does. It ends with this process. */
async function showPage(settings: StackSettings, names: readonly AppName[]): Promise<string> {
  const watched = names.map((name) => {
    const url = appUrl(settings, name);
    return {
      ...{ name, url, about: appSpec(name).about, isService: isService(name) },
      ...(WITH_PAGE.includes(name) && { docs: `${url}/docs` }),
    };
  });
  const keysFile = shownPath(stackPaths(settings).keys);
  const { url } = await startPage(new Watcher({ apps: watched, keysFile }), settings.pagePort);
  return url;
}

/** The example of the README can be ordered as soon as all of it runs. */
async function makeKnown(
  settings: StackSettings,
  postgresUrl: string,
  progress: Progress,
  names: readonly AppName[],
): Promise<void> {
  const url = (name: AppName) => (names.includes(name) ? appUrl(settings, name) : undefined);
  const [catalog, customer, merchant] = [url('catalog'), url('customer'), url('merchant')];
  const isWhole = catalog !== undefined && customer !== undefined;
  if (isWhole || merchant !== undefined) {
    await progress.step('example product, customer and merchant', () =>
      makeExampleKnown({ catalog, customer, merchant }),
    );
  }
  const file = stackPaths(settings).keys;
  if (merchant !== undefined || names.includes('orchestrator')) {
    const told = (made: readonly string[]) =>
      `${shownPath(file)}, ${made.length > 0 ? `made ${made.join(', ')}` : 'as they were'}`;
    // It brings half of a service along, which no other command of the stack needs.
    const { makeStackKeys } = await import('./keys.js');
    await progress.step('keys', () => makeStackKeys(settings, postgresUrl, names), told);
  }
  if (isWhole && names.includes('order')) {
    const key = merchant === undefined ? undefined : readKeysFile(file).MERCHANT_KEY;
    await progress.step('the example is heard of', () =>
      untilExampleIsHeardOf(appUrl(settings, 'order'), key),
    );
  }
}

async function untilStopped(
  { dataDir }: StackSettings,
  supervisor: Supervisor,
  started: Promise<void>,
  stop: Promise<void>,
): Promise<number> {
  const failure = await Promise.race([
    // Also handles what fails because of the stop, and is nobody's business then.
    started.then(
      () => stop,
      (error: unknown) => ({ error }),
    ),
    stop,
    fullDisk(dataDir, started),
  ]);
  if (failure) {
    const { error } = failure;
    const text = error instanceof StackProblem ? error.message : String(error);
    // A program that cannot write cannot write why it ended either.
    const full = await isDiskFull(dataDir);
    console.error(`\n✗ ${full ? `The disk is full (${dataDir}).` : text}`);
    await supervisor.stop();
    console.error('Everything that was started has been stopped.');
    return 1;
  }
  console.log('\nStopping …');
  const startedAt = performance.now();
  await supervisor.stop();
  console.log(
    `Stopped (${((performance.now() - startedAt) / 1000).toFixed(1)} s). The data stays.`,
  );
  return 0;
}

/** Resolves when the disk fills up during the start: some programs wait for space for ever. */
async function fullDisk(dataDir: string, started: Promise<void>): Promise<{ error: unknown }> {
  let starting = true;
  const end = () => (starting = false);
  started.then(end, end);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 500).unref());
    if (!starting) return new Promise(() => undefined);
    if (await isDiskFull(dataDir)) return { error: new StackProblem('The disk is full.') };
  }
}

/** Resolves at the first signal; a second one, later, ends this process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const onSignal = () => {
      if (firstAt === undefined) {
        firstAt = performance.now();
        resolve();
      } else if (performance.now() - firstAt > SAME_SIGNAL_MS) {
        console.error('Not waiting any longer.');
        process.exit(130);
      }
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
    if (process.env[IN_BACKGROUND]) return;
    // Whoever started this was killed and could not pass anything on.
    const parent = process.ppid;
    setInterval(() => process.ppid === parent || resolve(), 500).unref();
  });
}

/** The logs of the last run become `<name>.log.old`. */
function keepLastLogs(folder: string): void {
  let files: string[] = [];
  try {
    files = readdirSync(folder);
  } catch {
    return;
  }
  for (const file of files) {
    // stack.log is being written by the process that called us into the background.
    if (!file.endsWith('.log') || file === 'stack.log' || file === 'install.log') continue;
    renameSync(join(folder, file), join(folder, `${file}.old`));
  }
}
