/** `npm run saga -- bulk`. */
import { setTimeout as delay } from 'node:timers/promises';
import type { bulkItemView, bulkView } from '../../apps/orchestrator/src/http/bulk-views.js';
import { adminApi, type AdminApi } from './admin-api.js';
import { readBulkArguments, type BulkArguments } from './bulk-arguments.js';
import type { SagaCommand } from './command.js';
import { connectionOf } from './connection.js';
import { EXIT } from './exit-status.js';
import { moneyText, sinceOf } from './format.js';
import { collect, footOf } from './list.js';
import { CONNECTION_HELP, EXIT_HELP } from './options.js';
import { lineWidth, paint, plain, print, printJson, remark, type Tint } from './output.js';
import { REASON_HELP } from './reason.js';
import { fitTable, type Cell } from './table.js';

type Bulk = ReturnType<typeof bulkView>;
type Item = ReturnType<typeof bulkItemView>;

const help = `Does one thing to many sagas: those that meet conditions are frozen into a set, which is looked at first.

  npm run saga -- bulk make <action> [step] <conditions> --reason TEXT [options]
                                            freezes them, and tells what would happen; nothing is done
  npm run saga -- bulk start <id>           lets it run; a large one waits for approval
  npm run saga -- bulk approve <id>         by somebody else than who has made it
  npm run saga -- bulk pause|resume|cancel <id>
                                            each of these with --reason TEXT
  npm run saga -- bulk list [--state STATE] [--limit N] [--wide]
  npm run saga -- bulk show <id>            its preview, how far it is, and how its sagas are now
  npm run saga -- bulk watch <id>           until it has ended, waits for a person, or stops
  npm run saga -- bulk items <id> [--outcome waiting|done|refused|moved] [--limit N] [--wide]
                                            what became of each

Actions: retry <step>, skip <step>, resolve <step> --happened|--did-not-happen, compensate, cancel,
clear-attention [step], hold, release, move --to N. Conditions are those of "list", such as
--attention --step hand-over; at least one.

  --per-second N    sagas a second for each participant (default: a setting, 50)
  --max-errors N    percent of the latest that may go wrong before it stops by itself (default 10)
  --start           starts it at once
${REASON_HELP}
${CONNECTION_HELP}

${EXIT_HELP}
Here 1 also means that it is in a state in which that cannot be; of watch: it stopped, or was cancelled.`;

async function run(args: readonly string[]): Promise<number> {
  const asked = readBulkArguments(args, Date.now());
  const isJson = asked.given.flag('json') === true;
  const api = adminApi(await connectionOf(asked.given));
  const show = (bulk: Bulk): void => {
    if (isJson) printJson(bulk);
    else for (const line of bulkLines(bulk)) print(line);
  };
  switch (asked.action) {
    case 'make': {
      const made = await api.post<Bulk>('/bulk-actions', asked.wanted);
      const { reason } = asked.wanted;
      show(asked.start ? await decide(api, made.bulkActionId, 'start', reason) : made);
      return EXIT.done;
    }
    case 'list':
      await list(api, asked, isJson);
      return EXIT.done;
    case 'items':
      await items(api, asked, isJson);
      return EXIT.done;
    case 'show':
      show(await find(api, asked.id));
      return EXIT.done;
    case 'watch':
      return watch(api, asked.id, isJson);
    default:
      show(await decide(api, asked.id, asked.action, asked.reason));
      return EXIT.done;
  }
}

const find = (api: AdminApi, id: string): Promise<Bulk> =>
  api.get<Bulk>(`/bulk-actions/${encodeURIComponent(id)}`);

const decide = (api: AdminApi, id: string, decision: string, reason: string): Promise<Bulk> =>
  api.post<Bulk>(`/bulk-actions/${encodeURIComponent(id)}/${decision}`, { reason });

const LOOK_MS = 1_000;

async function watch(api: AdminApi, id: string, isJson: boolean): Promise<number> {
  let told = '';
  for (;;) {
    const bulk = await find(api, id);
    const line = `${bulk.state}: ${progressText(bulk)}`;
    if (isJson) printJson(bulk);
    else if (line !== told) print(line);
    told = line;
    if (bulk.state !== 'running') {
      if (bulk.why !== undefined) remark(plain(bulk.why));
      return bulk.state === 'stopped' || bulk.state === 'cancelled' ? EXIT.failed : EXIT.done;
    }
    await delay(LOOK_MS);
  }
}

type Asked<Action> = Extract<BulkArguments, { readonly action: Action }>;

async function list(
  api: AdminApi,
  { given, state, limit }: Asked<'list'>,
  isJson: boolean,
): Promise<void> {
  const query = { state };
  const found = await collect<Bulk>(api, '/bulk-actions', { query, limit });
  if (isJson) return printJson(found);
  const nowMs = Date.now();
  const rows = found.items.map((bulk): Cell[] => [
    bulk.bulkActionId,
    { text: bulk.state, tint: tintOf(bulk) },
    ...[deedText(bulk), String(bulk.progress.size), plain(bulk.madeBy)],
    ...[sinceOf(bulk.madeAt, nowMs), plain(bulk.reason)],
  ]);
  table(
    ['BULK ACTION', 'STATE', 'WHAT', 'SAGAS', 'BY', 'AGE', 'REASON'],
    rows,
    given.flag('wide') === true,
  );
  const foot = { shown: rows.length, what: 'bulk actions', nextCursor: found.nextCursor };
  for (const line of footOf(foot)) remark(line);
}

