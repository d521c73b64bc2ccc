/** `npm run saga -- figures`. */
import type { SagaFigures } from '../../apps/orchestrator/src/figures/figures.js';
import { adminApi } from './admin-api.js';
import type { SagaCommand } from './command.js';
import { connectionOf } from './connection.js';
import { EXIT } from './exit-status.js';
import { durationOf, moneyText } from './format.js';
import { CONNECTION_HELP, EXIT_HELP, readOptions, wordsIn } from './options.js';
import { lineWidth, paint, plain, print, printJson } from './output.js';
import { stateTint } from './saga-words.js';
import { fitTable, type Cell, type Column } from './table.js';

const help = `Tells how all sagas are: how many go on, and where; how many need a person; what is at risk; how long
steps take; how many dead letters are open, and how many messages wait.

  npm run saga -- figures [options]

${CONNECTION_HELP}

With --json: {figures, deadLetters}.

${EXIT_HELP}`;

interface OpenLetters {
  readonly open: number;
  readonly items: readonly {
    readonly topic: string;
    readonly code: string;
    readonly count: number;
    readonly oldest: string;
  }[];
}

async function run(args: readonly string[]): Promise<number> {
  const given = readOptions(args, {});
  wordsIn(given);
  const api = adminApi(await connectionOf(given));
  const [figuresNow, deadLetters] = await Promise.all([
    api.get<SagaFigures>('/figures'),
    api.get<OpenLetters>('/dead-letters/figures'),
  ]);
  if (given.flag('json') === true) printJson({ figures: figuresNow, deadLetters });
  else for (const line of linesOf(figuresNow, deadLetters)) print(line);
  return EXIT.done;
}

function linesOf(now: SagaFigures, deadLetters: OpenLetters): string[] {
  const { live, attention, risk, at, steps, lag, oldestLiveS, surveyComplete } = now;
  const needing = attention.reduce((sum, { count }) => sum + count, 0);
  return [
    `${live.reduce((sum, { count }) => sum + count, 0)} go on, the oldest for ` +
      `${durationOf(oldestLiveS * 1_000)}; ${needing} need a person; ${deadLetters.open} dead letters are open`,
    `messages that wait: ${lag ?? 'not known: the broker does not say'}`,
    ...section('Live', [{ title: 'DEFINITION' }, { title: 'STATE' }, COUNT], live.map(liveRow)),
    ...(attention.length > 0
      ? section(
          'Need a person',
          [{ title: 'DEFINITION' }, COUNT],
          attention.map(({ definition, count }) => [definition, String(count)]),
        )
      : []),
    ...section(
      surveyComplete ? 'Where they are' : 'Where they are (the newest of them)',
      [{ title: 'DEFINITION' }, { title: 'STEP' }, { title: 'STATE' }, COUNT],
      at?.map(({ definition, step, state, count }) => [
        ...[definition, step, { text: state, tint: stateTint(state) }, String(count)],
      ]),
    ),
    ...section(
      'Taken and not brought back',
      [
        { title: 'KIND' },
        { title: 'IN FLIGHT', right: true },
        { title: 'OF THOSE UNDONE OR STUCK', right: true },
      ],
      risk?.map(({ kind, unit, inFlight, atRisk }) => [
        ...[kind, amountText(inFlight, unit), amountText(atRisk, unit)],
      ]),
    ),
    ...section('How long steps take', STEP_COLUMNS, steps?.map(timesRow)),
    ...(deadLetters.items.length > 0
      ? section(
          'Open dead letters',
          [{ title: 'TOPIC', flexible: true }, { title: 'CODE', flexible: true }, COUNT],
          deadLetters.items.map(({ topic, code, count }) => [topic, code, String(count)]),
        )
      : []),
  ];
}

const COUNT: Column = { title: 'COUNT', right: true };
const STEP_COLUMNS: readonly Column[] = [
  ...[{ title: 'DEFINITION' }, { title: 'STEP' }, { title: 'OUTCOME' }],
  ...[{ title: 'P50', right: true }, { title: 'P99', right: true }, COUNT],
];

const liveRow = ({ definition, state, count }: SagaFigures['live'][number]): Cell[] => [
  ...[definition, { text: state, tint: stateTint(state) }, String(count)],
];

type Times = NonNullable<SagaFigures['steps']>[number];
const timesRow = ({ definition, step, outcome, p50Ms, p99Ms, count }: Times): Cell[] => [
  ...[definition, step, outcome, durationOf(p50Ms), durationOf(p99Ms), String(count)],
];

/** Money is in minor units of its currency; of anything else the unit is said. */
const amountText = (amount: number, unit: string): string =>
  /^[A-Z]{3}$/.test(unit)
    ? moneyText({ value: amount, currency: unit })
    : `${amount} ${plain(unit)}`;

/** @param rows undefined where they could not be read */
function section(
  title: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[] | undefined,
): string[] {
  const body =
    rows === undefined
      ? ['not known at present']
      : rows.length === 0
        ? ['none']
        : fitTable(columns, rows, { width: lineWidth(), paint }).lines;
  return ['', paint('bold', title), ...body];
}

export const figures: SagaCommand = { about: 'tells how all of them are', help, run };
