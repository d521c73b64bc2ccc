/** `npm run saga -- dlq`. */
import { adminApi, type AdminApi } from './admin-api.js';
import type { Letter, WholeLetter } from './answers.js';
import type { SagaCommand } from './command.js';
import { connectionOf } from './connection.js';
import { readDlqArguments, type DlqArguments, type LetterFilter } from './dlq-arguments.js';
import { CommandProblem, EXIT } from './exit-status.js';
import { momentText, sinceOf } from './format.js';
import { collect, footOf } from './list.js';
import { CONNECTION_HELP, EXIT_HELP, wholeIn } from './options.js';
import { lineWidth, paint, plain, print, printJson, remark } from './output.js';
import { REASON_HELP } from './reason.js';
import { fitTable } from './table.js';

const help = `Looks at dead letters, the messages that a service could not handle, and decides about them.

  npm run saga -- dlq list [conditions]               latest death first
      --status STATUS                                 open (default), redriven, discarded or all
      --limit N, --cursor CURSOR, --wide
  npm run saga -- dlq show <id>                       the message as it was, and why it died
  npm run saga -- dlq redrive <id…> --reason TEXT     sends them to their topics again
  npm run saga -- dlq discard <id…> --reason TEXT     puts them away for good
  npm run saga -- dlq redrive|discard <conditions> --reason TEXT --yes
                                                      all open ones that meet them; without --yes
                                                      it tells only how many there are

Conditions:
  --topic TOPIC     of the message, such as payment.commands
  --code CODE       of the reason, such as handler-failed
  --type TYPE       the full CloudEvents type
  --key KEY         of the message
  --saga ID         that concern this saga
  --from, --to MOMENT
                    died then; 2026-11-27T09:00:00Z, or so long ago: 30s, 15m, 2h, 3d

${REASON_HELP}
${CONNECTION_HELP}

${EXIT_HELP}
Here 1 also means that some were refused: they are told, each with why.`;

const MOST = 100_000;

async function run(args: readonly string[]): Promise<number> {
  const asked = readDlqArguments(args, Date.now());
  const { given } = asked;
  const isJson = given.flag('json') === true;
  const limit = asked.action === 'list' ? wholeIn(given, 'limit', { max: MOST }) : undefined;
  const api = adminApi(await connectionOf(given));
  switch (asked.action) {
    case 'list': {
      const query = { ...asked.filter, status: asked.status };
      const cursor = given.text('cursor');
      const found = await collect<Letter>(api, '/dead-letters', {
        query,
        limit: limit ?? 50,
        cursor,
      });
      if (isJson) printJson(found);
      else list(found.items, found.nextCursor, given.flag('wide') === true);
      return EXIT.done;
    }
    case 'show': {
      const letter = await api.get<WholeLetter>(`/dead-letters/${encodeURIComponent(asked.id)}`);
      if (isJson) printJson(letter);
      else for (const line of letterLines(letter)) print(line);
      return EXIT.done;
    }
    default:
      return decide(api, asked, isJson);
  }
}

function list(items: readonly Letter[], nextCursor: string | undefined, wide: boolean): void {
  const nowMs = Date.now();
  const rows = items.map(({ id, topic, code, diedAt, attempt, message, status, notRedrivable }) => [
    ...[id, topic, code, sinceOf(diedAt, nowMs), attempt === 0 ? '' : String(attempt)],
    `${status === 'open' ? '' : `${status}: `}${notRedrivable ? `(${notRedrivable}) ` : ''}${message}`,
  ]);
  const { lines, isCut } = fitTable(
    [
      ...[{ title: 'DEAD LETTER' }, { title: 'TOPIC', flexible: true }],
      ...[
        { title: 'CODE', flexible: true },
        { title: 'AGE', right: true },
      ],
      ...[
        { title: 'AGAIN', right: true },
        { title: 'WHY', flexible: true },
      ],
    ],
    rows,
    { width: wide ? Infinity : lineWidth(), paint },
  );
  if (items.length > 0) for (const line of lines) print(line);
  const foot = { shown: items.length, what: 'dead letters', nextCursor, isCut };
  for (const line of footOf(foot)) remark(line);
}