async function items(
  api: AdminApi,
  { given, id, outcome, limit }: Asked<'items'>,
  isJson: boolean,
): Promise<void> {
  const path = `/bulk-actions/${encodeURIComponent(id)}/items`;
  const found = await collect<Item>(api, path, { query: { outcome }, limit });
  if (isJson) return printJson(found);
  const rows = found.items.map((item): Cell[] => [
    ...[item.sagaId, item.orderId, item.outcome],
    `${item.now?.state ?? 'gone'}${item.now?.attention ? ', needs a person' : ''}`,
    plain(item.why ?? ''),
  ]);
  table(['SAGA', 'ORDER', 'OUTCOME', 'NOW', 'WHY'], rows, given.flag('wide') === true);
  const foot = { shown: rows.length, what: 'sagas of it', nextCursor: found.nextCursor };
  for (const line of footOf(foot)) remark(line);
}

const FLEXIBLE = ['WHAT', 'REASON', 'WHY', 'ORDER', 'NOW'];

function table(titles: readonly string[], rows: readonly Cell[][], wide: boolean): void {
  if (rows.length === 0) return;
  const columns = titles.map((title) => ({
    ...{ title, right: title === 'SAGAS' || title === 'AGE' },
    ...(FLEXIBLE.includes(title) && { flexible: true }),
  }));
  const { lines, isCut } = fitTable(columns, rows, { width: wide ? Infinity : lineWidth(), paint });
  for (const line of lines) print(line);
  if (isCut) remark('… something was cut: --wide or --json has all of it.');
}

const deedText = ({ action, step, outcome, version }: Bulk): string =>
  [
    action,
    step,
    outcome?.replaceAll('-', ' '),
    version === undefined ? undefined : `to v${version}`,
  ]
    .filter((word) => word !== undefined)
    .map(plain)
    .join(' ');

const tintOf = ({ state }: Bulk): Tint | undefined => {
  if (state === 'stopped') return 'red';
  if (state === 'awaiting-approval' || state === 'paused') return 'yellow';
  return state === 'finished' ? 'green' : undefined;
};

const progressText = ({ progress: { size, waiting, done, refused, moved } }: Bulk): string =>
  `${done} done, ${refused} refused, ${moved} had moved, ${waiting} of ${size} wait`;

function bulkLines(bulk: Bulk): string[] {
  const { preview, sagasNow, approvedBy } = bulk;
  const by = approvedBy === undefined ? '' : `, approved by ${plain(approvedBy)}`;
  return [
    `${paint('bold', deedText(bulk))}  ${bulk.bulkActionId}  ${paint(tintOf(bulk), bulk.state)}`,
    ...(bulk.why === undefined ? [] : [paint('yellow', plain(bulk.why))]),
    `by ${plain(bulk.madeBy)}${by}: ${plain(bulk.reason)}`,
    `sagas with ${plain(JSON.stringify(bulk.filter))}`,
    `${bulk.perSecond} a second for each participant, stops above ${bulk.maxErrorPercent} % errors`,
    '',
    `${preview.count} sagas, worth ${worthOf(bulk)}`,
    ...preview.participants.map(
      ({ participant, count }) => `${String(count).padStart(6)} write to ${participant} first`,
    ),
    ...preview.steps.map(
      ({ step, state, count }) => `${String(count).padStart(6)} at ${step} ${state}`,
    ),
    ...preview.refused.map(
      ({ why, count }) => `${String(count).padStart(6)} will be refused: ${plain(why)}`,
    ),
    '',
    progressText(bulk),
    ...(sagasNow && bulk.progress.done > 0
      ? [
          `of those done: ${sagasNow.ended} have ended, ${sagasNow.underWay} are under way, ` +
            `${sagasNow.needPerson} need a person`,
        ]
      : []),
    ...nextOf(bulk),
  ];
}

const worthOf = ({ preview: { value } }: Bulk): string =>
  value.length === 0
    ? 'nothing'
    : value.map(({ currency, amount }) => moneyText({ value: amount, currency })).join(', ');

function nextOf({ state, bulkActionId, needsApproval }: Bulk): string[] {
  if (state === 'draft') {
    const then = needsApproval ? ', and a second person must approve it' : '';
    return ['', `Nothing has been done. To let it run: bulk start ${bulkActionId}${then}`];
  }
  if (state !== 'awaiting-approval') return [];
  return ['', `Nothing has been done. A second person lets it run: bulk approve ${bulkActionId}`];
}

export const bulk: SagaCommand = {
  about: 'does one thing to many sagas, looked at and approved first',
  help,
  run,
};
