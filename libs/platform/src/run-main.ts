import { createLogger, type Logger } from './logger.js';
import { SettingsError, type Environment } from './settings.js';

const STOP_WITHIN_MS = 10_000;

export interface MainContext {
  readonly logger: Logger;
  readonly env: Environment;
  /** Aborted when a signal arrives, also while the service is still starting. */
  readonly signal: AbortSignal;
  /** Ends the process with exit code 1 after a graceful stop: for faults it cannot live with. */
  readonly fail: (error: unknown) => void;
}

export interface Running {
  stop(): Promise<void>;
}

/** What of the process `runMain` touches; tests pass their own. */
export interface MainProcess {
  readonly env: Environment;
  on(event: string, listener: (argument: unknown) => void): unknown;
  exit(code: number): void;
  readonly stderr: { write(text: string): unknown };
}

/**
 * The frame of a service's process: starts it, stops it once on SIGTERM or SIGINT (exit 0), within
 * ten seconds or by force (exit 1). Wrong settings are one line on stderr and exit 1. What nobody
 * caught is logged and ends the process: state that nobody understands is not kept running.
 */
export function runMain(
  name: string,
  start: (context: MainContext) => Promise<Running>,
  main: MainProcess = process,
): Promise<void> {
  const logger = createLogger({ service: name, level: levelOf(main.env) });
  const abort = new AbortController();
  let started: Promise<Running | undefined> = Promise.resolve(undefined);
  let stopping: Promise<void> | undefined;

  const stop = (code: number): Promise<void> => {
    stopping ??= (async () => {
      abort.abort();
      const timer = setTimeout(() => {
        logger.fatal(`not stopped within ${STOP_WITHIN_MS} ms`);
        main.exit(1);
      }, STOP_WITHIN_MS);
      try {
        const running = await started.catch(() => undefined);
        await running?.stop();
        logger.info('stopped');
        main.exit(code);
      } catch (error) {
        logger.fatal({ err: error }, 'stopping failed');
        main.exit(1);
      } finally {
        clearTimeout(timer);
      }
    })();
    return stopping;
  };
  const fail = (error: unknown): void => {
    logger.fatal({ err: error }, 'the service cannot go on');
    void stop(1);
  };

  for (const signal of ['SIGTERM', 'SIGINT']) main.on(signal, () => void stop(0));
  for (const event of ['unhandledRejection', 'uncaughtException']) {
    main.on(event, (error) => {
      logger.fatal({ err: error }, event);
      main.exit(1);
    });
  }

  started = Promise.resolve().then(() =>
    start({ logger, env: main.env, signal: abort.signal, fail }),
  );
  return started.then(
    () => undefined,
    (error: unknown) => {
      if (abort.signal.aborted) return; // it was told to stop while starting; `stop` ends it
      const line = oneLine(error);
      if (line === undefined) logger.fatal({ err: error }, 'starting failed');
      else main.stderr.write(`${name}: ${line}\n`);
      main.exit(1);
    },
  );
}

/** Mistakes in how the service was started are for people: one line without a stack. */
function oneLine(error: unknown): string | undefined {
  if (error instanceof SettingsError) return `wrong settings: ${error.message}`;
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'EADDRINUSE') return `the port is in use (${error.message})`;
    if (error.code === 'EACCES') return error.message;
  }
  return undefined;
}

const levelOf = (env: Environment): string =>
  /^(fatal|error|warn|info|debug|trace|silent)$/.test(env['LOG_LEVEL'] ?? '')
    ? (env['LOG_LEVEL'] ?? 'info')
    : 'info';
