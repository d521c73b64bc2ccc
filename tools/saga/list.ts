/** `npm run saga -- list`. */
import { adminApi, type AdminApi, type Page, type Query } from './admin-api.js';
import type { SagaItem } from './answers.js';
import type { SagaCommand } from './command.js';
import { connectionOf } from './connection.js';
import { EXIT } from './exit-status.js';
import { moneyText, sinceOf } from './format.js';
import { LIST_OPTIONS, sagaQuery } from './list-query.js';
import { CONNECTION_HELP, EXIT_HELP, readOptions, wholeIn, wordsIn } from './options.js';
import { lineWidth, paint, plain, print, printJson, remark } from './output.js';
import { stateTint } from './saga-words.js';
import { fitTable, type Cell, type Column } from './table.js';

const help = `Finds sagas: those that meet all that is asked for, newest first.

  npm run saga -- list [options]

  --state STATE              running, compensating, completed, compensated or awaiting-start
  --definition NAME          such as place-order
  --version N                of the definition
  --step STEP                those that are at this step; with --step-state: of which it is in that state
  --step-state STATE         waiting, sent, done, pending, refused, in-doubt, undoing, undone, skipped, resent
  --error CODE               why one is undone or needs a person, of a refusal, of a last error
  --attention, --held        that need a person; that somebody holds. Also --no-attention, --no-held
  --created-from, --created-to MOMENT
  --idle-since MOMENT        to which nothing has happened since
                             a moment is 2026-11-27T09:00:00Z, or so long ago: 30s, 15m, 2h, 3d
  --order ID                 the business key: the order's id, or the withdrawal's
  --customer ID
  --attribute NAME:VALUE     as definitions name them, such as merchant:m-1; may be repeated
  --currency CODE            with --amount-from and --amount-to: as 12.90, inclusive

  --limit N                  how many at most (default 50)
  --cursor CURSOR            goes on where another list ended
  --count                    tells only how many there are, up to 10,000
  --wide                     tells also their amounts, orders and attributes, however long the lines become

The last column says where a saga is and for how long; after a ! for which step it needs a person, and why.

${CONNECTION_HELP}

${EXIT_HELP}`;

const MOST = 100_000;
/** What every list of the admin API gives at once. */
const PAGE = 100;

async function run(args: readonly string[]): Promise<number> {
  const given = readOptions(args, LIST_OPTIONS);
  wordsIn(given);
  const query = sagaQuery(given, Date.now());
  const limit = wholeIn(given, 'limit', { max: MOST }) ?? 50;
  const cursor = given.text('cursor');
  const isJson = given.flag('json') === true;
  const api = adminApi(await connectionOf(given));
  if (given.flag('count') === true) {
    const counted = await api.get<{ count: number; exact: boolean }>('/sagas/count', query);
    if (isJson) printJson(counted);
    else print(`${counted.count}${counted.exact ? '' : ' or more'}`);
    return EXIT.done;
  }
  const found = await collect<SagaItem>(api, '/sagas', { query, limit, cursor });
  if (isJson) printJson(found);
  else show(found, given.flag('wide') === true);
  return EXIT.done;
}

/** Page by page, until there are so many. A page may be empty and not the last. */
export async function collect<Item>(
  api: AdminApi,
  path: string,
  { query, limit, cursor }: { query: Query; limit: number; cursor?: string | undefined },
): Promise<Page<Item>> {
  const items: Item[] = [];
  let next = cursor;
  do {
    const page = await api.get<Page<Item>>(path, {
      ...query,
      limit: Math.min(PAGE, limit - items.length),
      cursor: next,
    });
    items.push(...page.items);
    next = page.nextCursor;
  } while (next !== undefined && items.length < limit);
  return { items, ...(next !== undefined && { nextCursor: next }) };
}

function show({ items, nextCursor }: Page<SagaItem>, wide: boolean): void {
  const { lines, isCut } = fitTable(
    wide ? [...COLUMNS, ...WIDE_COLUMNS] : COLUMNS,
    sagaRows(items, Date.now(), wide),
    { width: wide ? Infinity : lineWidth(), paint },
  );
  if (items.length > 0) for (const line of lines) print(line);
  for (const line of footOf({ shown: items.length, what: 'sagas', nextCursor, isCut }))
    remark(line);
}

/** What a list does not show, said under it. */
export function footOf({
  shown,
  what,
  nextCursor,
  isCut = false,
}: {
  readonly shown: number;
  readonly what: string;
  readonly nextCursor?: string | undefined;
  readonly isCut?: boolean;
}): string[] {
  const lines: string[] = [];
  if (shown === 0 && nextCursor === undefined) lines.push(`There are no such ${what}.`);
  if (isCut) lines.push('… something was cut: --wide or --json has all of it.');
  if (nextCursor !== undefined) {
    lines.push(`${shown} are shown, and there may be more: --cursor ${nextCursor}`);
  }
  return lines;
}

export const COLUMNS: readonly Column[] = [
  { title: 'SAGA' },
  { title: 'DEFINITION', flexible: true },
  { title: 'STATE' },
  { title: 'AGE', right: true },
  { title: 'WHERE', flexible: true },
];
const WIDE_COLUMNS: readonly Column[] = [
  ...[{ title: 'AMOUNT', right: true }, { title: 'ORDER' }, { title: 'ATTRIBUTES' }],
];

export const sagaRows = (items: readonly SagaItem[], nowMs: number, wide = false): Cell[][] =>
  items.map((item) => [
    item.sagaId,
    `${item.definition} v${item.version}`,
    { text: item.state, tint: stateTint(item.state) },
    item.createdAt === null ? '' : sinceOf(item.createdAt, nowMs),
    whereText(item, nowMs),
    ...(wide ? wideCells(item) : []),
  ]);

const wideCells = ({ amount, orderId, attributes }: SagaItem): Cell[] => [
  ...[amount ? moneyText(amount) : '', orderId, attributesText(attributes)],
];

export const attributesText = (attributes: Readonly<Record<string, string>>): string =>
  Object.entries(attributes)
    .map(([name, value]) => `${name} ${plain(value)}`)
    .join(', ');

function whereText({ at, attention, held, error }: SagaItem, nowMs: number): Cell {
  const where = at.map(({ step, state, since }) => {
    const waiting = since === null ? '' : ` ${sinceOf(since, nowMs)}`;
    return `${step} ${state}${waiting}`;
  });
  const text = [
    ...(attention ? [`! ${attention.step} ${attention.code}`] : []),
    ...(held ? [`held: ${held.message}`] : []),
    ...where,
    ...(error && !attention ? [error.code] : []),
  ].join('; ');
  return { text, tint: attention ? 'red' : held ? 'yellow' : undefined };
}

export const list: SagaCommand = { about: 'finds sagas', help, run };