function letterLines(letter: WholeLetter): string[] {
  const { id, topic, partition, offset, type, source, eventId, readers, closed, value } = letter;
  const body = value === null ? 'none' : 'text' in value ? indented(value.text) : value.base64;
  return [
    `${paint('bold', id)}  ${letter.status}`,
    `${topic}/${partition}/${offset}, key ${plain(letter.key) || 'none'}${letter.truncated ? ', cut off' : ''}`,
    `${plain(type || 'no type')}, id ${plain(eventId || '?')} of ${plain(source || '?')}`,
    ...(letter.sagaId === undefined ? [] : [`saga ${plain(letter.sagaId)}`]),
    paint('red', `${plain(letter.code)}: ${plain(letter.message)}`),
    `died ${momentText(letter.diedAt)} at ${readers.map(plain).join(', ')}${again(letter.attempt)}`,
    ...(letter.redriveOf === undefined ? [] : [`was sent again before, as ${letter.redriveOf}`]),
    ...letter.diedAgainAs.map((other) => `died again as ${other}`),
    ...(letter.notRedrivable === undefined ? [] : [`cannot be redriven: ${letter.notRedrivable}`]),
    ...(closed
      ? [
          `${letter.status} ${momentText(closed.at)} by ${plain(closed.by ?? '?')}: ${plain(closed.reason ?? '')}`,
        ]
      : []),
    ...['', paint('bold', 'Headers')],
    ...Object.entries(letter.headers).map(([name, text]) => `${plain(name)}: ${plain(text)}`),
    ...['', paint('bold', 'Value'), body],
  ];
}

const again = (redriven: number): string =>
  redriven === 0
    ? ''
    : `, after having been sent again ${redriven === 1 ? 'once' : `${redriven} times`}`;

/** JSON on lines of its own; anything else as it is, but for what would steer the terminal. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text.split('\n').map(plain).join('\n');
  }
}

interface Decided {
  readonly done: number;
  readonly refused: readonly { readonly id: string; readonly why: string }[];
  readonly nextCursor?: string;
}
type Decision = Extract<DlqArguments, { readonly action: 'redrive' | 'discard' }>;

async function decide(
  api: AdminApi,
  { given, action, reason, chosen }: Decision,
  isJson: boolean,
): Promise<number> {
  if ('filter' in chosen && given.flag('yes') !== true) {
    throw new CommandProblem(EXIT.usage, await untilYes(api, chosen.filter, action));
  }
  const total = { done: 0, refused: [] as Decided['refused'][number][] };
  let cursor: string | undefined;
  let complete = false;
  try {
    do {
      const body = { ...chosen, reason, ...(cursor !== undefined && { cursor }) };
      const decided = await api.post<Decided>(`/dead-letters/${action}`, body);
      total.done += decided.done;
      total.refused.push(...decided.refused);
      cursor = decided.nextCursor;
    } while (cursor !== undefined);
    complete = true;
  } finally {
    // of one that ends halfway, what was done until then
    const isBegun = complete || total.done + total.refused.length > 0;
    if (isBegun && isJson) printJson({ ...total, complete });
    else if (isBegun) tell(action, total);
  }
  return total.refused.length > 0 ? EXIT.failed : EXIT.done;
}

async function untilYes(api: AdminApi, filter: LetterFilter, action: string): Promise<string> {
  const query = { ...filter, status: 'open' };
  const { count, exact } = await api.get<{ count: number; exact: boolean }>(
    '/dead-letters/count',
    query,
  );
  return `${count}${exact ? '' : ' or more'} open ones meet that; with --yes ${action} is done to all of them`;
}

function tell(action: string, { done, refused }: Decided): void {
  print(`${action === 'redrive' ? 'Sent again' : 'Put away'}: ${done}.`);
  for (const { id, why } of refused) remark(`✗ ${id}: ${plain(why)}`);
}

export const dlq: SagaCommand = {
  about: 'looks at dead letters, and decides about them',
  help,
  run,
};
