/** `npm run saga -- watch`. */
import { setTimeout as pause } from 'node:timers/promises';
import { adminApi, type AdminApi } from './admin-api.js';
import type { SagaDetail, ToldEntry } from './answers.js';
import type { SagaCommand } from './command.js';
import { connectionOf } from './connection.js';
import { CommandProblem, EXIT } from './exit-status.js';
import { detailOf, findSaga } from './find-saga.js';
import { CONNECTION_HELP, EXIT_HELP, readOptions, wholeIn, wordsIn } from './options.js';
import { lineWidth, paint, plain, print, printJson, remark } from './output.js';
import { isOver, stateTint } from './saga-words.js';
import { historyOf } from './show.js';
import { Timeline } from './timeline.js';

const help = `Watches one saga, from its beginning on, until it ends.

  npm run saga -- watch <saga or order> [options]

  --every MS        how often it is looked at (default 500)
  --for S           for so many seconds at most (default: until it ends)
${CONNECTION_HELP}

With --json a line for each message, {"type":"history",…}, and for each change of what needs a person or
is held, {"type":"notice",…}; at the end {"type":"ended","state":…,"revision":…}.

${EXIT_HELP}
Here 0 means that it has completed, and 1 that it was undone, or has not ended within --for.`;

/** An orchestrator that is away for so long is not waited for. */
const PATIENCE_MS = 60_000;

interface Watcher {
  entry(entry: ToldEntry): void;
  notice(saga: SagaDetail): void;
  ended(saga: SagaDetail): void;
}

async function run(args: readonly string[]): Promise<number> {
  const given = readOptions(args, { every: 'text', for: 'text' });
  const [id = ''] = wordsIn(given, 'the saga');
  const everyMs = wholeIn(given, 'every', { min: 50, max: 3_600_000 }) ?? 500;
  const seconds = wholeIn(given, 'for', { max: 1_000_000 });
  const endsMs = performance.now() + (seconds ?? Infinity) * 1_000;
  const api = adminApi(await connectionOf(given));
  const first = await findSaga(api, id);
  const watcher = given.flag('json') === true ? forScripts(first.sagaId) : forPeople(first);
  let saga: SagaDetail | undefined = first;
  for (let seen = 0; ;) {
    if (saga.revision > seen) seen = await tell(api, saga, seen, watcher);
    if (isOver(saga.state)) {
      watcher.ended(saga);
      return saga.state === 'completed' ? EXIT.done : EXIT.failed;
    }
    const leftMs: number = endsMs - performance.now();
    if (leftMs <= 0) {
      throw new CommandProblem(EXIT.failed, `it has not ended within ${seconds} s: ${saga.state}`);
    }
    await pause(Math.min(everyMs, leftMs));
    saga = await patiently(() => detailOf(api, first.sagaId), everyMs);
    if (!saga) throw new CommandProblem(EXIT.notFound, `the saga ${first.sagaId} is there no more`);
  }
}

/** @returns the last revision that was told of */
async function tell(api: AdminApi, saga: SagaDetail, seen: number, watcher: Watcher) {
  const history = await patiently(() => historyOf(api, saga.sagaId), 500);
  // what came after this reading is told with the next one, as it stands then
  const fresh = history.filter(({ revision }) => revision > seen && revision <= saga.revision);
  for (const entry of fresh) watcher.entry(entry);
  watcher.notice(saga);
  return saga.revision;
}

/** A restart of the orchestrator is no reason to stop watching. */
export async function patiently<T>(
  read: () => Promise<T>,
  everyMs: number,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const untilMs = performance.now() + patienceMs;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await read();
    } catch (error) {
      const passes = error instanceof CommandProblem && error.status === EXIT.unreachable;
      if (!passes || performance.now() >= untilMs) throw error;
      if (isFirst) remark(`${error.message} Watching goes on when it is back.`);
      await pause(everyMs);
    }
  }
}

function forPeople(saga: SagaDetail): Watcher {
  const timeline = new Timeline({ width: lineWidth(), paint });
  print(`${saga.definition} v${saga.version}  ${saga.sagaId}  order ${plain(saga.orderId)}`);
  let noticed = '';
  return {
    entry: (entry) => {
      for (const line of timeline.linesOf(entry)) print(line);
    },
    notice: ({ attention, held }) => {
      const notice = [
        ...(attention
          ? [`! needs a person: ${attention.step}: ${attention.code}: ${attention.message}`]
          : []),
        ...(held ? [`! held: ${held.message}`] : []),
      ];
      if (notice.join('\n') !== noticed) {
        for (const line of notice) print(paint('red', plain(line)));
      }
      noticed = notice.join('\n');
    },
    ended: ({ state }) => print(paint(stateTint(state), state)),
  };
}

function forScripts(sagaId: string): Watcher {
  let noticed = JSON.stringify({ attention: null, held: null });
  return {
    entry: (entry) => printJson({ type: 'history', sagaId, ...entry }),
    notice: ({ attention = null, held = null }) => {
      const notice = JSON.stringify({ attention, held });
      if (notice !== noticed) printJson({ type: 'notice', sagaId, attention, held });
      noticed = notice;
    },
    ended: ({ state, revision }) => printJson({ type: 'ended', sagaId, state, revision }),
  };
}

export const watch: SagaCommand = { about: 'watches one until it ends', help, run };
